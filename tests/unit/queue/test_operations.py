"""Promote, remove, clean and drain: what the conformance catalogue does not say."""

import pytest

from sim.queue.clean import clean_jobs
from sim.queue.drain import Drained, drain_queue
from sim.queue.errors import JobLocked, NotDelayed
from sim.queue.getters import job_counts
from sim.queue.pause import is_paused, pause_queue
from sim.queue.promote import promote_job
from sim.queue.remove import remove_job
from tests.unit.queue.driver import Driver


def test_a_drain_may_leave_the_delayed_jobs(q: Driver) -> None:
    """Only then; and it tells what it took, the next to run first."""
    q.add()
    q.add()
    q.add(delay_ms=1_000)
    assert drain_queue(q.store, q.keys, delayed=False) == Drained(["1", "2"], [])
    assert job_counts(q.store, q.keys)["delayed"] == 1
    q.clock.advance(1_001)
    assert q.promote() == ["3"]


def test_a_drain_tells_paused_and_delayed_jobs(q: Driver) -> None:
    """In the order in which they would have come."""
    q.add(delay_ms=2_000)
    q.add(delay_ms=1_000)
    q.add()
    q.add()
    pause_queue(q.store, q.keys)
    assert drain_queue(q.store, q.keys) == Drained(["3", "4"], ["2", "1"])
    assert is_paused(q.store, q.keys)
    q.add()
    assert q.take().id == "5"


@pytest.mark.parametrize(("grace_ms", "cleaned"), [(99, ["1"]), (100, []), (101, [])])
def test_a_job_of_exactly_the_age_stays(q: Driver, grace_ms: int, cleaned: list[str]) -> None:
    """It must be older."""
    q.add()
    q.complete(q.take())
    q.clock.advance(100)
    assert clean_jobs(q.store, q.keys, "completed", now_ms=q.clock.now_ms, grace_ms=grace_ms) == cleaned


@pytest.mark.parametrize(("limit", "left"), [(0, 0), (1, 2), (2, 1), (3, 0), (4, 0)])
@pytest.mark.parametrize("state", ["waiting", "failed"])
def test_a_limit_is_kept(q: Driver, state: str, limit: int, left: int) -> None:
    """Lists and sets alike; 0 is none."""
    for _ in range(3):
        q.add()
        if state == "failed":
            q.fail(q.take())
    q.clock.advance(1)
    clean_jobs(q.store, q.keys, state, now_ms=q.clock.now_ms, limit=limit)
    assert job_counts(q.store, q.keys)[state] == left


def test_refusals_say_why(q: Driver) -> None:
    """In Bull's words."""
    q.add()
    with pytest.raises(NotDelayed, match=r"^Job 1 is not in a delayed state$"):
        promote_job(q.store, q.keys, "1")
    q.take()
    with pytest.raises(JobLocked, match=r"^Could not remove job 1$"):
        remove_job(q.store, q.keys, "1")
