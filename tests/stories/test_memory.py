"""Redis has a limit of memory: while it is full it refuses what needs more, or gives keys up."""

from typing import Any

import pytest

from sim.engine.run import run
from sim.engine.world import World
from sim.queue.keys import LOCK
from sim.results.trace import EventKind
from tests.stories.test_stories import scenario, timeline

BULL = "bull-4.16"
FULL: dict[str, Any] = {"max_memory": "2mb"}
"""An empty one takes 1 MB of it."""


def emails(size: str, *at: str) -> dict[str, Any]:
    """Emails of a size at these times."""
    return {"queue": "email", "size": size, "arrivals": {"kind": "times", "at": list(at)}}


def flood(at: str) -> dict[str, Any]:
    """So many delayed emails at once that they take what is left of 2 MB."""
    arrivals = {"kind": "bursts", "size": 1_100, "bursts": 1, "interval": "1s", "start": at}
    return {"queue": "email", "size": "300b", "delay": "1h", "arrivals": arrivals}


def test_a_submit_is_rejected_where_its_data_does_not_fit_any_more() -> None:
    """Redis has the data in memory before it looks. It is not full, so all else goes on, until somebody makes room."""
    story = scenario(
        redis=FULL,
        workload=[emails("400kb", "0s", "1s", "2s", "15s")],
        queues={"email": {"service": "1500ms", "remove_on_complete": False}},
        operator=[{"at": "13s", "do": "clean", "queue": "email", "state": "completed"}],
    )
    assert timeline(story, semantics=BULL) == [
        "0 email-1 started",
        "1200 email-1 effect",
        "1500 email-1 completed",
        "1500 email-2 started",
        "2000 email-3 rejected",
        "2700 email-2 effect",
        "3000 email-2 completed",
        "13000 operator operator-acted",
        "13000 email-1 removed",
        "13000 email-2 removed",
        "15000 email-4 started",
        "16200 email-4 effect",
        "16500 email-4 completed",
    ]


def test_an_idle_worker_s_blocked_pop_is_refused_when_it_times_out() -> None:
    """At 5 s and each 5 s from then on, as if nobody could ever wait; stalled checks are refused as well."""
    story = scenario(redis=FULL, workload=[flood("1s")], duration="40s")
    errors = [line for line in timeline(story, semantics=BULL) if line.endswith("worker-error")]
    assert errors[:3] == ["5048 email-1 worker-error", "10048 email-1 worker-error", "15048 email-1 worker-error"]


def test_a_failed_attempt_stops_a_full_queue() -> None:
    """It cannot be written down, so nothing is freed; the job has no worker, and no check may find that out."""
    story = scenario(
        redis=FULL,
        workload=[emails("100b", "0s"), flood("1s")],
        queues={"email": {"service": "10s", "attempts": 3}},
        faults=[{"kind": "handler-error", "jobs": ["email-1"], "rate": 1, "first_attempts": 1}],
        duration="10m",
    )
    lines = [line for line in timeline(story, semantics=BULL) if not line.endswith("rejected") or "email-1 " in line]
    assert lines[:4] == [
        "0 email-1 started",
        "8000 email-1 attempt-failed",
        "8000 email-1 ack-rejected",
        "8000 email-1 worker-error",
    ]
    assert {line.split()[-1] for line in lines[4:]} == {"worker-error"}


def test_a_busy_worker_goes_from_job_to_job() -> None:
    """What ends a job begins with what frees memory, and takes the next one along."""
    story = scenario(
        redis=FULL,
        workload=[emails("100b", "0s", "0s", "0s"), flood("1s")],
        queues={"email": {"service": "10s", "remove_on_complete": False}},
        duration="40s",
    )
    lines = timeline(story, semantics=BULL)
    assert [line for line in lines if line.endswith("completed")] == [
        "10000 email-1 completed",
        "20000 email-2 completed",
        "30000 email-3 completed",
    ]


def test_volatile_ttl_gives_up_locks() -> None:
    """They are the keys that expire: the worker's report is refused, with its own lock away."""
    story = scenario(
        redis={**FULL, "eviction": "volatile-ttl"},
        workload=[emails("600kb", "0s", "1s", "2s")],
        queues={"email": {"service": "5s"}},
        duration="8s",
    )
    result = run(story, modes=["queue"], semantics=BULL).modes["queue"]
    evicted = [(record.more or {})["key"] for record in result.trace if record.kind is EventKind.KEY_EVICTED]
    assert f"bull:email:1{LOCK}" in evicted
    refused = [record.more for record in result.trace if record.kind is EventKind.ACK_REJECTED]
    assert refused == [{"error": "Missing lock for job 1 finished"}]


def test_allkeys_lru_gives_up_the_data_of_jobs_that_wait() -> None:
    """The second runs all the same, with no data; what its handler makes of that is its own affair."""
    story = scenario(
        redis={**FULL, "eviction": "allkeys-lru"},
        workload=[emails("400kb", "0s", "1s", "2s", "3s")],
        queues={"email": {"service": "5s"}},
        duration="3m",
    )
    result = run(story, modes=["queue"], semantics=BULL).modes["queue"]
    evicted = [(record.more or {})["key"] for record in result.trace if record.kind is EventKind.KEY_EVICTED]
    assert "bull:email:2" in evicted
    failed = [record.job for record in result.trace if record.kind is EventKind.FAILED]
    assert failed == ["email-2"]


@pytest.mark.parametrize("eviction", ["noeviction", "allkeys-lru", "volatile-ttl"])
def test_both_stores_are_full_at_the_same_moment(eviction: str) -> None:
    """What is used is worked out from the keys, whatever holds them."""
    story = scenario(
        redis={**FULL, "eviction": eviction},
        workload=[emails("90kb", *(f"{second}s" for second in range(30)))],
        queues={"email": {"service": "2s", "remove_on_complete": 5}},
        duration="5m",
    )
    traces = {
        run(story, modes=["queue"], store=store).modes["queue"].trace.sha256() for store in ("fakeredis", "memory")
    }
    assert len(traces) == 1


def test_without_a_limit_a_size_changes_nothing_but_the_data() -> None:
    """A job's data is as long as the entry says, or as it must be."""
    story = scenario(workload=[emails("10kb", "1s"), emails("10b", "1s")])
    world = World(story, semantics=BULL)
    world.run_until("2s")
    lengths = [len(world.redis.hget(f"bull:email:{number}", "data") or "") for number in (1, 2)]
    assert lengths[0] == 10 * 1024
    assert 40 < lengths[1] < 200
