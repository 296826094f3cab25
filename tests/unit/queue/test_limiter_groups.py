"""Which keys of the rate limiter a job counts for, by its group; and what is left of a job that is bounced back."""

from typing import Any

import pytest

from sim.core.clock import ManualClock
from sim.queue.dequeue import RateLimited, dequeue
from sim.queue.job import JobOptions
from sim.queue.limiter import RateLimit, id_in_group
from sim.queue.submit import add_job
from tests.unit.queue.driver import Driver


@pytest.mark.parametrize(
    ("job_id", "counter"),
    [
        ("x:acme", "bull:q:limiter:acme"),
        ("x:eu:acme", "bull:q:limiter:acme"),
        ("7", "bull:q:limiter:7"),
        ("x:", "bull:q:limiter"),
    ],
)
def test_a_job_counts_for_what_its_id_says_behind_the_last_colon(
    store: Any, clock: ManualClock, job_id: str, counter: str
) -> None:
    """For the queue's own count where it says nothing there."""
    q = Driver(store, clock)
    add_job(store, q.keys, {}, JobOptions(job_id=job_id), now_ms=clock.now_ms)
    dequeue(store, q.keys, q.lock_params, now_ms=clock.now_ms, limit=RateLimit(1, 1_000, by_group=True))
    assert [key.replace(q.keys.base, "bull:q:") for key in store.keys("*") if ":limiter" in key] == [counter]


def test_an_id_in_a_group_ends_with_the_group() -> None:
    """As Bull writes it."""
    assert id_in_group("x", "acme") == "x:acme"


def test_a_bounced_job_leaves_nothing_but_its_hash(store: Any, clock: ManualClock) -> None:
    """In no list, and without a lock."""
    q = Driver(store, clock)
    for job_id in ("1", "2"):
        add_job(store, q.keys, {}, JobOptions(job_id=job_id), now_ms=clock.now_ms)
    limit = RateLimit(1, 1_000, bounce_back=True)
    dequeue(store, q.keys, q.lock_params, now_ms=clock.now_ms, limit=limit)
    bounced = dequeue(store, q.keys, q.lock_params, now_ms=clock.now_ms, limit=limit)
    assert isinstance(bounced, RateLimited)
    assert (bounced.job_id, bounced.is_dropped) == ("2", True)
    held = {key.removeprefix(q.keys.base) for key in store.keys("*")}
    assert held == {"id", "active", "limiter", "1", "1:lock", "2"}
    assert store.lrange(q.keys.active, 0, -1) == ["1"]
