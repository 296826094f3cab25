"""How long attempts work: the queue's time, an entry's own, drawn once a job or anew for each attempt."""

from typing import Any

from sim.engine.run import run
from sim.results.trace import EventKind
from sim.scenario.schema import Scenario
from tests.stories.test_stories import scenario, timeline

LONG_TAIL = {"kind": "lognormal", "median": "1s", "sigma": 1.0}


def lengths(story: Scenario, mode: str = "queue") -> dict[str, list[int]]:
    """How long each job's attempts took, in order."""
    found: dict[str, list[int]] = {}
    began: dict[tuple[str, int], int] = {}
    for event in run(story, modes=[mode]).modes[mode].trace:
        if event.job is None:
            continue
        if event.kind is EventKind.STARTED:
            began[event.job, event.attempt] = event.t_ms
        elif event.kind in (EventKind.ATTEMPT_FAILED, EventKind.COMPLETED):
            found.setdefault(event.job, []).append(event.t_ms - began[event.job, event.attempt])
    return found


def failing(**queue: Any) -> Scenario:
    """Thirty jobs, each of which fails twice after its effect."""
    return scenario(
        workload=[{"queue": "email", "arrivals": {"kind": "constant", "interval": "1s", "count": 30}}],
        queues={"email": {"service": LONG_TAIL, "attempts": 3, **queue}},
        workers={"email": {"processes": 4, "concurrency": 10}},
        faults=[{"kind": "handler-error", "step": "after-effect", "first_attempts": 2}],
    )


def test_an_entry_of_the_workload_has_a_time_of_its_own() -> None:
    """One long job on the queue of the short ones; behind it they wait."""
    story = scenario(
        workload=[
            {"queue": "email", "arrivals": {"kind": "times", "at": ["1s"]}, "service": "1h"},
            {"queue": "email", "arrivals": {"kind": "times", "at": ["2s", "3s"]}},
        ],
        queues={"email": {"service": "10s"}},
        workers={"email": {"processes": 1}},
    )
    assert lengths(story) == {"email-1": [3_600_000], "email-2": [10_000], "email-3": [10_000]}
    assert "3601000 email-2 started" in timeline(story)
    assert lengths(story, "in-process") == lengths(story)


def test_an_entry_s_own_time_changes_nobody_else_s() -> None:
    """The others of the queue draw what they would have drawn without it."""
    others = {"queue": "email", "arrivals": {"kind": "constant", "interval": "1s", "count": 20, "start": "1s"}}
    own = {"queue": "email", "arrivals": {"kind": "times", "at": ["90s"]}, "service": LONG_TAIL}
    queues = {"email": {"service": LONG_TAIL}}
    alone = lengths(scenario(workload=[others], queues=queues))
    both = lengths(scenario(workload=[own, others], queues=queues))
    assert {job: both[job] for job in alone} == alone
    assert len(both) == 21


def test_a_time_that_is_drawn_once_is_the_same_for_every_attempt() -> None:
    """A long job is long again."""
    for took in lengths(failing()).values():
        assert took[0] == took[1] < took[2]


def test_a_time_that_is_drawn_anew_differs_from_attempt_to_attempt_and_not_from_mode_to_mode() -> None:
    """A slow first try says nothing about the second."""
    story = failing(service_drawn="per-attempt")
    found = lengths(story)
    assert all(len(set(took)) == 3 for took in found.values())
    assert {job: took[0] for job, took in found.items()} == {
        job: took[0] for job, took in lengths(story, "in-process").items()
    }
    third = sorted(took[2] for took in found.values())
    assert 600 < third[len(third) // 2] < 1_700


def test_what_is_not_drawn_is_the_same_either_way() -> None:
    """A fixed time, and an entry's own fixed time."""
    story = scenario(
        workload=[
            {"queue": "email", "arrivals": {"kind": "times", "at": ["1s"]}, "service": "3s"},
            {"queue": "email", "arrivals": {"kind": "times", "at": ["2s"]}},
        ],
        queues={"email": {"service": "10s", "service_drawn": "per-attempt"}},
    )
    assert lengths(story) == {"email-1": [3_000], "email-2": [10_000]}
