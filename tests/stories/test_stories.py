"""Short stories: a few jobs, one thing that breaks, and the timeline that follows (times in ms)."""

import json
from typing import Any

from sim.engine.run import run
from sim.engine.world import World
from sim.handlers.registry import HANDLERS
from sim.results.trace import EventKind
from sim.scenario.schema import Scenario

NOISE = {EventKind.OFFERED, EventKind.ENQUEUED, EventKind.WORKER_STARTED, EventKind.PROMOTED}


def scenario(**parts: Any) -> Scenario:
    """A scenario of one email at 1 s, with whatever the story changes."""
    base: dict[str, Any] = {
        "title": "Story",
        "question": "What happens?",
        "workload": [{"queue": "email", "arrivals": {"kind": "times", "at": ["1s"]}}],
        "queues": {"email": {"service": "10s"}},
    }
    return Scenario.model_validate({**base, **parts})


def timeline(story: Scenario, mode: str = "queue", semantics: str = "documented") -> list[str]:
    """What happened, without what always happens."""
    result = run(story, modes=[mode], semantics=semantics)  # names of modes
    (one,) = result.modes.values()
    return [f"{r.t_ms} {r.job or r.worker or 'redis'} {r.kind.value}" for r in one.trace if r.kind not in NOISE]


def test_an_email_that_nothing_happens_to() -> None:
    """Its effect comes at four fifths of its work, its end with the acknowledgement."""
    assert timeline(scenario()) == ["1000 email-1 started", "9000 email-1 effect", "11000 email-1 completed"]


def test_in_process_the_crash_takes_the_job_with_it() -> None:
    """Nobody runs it again, and nobody knows."""
    story = scenario(faults=[{"kind": "worker-crash", "at": "5s"}])
    assert timeline(story, "in-process") == [
        "1000 email-1 started",
        "5000 application worker-crashed",
        "6000 email-1 lost",
    ]


def test_a_crashed_worker_s_job_runs_again_after_two_checks() -> None:
    """The first check after the crash marks it, the second finds it without a lock."""
    story = scenario(faults=[{"kind": "worker-crash", "at": "5s", "restart_after": "1s"}], seed=3)
    assert timeline(story) == [
        "1000 email-1 started",
        "5000 email-1 worker-crashed",
        "66002 email-1 stalled",
        "66002 email-1 started",
        "74002 email-1 effect",
        "76002 email-1 completed",
    ]


def test_a_frozen_worker_sends_twice_and_is_refused() -> None:
    """The worker that is awake first, then the one that wakes up."""
    story = scenario(
        workers={"email": {"processes": 2}},
        faults=[{"kind": "worker-freeze", "target": "email-2", "at": "2s", "duration": "2m"}],
    )
    assert timeline(story) == [
        "1000 email-1 started",
        "2000 email-2 fault-began",
        "70050 email-1 stalled",
        "70050 email-1 started",
        "78050 email-1 effect",
        "80050 email-1 completed",
        "122000 email-2 fault-ended",
        "122000 email-1 effect",
        "124000 email-1 ack-rejected",
        "124000 email-2 worker-error",
    ]


def test_a_frozen_worker_leaves_its_mark_on_the_completed_job() -> None:
    """The hash of the completed job says that an attempt failed (BULL_FACTS 6)."""
    story = scenario(
        workers={"email": {"processes": 2}},
        faults=[{"kind": "worker-freeze", "target": "email-2", "at": "2s", "duration": "2m"}],
    )
    world = World(story)
    world.run()
    fields = world.redis.hgetall("bull:email:1")
    assert fields["failedReason"] == "Missing lock for job 1 finished"
    assert fields["attemptsMade"] == "1"
    assert world.queue("email").counts["completed"] == 1


def test_a_transient_failure_comes_back_on_the_documented_timetable() -> None:
    """2 s after the first failure, 4 s after the second; due jobs move in the millisecond after."""
    story = scenario(
        workload=[{"queue": "order", "arrivals": {"kind": "times", "at": ["1s"]}}],
        queues={"order": {"service": "0s"}},
        faults=[{"kind": "handler-error"}],
    )
    starts = [line for line in timeline(story) if line.endswith("started")]
    assert starts == ["1000 order-1 started", "3001 order-1 started", "7002 order-1 started"]


def test_the_library_waits_six_seconds_where_the_document_says_four() -> None:
    """Its formula is base * (2^n - 1)."""
    story = scenario(
        workload=[{"queue": "order", "arrivals": {"kind": "times", "at": ["1s"]}}],
        queues={"order": {"service": "0s"}},
        faults=[{"kind": "handler-error"}],
    )
    starts = [line for line in timeline(story, semantics="bull-4.16") if line.endswith("started")]
    assert starts == ["1000 order-1 started", "3001 order-1 started", "9002 order-1 started"]


