"""Redis hangs, is slow to reach, or its replies get lost: connections stay, or break at the worst moment."""

from typing import Any

import pytest

from sim.engine.world import World
from tests.stories.test_stories import scenario, timeline

BULL = "bull-4.16"
ONE = {"email": {"processes": 1}}
TWO = {"email": {"processes": 2}}


def told(**parts: Any) -> list[str]:
    """What happened, to one email at 1 s."""
    return timeline(scenario(**parts), semantics=BULL)


# -- a hang ---------------------------------------------------------------------------------------------------------


def test_what_a_worker_reports_to_a_hung_redis_is_carried_out_when_it_goes_on() -> None:
    """Nobody has to reconnect: after an outage of 14 s it would be another 18.8 s."""
    assert told(workers=ONE, faults=[{"kind": "redis-hang", "at": "5s", "duration": "14s"}]) == [
        "1000 email-1 started",
        "5000 redis fault-began",
        "9000 email-1 effect",
        "19000 redis fault-ended",
        "19000 email-1 completed",
    ]


def test_locks_expire_while_redis_hangs() -> None:
    """The renewal of 16 s waits in the socket; at 45 s the lock of 30 s is gone, and the report is refused."""
    assert told(workers=TWO, faults=[{"kind": "redis-hang", "at": "5s", "duration": "40s"}]) == [
        "1000 email-1 started",
        "5000 redis fault-began",
        "9000 email-1 effect",
        "45000 redis fault-ended",
        "45000 email-1 ack-rejected",
        "45000 email-2 worker-error",
        "78327 email-1 stalled",
        "78327 email-1 started",
        "86327 email-1 effect",
        "88327 email-1 completed",
    ]


def test_a_hang_that_ends_just_before_the_lock_does_is_harmless() -> None:
    """The lock taken at 1 s lives until the end of the millisecond 31 s."""
    assert told(workers=ONE, faults=[{"kind": "redis-hang", "at": "5s", "duration": "26s"}])[-1] == (
        "31000 email-1 completed"
    )
    assert "31001 email-1 ack-rejected" in told(
        workers=ONE, faults=[{"kind": "redis-hang", "at": "5s", "duration": "26001ms"}]
    )


def test_what_a_dead_process_had_sent_is_carried_out() -> None:
    """Its report lies in the socket; the job has completed, and only its worker would have said so."""
    story = scenario(
        workers=ONE,
        queues={"email": {"service": "5s"}},
        faults=[
            {"kind": "redis-hang", "at": "3s", "duration": "20s"},
            {"kind": "worker-crash", "at": "10s", "target": "email-1"},
        ],
    )
    world = World(story, semantics=BULL)
    world.run()
    assert world.queue("email").counts["completed"] == 1
    assert [event.more for event in world.trace if event.kind == "reply-lost"] == [{"command": "complete"}]


def test_a_redis_that_is_killed_while_it_hangs_does_not_hang_any_more() -> None:
    """What lay in its sockets is gone with it; the client sends it again."""
    lines = told(
        workers=ONE,
        faults=[
            {"kind": "redis-hang", "at": "5s", "duration": "1m"},
            {"kind": "redis-crash", "at": "12s", "duration": "2s"},
        ],
    )
    assert lines[-1] == "16730 email-1 completed"
    assert lines.count("12000 redis fault-ended") == 1


def test_a_submit_to_a_hung_redis_has_the_time_of_its_call() -> None:
    """With a delay of 3 s it is due at 4 s, whenever Redis has heard of it."""
    workload = [{"queue": "email", "delay": "3s", "arrivals": {"kind": "times", "at": ["1s"]}}]
    lines = told(workers=ONE, workload=workload, faults=[{"kind": "redis-hang", "at": "500ms", "duration": "2s"}])
    assert "1000 email-1 submit-waiting" in lines
    assert "4001 email-1 started" in lines


# -- a slow way to Redis ----------------------------------------------------------------------------------------------


def test_half_of_the_latency_passes_before_redis_has_a_command() -> None:
    """Of 2 s: 1 s for the submit; 1 s until the worker has the id; 2 s for the lock; 2 s for the report."""
    faults = [{"kind": "slow-redis", "at": "500ms", "duration": "60s", "latency": "2s"}]
    assert told(workers=ONE, faults=faults) == [
        "500 redis fault-began",
        "3000 email-1 popped",
        "5000 email-1 started",
        "13000 email-1 effect",
        "17000 email-1 completed",
        "60500 redis fault-ended",
    ]


