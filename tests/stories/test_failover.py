"""Redis refuses writes, or a replica takes over that lacks the last of them."""

from typing import Any

import pytest

from sim.core.errors import SimError
from sim.engine.world import World
from sim.results.trace import EventKind
from tests.stories.test_stories import scenario, timeline

READONLY: dict[str, Any] = {"kind": "redis-readonly"}
FAILOVER: dict[str, Any] = {"kind": "redis-failover"}
BULL = "bull-4.16"


def arrivals(*at: str, **more: Any) -> list[dict[str, Any]]:
    """Emails at these times."""
    return [{"queue": "email", "arrivals": {"kind": "times", "at": list(at)}, **more}]


def test_a_report_that_is_refused_makes_the_job_run_again_when_its_lock_is_gone() -> None:
    """Neither its success nor its failure can be written down; the check at 8.7 s is refused as well."""
    story = scenario(faults=[{**READONLY, "at": "8s", "duration": "8s"}], seed=3)
    assert timeline(story, semantics=BULL) == [
        "1000 email-1 started",
        "8000 redis fault-began",
        "8681 email-1 worker-error",
        "9000 email-1 effect",
        "11000 email-1 ack-rejected",
        "11000 email-1 worker-error",
        "16000 redis fault-ended",
        "68683 email-1 stalled",
        "68683 email-1 started",
        "76683 email-1 effect",
        "78683 email-1 completed",
    ]


def test_submits_are_rejected_at_once_and_the_next_job_waits_for_the_idle_slot_to_try_again() -> None:
    """Its blocked pop ended with an error at 2 s; it asks again 5 s later, although Redis takes writes from 4 s on."""
    story = scenario(
        workload=arrivals("1s", "3s", "5s"),
        queues={"email": {"service": "100ms"}},
        faults=[{**READONLY, "at": "2s", "duration": "2s"}],
    )
    assert timeline(story, semantics=BULL) == [
        "1000 email-1 started",
        "1080 email-1 effect",
        "1100 email-1 completed",
        "2000 redis fault-began",
        "2000 email-1 worker-error",
        "3000 email-2 rejected",
        "4000 redis fault-ended",
        "7000 email-3 started",
        "7080 email-3 effect",
        "7100 email-3 completed",
    ]


def test_a_delayed_job_that_becomes_due_meanwhile_waits_for_the_guard_interval() -> None:
    """Due at 3 s; the look then is refused, and the next comes 5 s later, whatever else happens."""
    story = scenario(
        workload=arrivals("1s", delay="2s"),
        queues={"email": {"service": "100ms"}},
        faults=[{**READONLY, "at": "2s", "duration": "2s"}],
    )
    assert timeline(story, semantics=BULL)[-3] == "8001 email-1 started"


def test_a_failed_attempt_cannot_be_written_down_and_costs_none() -> None:
    """It is found stalled, and runs again with all its attempts; the second one succeeds."""
    story = scenario(
        queues={"email": {"service": "2s", "attempts": 3}},
        faults=[{"kind": "handler-error", "rate": 1, "first_attempts": 1}, {**READONLY, "at": "2s", "duration": "8s"}],
        seed=3,
    )
    lines = timeline(story, semantics=BULL)
    assert lines[:4] == [
        "1000 email-1 started",
        "2000 redis fault-began",
        "2600 email-1 attempt-failed",
        "2600 email-1 ack-rejected",
    ]
    assert lines[-4:] == [
        "68683 email-1 stalled",
        "68683 email-1 started",
        "70283 email-1 effect",
        "70683 email-1 completed",
    ]