def test_a_submit_during_an_outage_fails_at_once_by_the_document() -> None:
    """The caller knows."""
    story = scenario(faults=[{"kind": "redis-outage", "at": "500ms", "duration": "14s"}])
    assert timeline(story) == ["500 redis fault-began", "1000 email-1 rejected", "14500 redis fault-ended"]


def test_a_submit_during_an_outage_waits_in_the_library_s_client() -> None:
    """An outage of 14 s costs 19 s more: the next attempt to connect comes 32.85 s after the loss."""
    story = scenario(faults=[{"kind": "redis-outage", "at": "500ms", "duration": "14s"}])
    assert timeline(story, semantics="bull-4.16") == [
        "500 redis fault-began",
        "1000 email-1 submit-waiting",
        "14500 redis fault-ended",
        "33350 email-1 started",
        "41350 email-1 effect",
        "43350 email-1 completed",
    ]


def test_an_outage_shorter_than_the_lock_does_not_disturb_a_running_job() -> None:
    """It completes once, when the connection is back."""
    story = scenario(faults=[{"kind": "redis-outage", "at": "5s", "duration": "10s"}])
    assert timeline(story)[-1] == "15000 email-1 completed"


def test_an_outage_longer_than_the_lock_makes_the_job_run_twice() -> None:
    """The completion is refused, the stalled check gives the job out again (BULL_FACTS 8)."""
    story = scenario(faults=[{"kind": "redis-outage", "at": "5s", "duration": "60s"}])
    result = run(story, modes=["queue"])
    totals = result.modes["queue"].totals
    assert (totals.delivered, totals.duplicated, totals.stalled) == (1, 1, 1)


def test_an_operator_retries_a_failed_job_by_hand() -> None:
    """Stop the world, look at the keys, put the job back, go on."""
    story = scenario(
        queues={"email": {"service": "1s", "attempts": 1}},
        faults=[{"kind": "handler-error", "first_attempts": 1}],
    )
    world = World(story)
    world.run_until("10s")
    assert world.redis.zrange("bull:email:failed", 0, -1) == ["1"]
    world.queue("email").retry("1")
    world.run()
    assert world.result().totals.delivered == 1


def test_a_retry_by_direct_redis_commands_is_noticed() -> None:
    """ZREM failed, LPUSH wait: the worker takes the job at once."""
    story = scenario(
        queues={"email": {"service": "1s", "attempts": 1}},
        faults=[{"kind": "handler-error", "first_attempts": 1}],
    )
    world = World(story)
    world.run_until("10s")
    world.redis.zrem("bull:email:failed", "1")
    world.redis.lpush("bull:email:wait", "1")
    world.run_until("12s")
    assert world.queue("email").counts["completed"] == 1


def test_a_job_put_there_by_hand_is_counted_like_any_other() -> None:
    """It becomes an offer when it is first seen."""
    world = World(scenario())
    world.run_until("500ms")
    data = HANDLERS["email"].sample_data(99, valid=True)
    world.redis.hset("bull:email:99", "data", json.dumps(data))
    world.redis.lpush("bull:email:wait", "99")
    world.run()
    result = world.result()
    assert (result.totals.offered, result.totals.delivered) == (2, 2)
    assert result.jobs[0].job == "email#99"


def test_a_handler_that_never_returns_keeps_its_slot_and_its_lock() -> None:
    """No stall, no failure, no second start, for as long as anybody looks; the job behind it waits."""
    story = scenario(
        workload=[{"queue": "email", "arrivals": {"kind": "times", "at": ["1s", "2s"]}}],
        workers={"email": {"processes": 1}},
        faults=[{"kind": "handler-hang", "jobs": ["email-1"]}],
        duration="1h",
    )
    assert timeline(story) == ["1000 email-1 started", "9000 email-1 hung"]
    world = World(story)
    world.run()
    assert world.queue("email").counts["active"] == 1
    assert world.queue("email").counts["waiting"] == 1
    assert world.result().end.held_up == {"email": "hung"}


def test_a_handler_that_hangs_for_a_while_goes_on_where_it_was() -> None:
    """Before its effect, or after it; a lock of 30 s does not mind ten minutes."""
    hang = {"kind": "handler-hang", "hangs_for": "10m"}
    before = scenario(faults=[hang])
    assert timeline(before) == [
        "1000 email-1 started",
        "9000 email-1 hung",
        "609000 email-1 effect",
        "611000 email-1 completed",
    ]
    after = scenario(faults=[{**hang, "step": "after-effect"}])
    assert timeline(after) == [
        "1000 email-1 started",
        "9000 email-1 effect",
        "9000 email-1 hung",
        "611000 email-1 completed",
    ]


