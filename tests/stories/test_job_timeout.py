"""A job's timeout: the attempt fails, its slot is free, and the handler goes on (times in ms)."""

from typing import Any

import pytest

from sim.engine.run import run
from sim.engine.world import World
from sim.results.trace import EventKind
from tests.stories.test_stories import scenario, timeline

ONCE = {"service": "10s", "timeout": "6s", "attempts": 1}
TWICE = {"service": "10s", "timeout": "6s", "attempts": 2, "backoff": {"type": "fixed", "delay": "1s"}}


def jobs(*at: str, **more: Any) -> list[dict[str, Any]]:
    """Emails at these times."""
    return [{"queue": "email", "arrivals": {"kind": "times", "at": list(at)}, **more}]


def test_a_handler_goes_on_past_its_timeout_and_its_effect_happens() -> None:
    """Both attempts time out, both emails go out, and the queue says that the job failed."""
    story = scenario(queues={"email": TWICE})
    assert timeline(story) == [
        "1000 email-1 started",
        "7000 email-1 timed-out",
        "7000 email-1 attempt-failed",
        "7000 email-1 retry-scheduled",
        "8001 email-1 started",
        "9000 email-1 effect",
        "11000 email-1 unheard",
        "14001 email-1 timed-out",
        "14001 email-1 attempt-failed",
        "14001 email-1 failed",
        "16001 email-1 effect",
        "18001 email-1 unheard",
    ]
    totals = run(story, modes=["queue"]).modes["queue"].totals
    assert (totals.delivered, totals.duplicated, totals.extra_effects, totals.false_failures) == (1, 1, 1, 1)


def test_a_key_stops_the_effect_of_the_second_attempt() -> None:
    """The failure is false all the same."""
    totals = run(scenario(queues={"email": {**TWICE, "idempotency_key": True}}), modes=["queue"]).modes["queue"].totals
    assert (totals.delivered, totals.duplicated, totals.suppressed_duplicates, totals.false_failures) == (1, 0, 1, 1)


def test_in_process_the_caller_hears_an_error_and_the_email_goes_out() -> None:
    """Nobody tries again."""
    story = scenario(queues={"email": TWICE})
    assert timeline(story, "in-process") == [
        "1000 email-1 started",
        "7000 email-1 timed-out",
        "7000 email-1 attempt-failed",
        "7000 email-1 failed",
        "9000 email-1 effect",
        "11000 email-1 unheard",
    ]
    totals = run(story, modes=["in-process"]).modes["in-process"].totals
    assert (totals.delivered, totals.false_failures, totals.indeterminate) == (1, 1, 1)


@pytest.mark.parametrize(("timeout", "ends"), [("10001ms", "completed"), ("10s", "unheard"), ("9999ms", "unheard")])
def test_a_handler_that_takes_as_long_as_its_timeout_is_too_late(timeout: str, ends: str) -> None:
    """It works in several steps, and the last one's timer was set after the timeout's."""
    for mode in ("queue", "in-process"):
        assert timeline(scenario(queues={"email": {**ONCE, "timeout": timeout}}), mode)[-1] == f"11000 email-1 {ends}"


def test_the_slot_is_free_at_the_timeout() -> None:
    """One slot, and two handlers at once: the second job begins while the first one's handler goes on."""
    story = scenario(
        workload=jobs("1s", "2s"),
        queues={"email": ONCE},
        workers={"email": {"processes": 1}},
        application={"concurrency": 1},
    )
    for mode in ("queue", "in-process"):
        told = timeline(story, mode)
        assert told.index("7000 email-2 started") < told.index("9000 email-1 effect")
        assert "13000 email-2 timed-out" in told
        (result,) = run(story, modes=[mode]).modes.values()
        assert result.simulated_ms < 30_000, "no attempt is under way when the last handler has ended"


def test_a_first_attempt_that_ends_during_the_second_changes_nothing_for_it() -> None:
    """The second one has its own timeout, and completes."""
    story = scenario(
        queues={"email": {**TWICE, "service": "5s"}},
        faults=[{"kind": "handler-hang", "hangs_for": "5s", "first_attempts": 1}],
    )
    assert timeline(story) == [
        "1000 email-1 started",
        "5000 email-1 hung",
        "7000 email-1 timed-out",
        "7000 email-1 attempt-failed",
        "7000 email-1 retry-scheduled",
        "8001 email-1 started",
        "10000 email-1 effect",
        "11000 email-1 unheard",
        "12001 email-1 effect",
        "13001 email-1 completed",
    ]


def test_a_permanent_error_after_the_timeout_uses_up_no_attempt() -> None:
    """Nobody hears it; the attempt after it is made."""
    story = scenario(
        queues={"email": {**TWICE, "discard_permanent": True}},
        faults=[{"kind": "handler-error", "error": "permanent", "first_attempts": 1}],
    )
    told = timeline(story)
    assert told[3:6] == ["7000 email-1 retry-scheduled", "8001 email-1 started", "9000 email-1 unheard"]
    assert "14001 email-1 failed" in told