def test_a_failover_loses_what_the_replica_did_not_have_yet() -> None:
    """Two seconds behind: the first is at work again, the second waits again, and the last two are unknown."""
    story = scenario(
        workload=arrivals("1s", "2s", "3s", "4s"),
        queues={"email": {"service": "1500ms"}},
        faults=[{**FAILOVER, "at": "4500ms", "duration": "2s", "lag": "2s"}],
    )
    assert timeline(story, semantics=BULL) == [
        "1000 email-1 started",
        "2200 email-1 effect",
        "2500 email-1 completed",
        "2500 email-2 started",
        "3700 email-2 effect",
        "4000 email-2 completed",
        "4000 email-3 started",
        "4500 redis fault-began",
        "4500 email-1 restored",
        "4500 email-2 restored",
        "4500 email-3 data-lost",
        "4500 email-4 data-lost",
        "5200 email-3 effect",
        "5500 email-3 ack-rejected",
        "5500 email-1 worker-error",
        "6500 redis fault-ended",
        "10500 email-2 started",
        "11700 email-2 effect",
        "12000 email-2 completed",
        "70050 email-1 stalled",
        "70050 email-1 started",
        "71250 email-1 effect",
        "71550 email-1 completed",
        "72500 email-4 lost",
    ]


def test_a_failover_without_lag_loses_nothing_but_the_time_until_the_promotion() -> None:
    """A submit in these seconds is rejected; the job at work is reported after them."""
    story = scenario(
        workload=arrivals("1s", "5s"), faults=[{**FAILOVER, "at": "4s", "duration": "3s"}], queues={"email": {}}
    )
    lines = timeline(story, semantics=BULL)
    assert "5000 email-2 rejected" in lines
    assert not [line for line in lines if "restored" in line or "lost" in line]


def test_two_causes_keep_redis_read_only_until_both_are_over() -> None:
    """From 2 s to 6 s: the submit at 5 s is rejected, that at 7 s is not."""
    story = scenario(
        workload=arrivals("5s", "7s"),
        queues={"email": {"service": "100ms"}},
        faults=[{**READONLY, "at": "2s", "duration": "2s"}, {**READONLY, "at": "3s", "duration": "3s"}],
    )
    lines = timeline(story, semantics=BULL)
    assert "5000 email-1 rejected" in lines
    assert "7000 email-2 started" in lines


def test_a_replica_takes_over_in_an_outage_and_nobody_notices_before_its_end() -> None:
    """Redis is away from 2 s to 9 s; what the replica lacks is lost all the same."""
    story = scenario(
        workload=arrivals("1s", "1500ms"),
        queues={"email": {"service": "100ms"}},
        faults=[
            {"kind": "redis-outage", "at": "2s", "duration": "7s"},
            {**FAILOVER, "at": "4s", "duration": "1s", "lag": "2600ms"},
        ],
    )
    lines = timeline(story, semantics=BULL)
    assert "4000 email-2 data-lost" in lines
    assert [line for line in lines if line.startswith("4000 redis")] == ["4000 redis fault-began"]


def test_a_crash_goes_back_to_what_the_replica_s_snapshot_has() -> None:
    """The snapshot of 10 s was the replica's own, which then stood at 8 s: the job of 9 s is not in it."""
    story = scenario(
        redis={"persistence": "rdb", "save_interval": "10s"},
        workload=arrivals("9s", "25s"),
        queues={"email": {"service": "1s"}},
        workers={"email": {"processes": 0}},
        faults=[
            {**FAILOVER, "at": "12s", "duration": "1s", "lag": "4s"},
            {"kind": "redis-crash", "at": "15s", "duration": "1s"},
        ],
        duration="30s",
    )
    lines = timeline(story, semantics=BULL)
    assert "12000 email-1 data-lost" in lines
    assert not [line for line in lines if "restored" in line]


def test_by_hand_a_replica_takes_over_that_has_everything() -> None:
    """Without a lag nothing had to be kept beforehand; with one it had."""
    world = World(scenario(), semantics=BULL)
    world.run_until("2s")
    world.faults.fail_over()
    assert world.faults.redis_state == "read-only"
    world.faults.promote_replica()
    assert world.faults.redis_state == "up"
    with pytest.raises(SimError, match="not planned"):
        world.faults.fail_over(lag_ms=500)
    assert [event.kind for event in world.trace if event.kind is EventKind.DATA_LOST] == []