def test_locks_expire_while_renewals_are_under_way() -> None:
    """The worker renews, 40 s away from Redis; the other one finds its job without a lock, and runs it again."""
    assert told(
        workers=TWO,
        queues={"email": {"service": "60s"}},
        faults=[{"kind": "slow-redis", "at": "2s", "target": "email-2", "duration": "5m", "latency": "40s"}],
    ) == [
        "1000 email-1 started",
        "2000 email-2 fault-began",
        "49000 email-1 effect",
        "68326 email-1 stalled",
        "68326 email-1 started",
        "101000 email-1 ack-rejected",
        "116326 email-1 effect",
        "128326 email-1 completed",
        "141000 email-2 worker-error",
        "302000 email-2 fault-ended",
    ]


def test_what_follows_on_a_connection_does_not_overtake() -> None:
    """A submit of 2.9 s is under way for 30 s; one that is made when Redis is fast again comes right after it."""
    workload = [{"queue": "email", "arrivals": {"kind": "times", "at": ["2900ms", "4s"]}}]
    faults = [{"kind": "slow-redis", "at": "1s", "target": "application", "duration": "2s", "latency": "30s"}]
    world = World(scenario(workload=workload, workers=TWO, faults=faults), semantics=BULL)
    world.run()
    assert [event.t_ms for event in world.trace if event.kind == "enqueued"] == [17_900, 17_900]


def test_what_is_under_way_when_the_connection_breaks_is_sent_again() -> None:
    """The submit had arrived, and its answer had not: it runs twice."""
    lines = told(
        workers=ONE,
        faults=[
            {"kind": "slow-redis", "at": "500ms", "target": "application", "duration": "60s", "latency": "2s"},
            {"kind": "redis-partition", "at": "2500ms", "target": "application", "duration": "1s"},
        ],
    )
    assert "2500 email-1 reply-lost" in lines
    assert [line for line in lines if line.endswith("started")] == ["2000 email-1 started", "12000 email-1 started"]


# -- lost replies -----------------------------------------------------------------------------------------------------


def lost(*commands: str, **more: Any) -> list[dict[str, Any]]:
    """One reply gets lost."""
    return [{"kind": "redis-lost-reply", "at": "500ms", "commands": list(commands), "count": 1, **more}]


def test_a_submit_without_a_reply_is_sent_again() -> None:
    """Two payloads, two runs."""
    assert [line for line in told(workers=ONE, faults=lost("add")) if line.endswith("started")] == [
        "1000 email-1 started",
        "11000 email-1 started",
    ]


def test_a_popped_job_whose_id_did_not_arrive_is_found_by_the_stalled_check() -> None:
    """It never had a lock."""
    assert told(workers=ONE, faults=lost("pop")) == [
        "500 redis fault-began",
        "1000 redis fault-ended",
        "1000 email-1 reply-lost",
        "70050 email-1 stalled",
        "70050 email-1 started",
        "78050 email-1 effect",
        "80050 email-1 completed",
    ]


def test_the_job_that_a_lost_reply_brought_waits_for_the_stalled_check() -> None:
    """The first one is reported twice, and refused the second time; the second one's lock expires unused."""
    workload = [{"queue": "email", "arrivals": {"kind": "times", "at": ["1s", "2s"]}}]
    lines = told(workers=ONE, workload=workload, faults=lost("complete"))
    assert "11003 email-1 ack-rejected" in lines
    assert [line for line in lines if "email-2" in line and "submit" not in line][:2] == [
        "70050 email-2 stalled",
        "70050 email-2 started",
    ]


@pytest.mark.parametrize("semantics", ["documented", BULL])
def test_by_the_document_the_caller_hears_of_a_lost_reply(semantics: str) -> None:
    """It does not send again by itself: the job is there, and its caller does not know."""
    story = scenario(workers=ONE, faults=lost("add"))
    rejected = [line for line in timeline(story, semantics=semantics) if line.endswith("rejected")]
    assert rejected == (["1000 email-1 rejected"] if semantics == "documented" else [])
