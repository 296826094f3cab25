"""Who gets the next job: the process whose blocked pop has been with Redis longest."""

from typing import Any

from sim.engine.world import World
from sim.results.trace import EventKind
from sim.scenario.schema import Scenario


def takers(at: list[str], workers: dict[str, Any], **parts: Any) -> list[str | None]:
    """Run emails offered at these times and list which worker started each, in the order of the starts."""
    scenario = Scenario.model_validate(
        {
            "title": "Story",
            "question": "Who takes it?",
            "queues": {"email": {"service": "100ms"}},
            "workload": [{"queue": "email", "arrivals": {"kind": "times", "at": at}}],
            "workers": {"email": workers},
            **parts,
        }
    )
    world = World(scenario, "queue")
    world.run()
    return [record.worker for record in world.trace if record.kind is EventKind.STARTED]


def test_processes_take_turns() -> None:
    """Who has just had a job stands at the end of the line."""
    order = takers(["1s", "2s", "3s", "4s"], {"processes": 3, "start_spread": "0s"})
    assert order == ["email-1", "email-2", "email-3", "email-1"]


def test_the_slots_of_one_process_share_its_place_in_line() -> None:
    """A process with two idle slots does not take two jobs in a row while others wait."""
    order = takers(["1s", "1010ms", "1020ms", "1030ms"], {"processes": 2, "concurrency": 2, "start_spread": "0s"})
    assert order == ["email-1", "email-2", "email-1", "email-2"]


def test_a_pop_that_times_out_puts_its_process_at_the_end_of_the_line() -> None:
    """Of two pops sent at 10 ms and 1.1 s the first times out at 5.01 s, so the second has then been there longer."""
    two = {"processes": 2, "start_spread": "0s"}
    assert takers(["1s", "4s"], two) == ["email-1", "email-2"]
    assert takers(["1s", "5500ms"], two) == ["email-1", "email-1"]


def test_a_process_that_was_there_before_the_run_has_waited_since_then() -> None:
    """Started 19.952 s and 11.676 s before, both have asked again every 5 s: last 4.952 s and 1.676 s before."""
    two = {"processes": 2}
    assert takers(["0s"], two) == ["email-1"]
    assert takers(["49ms"], two) == ["email-2"]
    assert takers(["3324ms"], two) == ["email-2"]
    assert takers(["3325ms"], two) == ["email-1"]


def test_a_frozen_process_is_served_until_its_pops_have_timed_out() -> None:
    """One for each idle slot, 5 s each, because all of them had been sent."""
    freeze = {"kind": "worker-freeze", "target": "email-1", "at": "1s", "duration": "20s"}
    one = {"processes": 2, "concurrency": 1}
    two = {"processes": 2, "concurrency": 2}
    assert takers(["6s"], one, faults=[freeze]) == ["email-2"]
    assert takers(["6s", "7s"], two, faults=[freeze]) == ["email-2", "email-1"]
