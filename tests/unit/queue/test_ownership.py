"""Late reports of workers that lost their job (BULL_FACTS 6)."""

import json

import pytest

from sim.queue.errors import JobMissing, LockMismatch, LockMissing, NotActive
from tests.unit.queue.driver import Driver


def test_a_completion_without_the_lock_is_refused(q: Driver) -> None:
    """Nobody holds it: missing. Another does: mismatch."""
    q.add()
    late = q.take()
    q.crash("1")
    q.take(q.other)
    with pytest.raises(LockMismatch, match=r"Lock mismatch for job 1\. Cmd finished from active"):
        q.complete(late)
    q.expire_lock("1")
    with pytest.raises(LockMissing, match="Missing lock for job 1 finished"):
        q.complete(late)


def test_a_late_failure_leaves_its_mark_on_a_job_that_another_completed(q: Driver) -> None:
    """The completed job ends with attemptsMade 1 and the reason of the refusal, and stays completed."""
    q.add()
    late = q.take()
    q.crash("1")
    q.complete(q.take(q.other), q.other, return_value="ok")
    with pytest.raises(LockMissing, match="Missing lock for job 1 failed"):
        q.fail(late, message="Missing lock for job 1 finished")
    fields = q.hash("1")
    assert fields["returnvalue"] == '"ok"'
    assert (fields["attemptsMade"], fields["failedReason"]) == ("1", "Missing lock for job 1 finished")
    assert len(json.loads(fields["stacktrace"])) == 1
    assert q.store.zrange(q.keys.completed, 0, -1) == ["1"]
    assert q.failed() == []


def test_the_refusal_names_what_the_failure_would_have_become(q: Driver) -> None:
    """``retry`` while attempts are left, ``failed`` when none are."""
    q.add(attempts=2)
    late = q.take()
    q.expire_lock("1")
    with pytest.raises(LockMissing, match="Missing lock for job 1 retry"):
        q.fail(late)
    with pytest.raises(LockMissing, match="Missing lock for job 1 failed"):
        q.fail(late)


def test_a_job_that_was_removed_is_missing(q: Driver) -> None:
    """And its hash does not come back."""
    q.add(remove_on_complete=True)
    late = q.take()
    q.crash("1")
    q.complete(q.take(q.other), q.other)
    with pytest.raises(JobMissing, match="Missing key for job 1 failed"):
        q.fail(late)
    assert q.hash("1") == {}


def test_a_holder_whose_job_is_not_active_gives_up_its_lock_in_vain(q: Driver) -> None:
    """Somebody removed the id from active by hand."""
    q.add()
    job = q.take()
    q.store.lrem(q.keys.active, 0, "1")
    with pytest.raises(NotActive, match="Job 1 is not in the active state"):
        q.complete(job)
    assert q.store.exists(q.keys.lock("1")) == 0
    assert q.store.zcard(q.keys.completed) == 0


def test_a_second_holder_that_fails_writes_its_own_count(q: Driver) -> None:
    """The count in its memory wins over the mark of the first."""
    q.add(attempts=3)
    first = q.take()
    q.crash("1")
    second = q.take(q.other)
    with pytest.raises(LockMismatch):
        q.fail(first)
    q.fail(second, q.other)
    assert q.hash("1")["attemptsMade"] == "1"


def test_completing_fetches_the_next_job_in_the_same_step(q: Driver) -> None:
    """Taken, locked and out of the priorities; None when nobody waits."""
    q.add()
    q.add(priority=5)
    job = q.take()
    assert job.id == "2"
    following = q.complete(job, fetch_next=True).next_job
    assert following is not None
    assert following.id == "1"
    assert q.store.get(q.keys.lock("1")) == "worker"
    assert q.complete(following, fetch_next=True).next_job is None
