"""A process goes on, and the first thing that one of its jobs does kills it: its other jobs do nothing any more."""

from typing import Any

from tests.stories.test_stories import scenario, timeline

TWO: dict[str, Any] = {"workload": [{"queue": "email", "arrivals": {"kind": "times", "at": ["1s", "1s"]}}]}
KILLED = {"kind": "worker-crash", "jobs": ["email-1"], "step": "before-effect", "restart_after": None}


def after(t_ms: int, told: list[str]) -> list[str]:
    """What happened from a moment on."""
    return [line for line in told if int(line.split()[0]) >= t_ms]


def test_no_other_slot_has_its_effect_after_the_process_has_died() -> None:
    """Both have done their work while it was frozen; all of them wait for the same moment."""
    freeze = {"kind": "worker-freeze", "target": "email-1", "at": "2s", "duration": "20s"}
    story = scenario(**TWO, workers={"email": {"processes": 1, "concurrency": 2}}, faults=[freeze, KILLED])
    assert after(22_000, timeline(story)) == [
        "22000 email-1 fault-ended",
        "22000 email-1 killed",
        "22000 email-1 worker-crashed",
    ]


def test_in_process_no_other_request_starts_after_the_application_has_died() -> None:
    """What was asked of it while it was frozen goes down with it."""
    freeze = {"kind": "worker-freeze", "target": "email-1", "at": "500ms", "duration": "20s"}
    story = scenario(**TWO, queues={"email": {"service": "0s"}}, faults=[freeze, KILLED])
    told = after(20_500, timeline(story, "in-process"))
    assert told[:4] == [
        "20500 application fault-ended",
        "20500 email-1 started",
        "20500 email-1 killed",
        "20500 application worker-crashed",
    ]
    assert "20500 email-2 started" not in told


def test_no_other_slot_reports_after_a_process_has_died_as_it_came_back_to_redis() -> None:
    """Both reports wait for the connection; with the first comes the next job, at which the process dies."""
    story = scenario(
        workload=[{"queue": "email", "arrivals": {"kind": "times", "at": ["1s", "1s", "1200ms"]}}],
        queues={"email": {"service": "0s"}},
        workers={"email": {"processes": 1, "concurrency": 2}},
        faults=[
            {"kind": "slow-database", "at": "900ms", "duration": "1500ms", "latency": "1s"},
            {"kind": "redis-outage", "at": "1500ms", "duration": "4s"},
            {**KILLED, "jobs": ["email-3"]},
        ],
    )
    told = timeline(story, semantics="bull-4.16")
    died = next(place for place, line in enumerate(told) if line.endswith("worker-crashed"))
    assert told[died - 3 : died + 1] == [
        "6230 email-1 completed",
        "6230 email-3 started",
        "6230 email-3 killed",
        "6230 email-1 worker-crashed",
    ]
    assert [line for line in told[died + 1 :] if line.split()[2] in ("started", "effect", "completed")] == []
