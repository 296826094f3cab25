"""Every fault tells in its own file all that the rest of the program wants to know of it."""

from typing import Any, ClassVar, Literal

import pytest

from sim.engine.world import World
from sim.faults.base import Fault
from sim.faults.registry import FAULTS
from sim.faults.window import FaultKind
from sim.results.fault_windows import fault_windows
from sim.results.trace import EventKind
from sim.scenario.first_draft import Draft, draft_text
from sim.scenario.load import parse_scenario
from sim.scenario.schema import Scenario
from sim.yaml_files.field_docs import field_docs
from tests.docs.fault_table import fault_row
from tests.properties.wide_scenarios import scenario_of

NAMES_ITSELF = frozenset({"kind", "target", "jobs", "duration"})
"""Fields that need no sentence where a fault has no more to say of them."""


def missing(fault: type[Fault]) -> list[str]:
    """List what the file of a fault does not say."""
    own = fault.__dict__
    said = {
        "about": bool(fault.about),
        "draft": bool(fault.draft),
        "arrange": "arrange" in own,
        "random": "random" in own,
        "window or no_window": (fault.window is None) == bool(fault.no_window),
        "by_hand or not_by_hand": bool(fault.by_hand) != bool(fault.not_by_hand),
        "for_real or never_real": bool(fault.for_real) != bool(fault.never_real),
        "docstring": bool(fault.__doc__),
    }
    fields = [
        name
        for name in fault.model_fields
        if name in fault.__annotations__ and name not in NAMES_ITSELF and not field_docs(fault).get(name)
    ]
    return [name for name, is_there in said.items() if not is_there] + [f"description of {name}" for name in fields]


class Bare(Fault):
    """A fault of which nothing is said."""

    weight: ClassVar[int] = 1

    kind: Literal["bare"]
    factor: int


@pytest.mark.parametrize("kind", FAULTS)
def test_its_file_says_everything(kind: str) -> None:
    """What it does, how it shows, how the page throws it, how it is done for real; or why not."""
    assert missing(FAULTS[kind]) == []


def test_a_file_that_says_nothing_is_told_all_that_it_lacks() -> None:
    """So the test above would notice each."""
    assert missing(Bare) == [
        "about",
        "draft",
        "arrange",
        "random",
        "window or no_window",
        "by_hand or not_by_hand",
        "for_real or never_real",
        "description of factor",
    ]


@pytest.mark.parametrize("kind", FAULTS)
def test_its_lines_for_new_run_and_show_in_the_trace(kind: str) -> None:
    """By the two events of faults, by those of its processes, or as what lasts for the whole run."""
    fault = FAULTS[kind]
    scenario = parse_scenario(draft_text(Draft("Try it", faults=[kind]), "sim", "try.yaml"), "try.yaml")
    (entry,) = scenario.faults
    world = World(scenario, store="memory")
    world.run()
    told = [(record.kind, (record.more or {}).get("kind")) for record in world.trace if record.job is None]
    if entry.standing_label is not None:
        assert not any(event is EventKind.FAULT_BEGAN for event, _kind in told)
    elif fault.window is None:
        assert EventKind.WORKER_CRASHED in {event for event, _kind in told}
    else:
        own = [event for event, of_kind in told if of_kind == kind]
        assert own == sorted(own)
        assert own.count(EventKind.FAULT_BEGAN) == own.count(EventKind.FAULT_ENDED) > 0
        groups = {one.kind for one in fault_windows(world.trace, world.now_ms)}
        assert groups - {FaultKind.DOWN} == {fault.window.group}  # a process that it stops is down afterwards


@pytest.mark.parametrize("kind", FAULTS)
def test_random_scenarios_have_it_in_a_way_that_can_be_loaded(kind: str) -> None:
    """With its own choice of fields, among the first three hundred numbers."""
    found: list[Any] = [
        data for data in map(scenario_of, range(300)) if kind in {one["kind"] for one in data["faults"]}
    ]
    assert len(found) >= 10
    for data in found[:20]:
        assert kind in {one.kind for one in Scenario.model_validate(data).faults}


@pytest.mark.parametrize("kind", FAULTS)
def test_it_stands_in_the_table_of_faults(kind: str) -> None:
    """With how it is thrown by hand and done for real; else: python -m tests.docs.fault_table."""
    row = fault_row(FAULTS[kind])
    assert f"`{kind}`" in row
    assert all(f"`{verb.name}`" in row for verb in FAULTS[kind].by_hand)
