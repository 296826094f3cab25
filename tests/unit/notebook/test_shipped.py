"""Scenarios by name, from wherever a notebook runs, and with values changed."""

from pathlib import Path

import pytest

from sim.core.errors import ScenarioError, SimError
from sim.notebook import changed, example
from sim.scenario.load import load_scenario
from sim.sweeps.points import VaryError

NAME = "01-worker-crashes/crash-in-progress.yaml"
SHIPPED = Path("scenarios").resolve() / NAME


@pytest.mark.parametrize("folder", [".", "notebooks", "sim/notebook"])
def test_a_shipped_scenario_is_found_from_any_folder_of_the_project(
    folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the notebook's kernel happens to have its working directory does not matter."""
    monkeypatch.chdir(folder)
    assert example(NAME).resolve() == SHIPPED
    assert example(f"scenarios/{NAME}").resolve() == SHIPPED


def test_a_scenario_is_found_beside_the_package_from_a_folder_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A learner may keep notebooks in a folder of their own."""
    monkeypatch.chdir(tmp_path)
    assert example(NAME).resolve() == SHIPPED


def test_the_nearest_folder_of_scenarios_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a copy of one's own is used where there is one."""
    own = tmp_path / "scenarios" / NAME
    own.parent.mkdir(parents=True)
    own.write_text("")
    (tmp_path / "deeper").mkdir()
    monkeypatch.chdir(tmp_path / "deeper")
    assert example(NAME) == own


def test_a_file_that_exists_is_taken_as_it_is(tmp_path: Path) -> None:
    """A scenario of one's own has a path, not a name."""
    own = tmp_path / "mine.yaml"
    own.write_text("")
    assert example(own) == own


def test_a_scenario_that_is_nowhere_is_an_error_that_says_where_it_was_looked_for() -> None:
    """And what was probably meant."""
    with pytest.raises(SimError) as error:
        example("01-worker-crashes/crash-in-progres.yaml")
    assert str(Path("scenarios").resolve()) in str(error.value)
    assert str(error.value).endswith("did you mean 01-worker-crashes/crash-in-progress.yaml?")
    with pytest.raises(SimError, match=r"did you mean 01-worker-crashes/poison-job\.yaml\?$"):
        example("poison-job")
    with pytest.raises(SimError, match=r"/nowhere/at-all\.yaml: there is no such file"):
        example("/nowhere/at-all.yaml")


def test_changed_gives_the_scenario_with_the_values_in_their_places() -> None:
    """Text is read as in a file, numbers are taken as they are, and nothing else changes."""
    scenario = changed(NAME, {"queues.order.attempts": 5, "workers.order.lock_duration": "10s"})
    assert scenario.queues["order"].attempts == 5
    assert scenario.workers["order"].lock_duration == 10_000
    assert scenario.faults == load_scenario(SHIPPED).faults
    assert changed(SHIPPED, {}) == load_scenario(SHIPPED)


def test_changed_takes_lists_and_switches() -> None:
    """Whatever a file can say."""
    assert changed(NAME, {"faults": []}).faults == []
    assert changed(NAME, {"queues.order.idempotency_key": False}).queues["order"].idempotency_key is False


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"queues.order.attempts": 0}, "queues.order.attempts=0: queues.order.attempts: "),
        ({"faults.1.at": "3s"}, "faults.1.at=3s: faults has 1 entry, faults.0; there is no faults.1"),
        (
            {"workers.order": {}, "workers.order.processes": 2},
            "workers.order.processes: workers.order is already varied",
        ),
        ({"seed": 7}, r"seed=7: give it to the run: sim.run\(scenario, seed=7\)"),
        ({"queues.order.service": {1, 2}}, "queues.order.service: expected what a file can say"),
    ],
)
def test_a_change_that_cannot_be_made_says_where_and_why(changes: dict[str, object], says: str) -> None:
    """In the words of a sweep, without the name of a command's option."""
    with pytest.raises(VaryError, match=f"^{says}"):
        changed(NAME, changes)


def test_changed_says_what_is_wrong_with_the_file_itself(tmp_path: Path) -> None:
    """With line and column, as everywhere."""
    own = tmp_path / "mine.yaml"
    own.write_text("title: 1\n")
    with pytest.raises(ScenarioError, match=r"mine.yaml:1:"):
        changed(own, {})
    with pytest.raises(SimError, match="path or the name of a scenario file, not a Scenario"):
        changed(load_scenario(SHIPPED), {})