def test_a_handler_that_never_returns_takes_no_slot_once_it_has_timed_out() -> None:
    """The run ends, and nothing is held up."""
    story = scenario(
        workload=jobs("1s", "2s", "3s"),
        queues={"email": {**TWICE, "timeout": "20s"}},
        workers={"email": {"processes": 1}},
        application={"concurrency": 1},
        faults=[{"kind": "handler-hang", "jobs": ["email-1"]}],
    )
    for mode, one in run(story).modes.items():
        assert (one.totals.delivered, one.totals.pending, one.end.held_up) == (2, 0, {}), mode
        assert one.simulated_ms < 120_000


def test_a_handler_that_hangs_after_its_timeout_holds_nothing_up_either() -> None:
    """It never ends, and the run does."""
    story = scenario(
        queues={"email": ONCE},
        faults=[{"kind": "handler-hang", "step": "after-effect"}],
    )
    world = World(story)
    world.run()
    assert world.result().end.held_up == {}
    assert timeline(story)[-2:] == ["9000 email-1 effect", "9000 email-1 hung"]


def test_the_lock_is_gone_with_the_timeout_and_nothing_stalls() -> None:
    """However long the handler goes on: the job is delayed, then failed."""
    story = scenario(
        queues={"email": {**TWICE, "service": "10m", "backoff": {"type": "fixed", "delay": "5m"}}},
        workers={"email": {"processes": 2}},
    )
    totals = run(story, modes=["queue"]).modes["queue"].totals
    assert (totals.stalled, totals.attempts, totals.duplicated) == (0, 2, 1)


def test_a_process_that_dies_takes_the_handlers_with_it_that_go_on() -> None:
    """Their effects do not happen."""
    story = scenario(queues={"email": ONCE}, faults=[{"kind": "worker-crash", "at": "8s"}])
    for mode, outcome in (("queue", "failed_retained"), ("in-process", "failed_reported")):
        (one,) = run(story, modes=[mode]).modes.values()
        assert one.totals.as_dict()[outcome] == 1


def test_a_worker_that_is_told_to_stop_does_not_wait_for_them() -> None:
    """It leaves at the timeout, and the handler goes with it."""
    story = scenario(
        queues={"email": ONCE},
        faults=[{"kind": "worker-shutdown", "at": "5s", "grace": "1m"}],
    )
    assert timeline(story) == [
        "1000 email-1 started",
        "5000 email-1 fault-began",
        "7000 email-1 timed-out",
        "7000 email-1 attempt-failed",
        "7000 email-1 failed",
        "7000 email-1 fault-ended",
        "7000 email-1 worker-stopped",
    ]


@pytest.mark.parametrize(("service", "frozen", "last"), [("7s", 7_000, "completed"), ("9s", 8_500, "unheard")])
def test_in_a_frozen_process_what_was_due_first_happens_first(service: str, frozen: int, last: str) -> None:
    """The timeout is due at 9 s, the last step of the handler at 8 s or at 10 s, and the process goes on at 20 s."""
    freeze = {"kind": "worker-freeze", "target": "email-1", "at": f"{frozen}ms", "duration": f"{20_000 - frozen}ms"}
    story = scenario(queues={"email": {**ONCE, "service": service, "timeout": "8s"}}, faults=[freeze])
    assert timeline(story)[-1] == f"20000 email-1 {last}"


def test_a_handler_that_blocks_its_event_loop_does_not_time_out() -> None:
    """The timer has its turn when the loop is free, and by then the handler has ended."""
    story = scenario(queues={"email": ONCE}, workers={"email": {"processes": 1, "blocking": True}})
    assert timeline(story)[-1] == "11000 email-1 completed"


def test_a_timeout_while_redis_is_away_is_reported_when_it_is_back() -> None:
    """Until then the slot is taken."""
    story = scenario(
        workload=jobs("1s", "2s"),
        queues={"email": {**ONCE, "service": "60s"}},
        workers={"email": {"processes": 1}},
        faults=[{"kind": "redis-outage", "at": "5s", "duration": "10s"}],
    )
    told = timeline(story)
    assert "7000 email-1 timed-out" in told
    begins = next(line for line in told if line.endswith("email-2 started"))
    assert int(begins.split()[0]) >= 15_000


def test_both_modes_say_how_long_it_was() -> None:
    """In Bull's words, which people search for."""
    result = run(scenario(queues={"email": ONCE}))
    for one in result.modes.values():
        (failed,) = [event for event in one.trace if event.kind is EventKind.ATTEMPT_FAILED]
        assert (failed.more or {})["error"] == "Promise timed out after 6000 milliseconds"