def test_an_error_after_the_effect_leaves_the_effect_and_repeats_it() -> None:
    """Nothing recognises the second email; with an idempotency key the mail server does."""
    queue = {"service": "10s", "backoff": {"type": "fixed", "delay": "1s"}}
    faults = [{"kind": "handler-error", "step": "after-effect", "first_attempts": 1}]
    assert timeline(scenario(queues={"email": queue}, faults=faults)) == [
        "1000 email-1 started",
        "9000 email-1 effect",
        "9000 email-1 attempt-failed",
        "9000 email-1 retry-scheduled",
        "10001 email-1 started",
        "18001 email-1 effect",
        "20001 email-1 completed",
    ]
    keyed = scenario(queues={"email": {**queue, "idempotency_key": True}}, faults=faults)
    assert "18001 email-1 effect-deduplicated" in timeline(keyed)


def test_an_error_after_the_effect_comes_when_a_handler_that_hung_goes_on() -> None:
    """In-process the caller hears of a failure, although the email is out."""
    story = scenario(
        faults=[
            {"kind": "handler-hang", "step": "after-effect", "hangs_for": "1m"},
            {"kind": "handler-error", "step": "after-effect"},
        ]
    )
    assert timeline(story, "in-process") == [
        "1000 email-1 started",
        "9000 email-1 effect",
        "9000 email-1 hung",
        "69000 email-1 attempt-failed",
        "69000 email-1 failed",
    ]
    assert run(story, modes=["in-process"]).modes["in-process"].totals.false_failures == 1


def test_a_handler_that_hangs_in_a_frozen_process_goes_on_when_that_does() -> None:
    """The answer came at 609 s and is heard at 620 s."""
    story = scenario(
        faults=[
            {"kind": "handler-hang", "hangs_for": "10m"},
            {"kind": "worker-freeze", "target": "email-1", "at": "608s", "duration": "12s"},
        ]
    )
    assert "620000 email-1 effect" in timeline(story)


def test_an_attempt_that_fails_before_its_effect_does_not_hang_after_it() -> None:
    """The next one does."""
    story = scenario(
        faults=[
            {"kind": "handler-hang", "step": "after-effect", "hangs_for": "1m"},
            {"kind": "handler-error", "first_attempts": 1},
        ]
    )
    told = timeline(story)
    assert [line.split()[2] for line in told].count("hung") == 1
    assert told.index("9000 email-1 attempt-failed") < next(i for i, line in enumerate(told) if line.endswith("hung"))


def test_the_same_handlers_hang_in_both_modes() -> None:
    """By chance, some and not all; who asked in-process is held up as the queue is."""
    story = scenario(
        workload=[{"queue": "email", "arrivals": {"kind": "constant", "interval": "1s", "count": 40}}],
        workers={"email": {"processes": 1, "concurrency": 40}},
        faults=[{"kind": "handler-hang", "rate": 0.5}],
        duration="10m",
    )
    result = run(story)
    hung = {
        mode: {event.job for event in one.trace if event.kind is EventKind.HUNG} for mode, one in result.modes.items()
    }
    assert hung["queue"] == hung["in-process"]
    assert 10 < len(hung["queue"]) < 30
    assert {mode: one.end.held_up for mode, one in result.modes.items()} == {mode: {"email": "hung"} for mode in hung}


def test_a_worker_that_took_the_place_of_one_whose_handler_hung_does_not_hang() -> None:
    """What is left at the end is only late."""
    story = scenario(
        workload=[{"queue": "email", "arrivals": {"kind": "times", "at": ["1s", "170s"]}}],
        faults=[
            {"kind": "handler-hang", "jobs": ["email-1"], "first_attempts": 1},
            {"kind": "worker-crash", "target": "email-1", "at": "2m", "restart_after": "1s"},
        ],
        duration="172s",
    )
    world = World(story)
    world.run()
    assert world.result().end.pending
    assert world.result().end.held_up == {}


def test_a_hang_ends_with_its_process() -> None:
    """The next one's first check comes too soon after the last of the dead one; its third finds the job stalled."""
    story = scenario(
        faults=[
            {"kind": "handler-hang", "jobs": ["email-1"], "first_attempts": 1},
            {"kind": "worker-crash", "target": "email-1", "at": "2m", "restart_after": "1s"},
        ],
    )
    assert timeline(story) == [
        "1000 email-1 started",
        "9000 email-1 hung",
        "120000 email-1 worker-crashed",
        "181002 email-1 stalled",
        "181002 email-1 started",
        "189002 email-1 effect",
        "191002 email-1 completed",
    ]
