"""The rate limiter (BULL_FACTS 11)."""

import math
from typing import Any

from sim.core.clock import ManualClock
from sim.queue.dequeue import RateLimited, dequeue
from sim.queue.job import Job
from sim.queue.limiter import RateLimit
from sim.queue.promote import promote_due_jobs
from sim.stores.fakeredis_store import open_fakeredis
from tests.conftest import T0
from tests.unit.queue.driver import Driver


def starts(limit: RateLimit, jobs: int, clock: ManualClock) -> list[int]:
    """Run jobs that take no time under a limiter, and list when each started, ms."""
    q = Driver(open_fakeredis(clock)[1], clock)
    for _ in range(jobs):
        q.add()
    begun: list[int] = []
    while len(begun) < jobs:
        taken: Any = dequeue(q.store, q.keys, q.lock_params, now_ms=clock.now_ms, limit=limit)
        if isinstance(taken, Job):
            begun.append(clock.now_ms - T0)
            q.complete(taken)
        elif taken is None:
            due = promote_due_jobs(q.store, q.keys, now_ms=clock.now_ms).next_due_ms
            if due is not None and q.store.llen(q.keys.wait) == 0:
                clock.advance(max(1, math.ceil(due - clock.now_ms)))
        else:
            assert isinstance(taken, RateLimited)
    return begun


def test_the_first_burst_is_free_and_the_rest_are_spaced(clock: ManualClock) -> None:
    """Three at once, one at the end of the window, then 1.1 * duration / max apart."""
    begun = starts(RateLimit(3, 500), 10, clock)
    measured = [0, 0, 0, 500, 683, 866, 1050, 1233, 1416, 1600]
    assert all(abs(ours - theirs) <= 5 for ours, theirs in zip(begun, measured, strict=True)), begun


def test_one_job_in_each_window(clock: ManualClock) -> None:
    """After the first, each waits its turn behind those held back."""
    begun = starts(RateLimit(1, 200), 4, clock)
    measured = [0, 200, 420, 640]
    assert all(abs(ours - theirs) <= 5 for ours, theirs in zip(begun, measured, strict=True)), begun
