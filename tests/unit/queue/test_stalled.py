"""Abandoned jobs (BULL_FACTS 4, 5)."""

import pytest

from sim.queue.dequeue import pop_waiting
from sim.queue.locks import extend_lock
from sim.queue.manual_retry import retry_job
from sim.queue.stalled import StalledCheck, check_stalled_jobs
from tests.unit.queue.driver import INTERVAL_MS, Driver


def test_the_first_check_only_marks(q: Driver) -> None:
    """A job without a lock is recovered by the second check, not by the first."""
    q.add()
    q.take()
    q.expire_lock("1")
    assert q.check().stalled == []
    assert q.check().stalled == ["1"]


def test_a_lock_protects_a_marked_job(q: Driver) -> None:
    """However many checks pass."""
    q.add()
    q.take()
    assert [q.check().stalled for _ in range(3)] == [[], [], []]


def test_a_renewal_takes_the_mark_away(q: Driver) -> None:
    """After it, one more check is needed."""
    q.add()
    q.take()
    q.check()
    assert extend_lock(q.store, q.keys, "1", q.lock_params)
    q.expire_lock("1")
    assert q.check().stalled == []
    assert q.check().stalled == ["1"]


def test_only_the_holder_can_renew(q: Driver) -> None:
    """Neither another worker nor one whose lock is gone."""
    q.add()
    q.take()
    assert not extend_lock(q.store, q.keys, "1", q.other)
    q.expire_lock("1")
    assert not extend_lock(q.store, q.keys, "1", q.lock_params)


def test_checks_are_throttled_for_all_workers(q: Driver) -> None:
    """While the key of the last check lives, another does nothing."""
    q.add()
    q.check()
    again = check_stalled_jobs(q.store, q.keys, now_ms=q.clock.now_ms, max_stalled=1, interval_ms=INTERVAL_MS)
    assert not again.ran


@pytest.mark.parametrize(("max_stalled", "kills"), [(0, 1), (1, 2), (2, 3)])
def test_a_job_fails_at_one_stall_more_than_allowed(q: Driver, max_stalled: int, kills: int) -> None:
    """Whatever its attempts say; with no stack trace and no attempt counted."""
    q.add(attempts=5)
    for kill in range(1, kills + 1):
        q.take()
        check = q.crash("1", max_stalled)
        assert (check.failed == ["1"]) == (kill == kills)
    fields = q.hash("1")
    assert fields["failedReason"] == "job stalled more than allowable limit"
    assert fields["stalledCounter"] == str(kills)
    assert "attemptsMade" not in fields
    assert "stacktrace" not in fields


def test_stalls_are_never_forgiven(q: Driver) -> None:
    """A job that failed with two stalls and is retried by hand fails at the next one, with three."""
    q.add()
    for _ in range(2):
        q.take()
        q.crash("1")
    retry_job(q.store, q.keys, "1", now_ms=q.clock.now_ms)
    q.take()
    assert q.crash("1").failed == ["1"]
    assert q.hash("1")["stalledCounter"] == "3"


def test_a_job_popped_but_never_locked_is_recovered_like_a_stall(q: Driver) -> None:
    """The worker died between the pop and the lock."""
    q.add()
    assert pop_waiting(q.store, q.keys) == "1"
    q.check()
    assert q.check().stalled == ["1"]
    assert q.hash("1")["stalledCounter"] == "1"


def test_of_several_stalled_jobs_the_largest_number_runs_first(q: Driver) -> None:
    """They are put in front one after the other."""
    for _ in range(3):
        q.add()
        q.take()
    q.check()
    for job_id in ("1", "2", "3"):
        q.expire_lock(job_id)
    assert q.check().stalled == ["1", "2", "3"]
    assert q.line == ["3", "2", "1"]


def test_a_check_within_the_interval_of_another_does_nothing_at_all(q: Driver) -> None:
    """It says so, and neither marks nor recovers."""
    q.add()
    q.take()
    assert q.check() == StalledCheck(True, [], [], [], ())
    q.expire_lock("1")
    again = check_stalled_jobs(q.store, q.keys, now_ms=q.clock.now_ms, max_stalled=1, interval_ms=INTERVAL_MS)
    assert again == StalledCheck(False, [], [], [], ())
    assert q.store.lrange(q.keys.active, 0, -1) == ["1"]
