"""What an operator does (BULL_FACTS 10, 11, 12)."""

import pytest

from sim.queue.errors import RetryRefused
from sim.queue.getters import get_job, job_counts, job_ids, job_state
from sim.queue.job import Keep
from sim.queue.manual_retry import retry_job
from sim.queue.pause import is_paused, pause_queue, resume_queue
from tests.unit.queue.driver import Driver


def test_a_retried_job_keeps_its_history_and_runs_once_more(q: Driver) -> None:
    """Three of three attempts used: one more start, the fourth attempt, and failed again."""
    q.add(attempts=3)
    for _ in range(3):
        q.fail(q.take())
    retry_job(q.store, q.keys, "1", now_ms=q.clock.now_ms)
    fields = q.hash("1")
    assert fields["attemptsMade"] == "3"
    assert "failedReason" not in fields
    assert "finishedOn" not in fields
    assert fields["retriedOn"] == str(q.clock.now_ms)
    assert q.fail(q.take()).verdict == "failed"
    assert q.hash("1")["attemptsMade"] == "4"


def test_a_locked_job_cannot_be_retried(q: Driver) -> None:
    """It is running."""
    q.add()
    q.take()
    with pytest.raises(RetryRefused, match="The job is locked"):
        retry_job(q.store, q.keys, "1", now_ms=0)


def test_a_job_that_does_not_exist_cannot_be_retried(q: Driver) -> None:
    """It may have been removed."""
    with pytest.raises(RetryRefused, match="The job doesn't exist"):
        retry_job(q.store, q.keys, "1", now_ms=0)


def test_a_refused_retry_of_a_completed_job_still_deletes_its_times(q: Driver) -> None:
    """An odd corner of the library, kept."""
    q.add()
    q.complete(q.take())
    with pytest.raises(RetryRefused, match="has been already retried or has not failed"):
        retry_job(q.store, q.keys, "1", now_ms=0)
    assert "finishedOn" not in q.hash("1")
    assert "processedOn" not in q.hash("1")
    assert job_state(q.store, q.keys, "1") == "completed"


def test_a_paused_queue_lines_jobs_up_elsewhere(q: Driver) -> None:
    """Adds, promotions, stalls and retries go to ``paused``; resuming brings all back."""
    q.add()
    q.take()
    q.add()
    pause_queue(q.store, q.keys)
    assert is_paused(q.store, q.keys)
    q.add()
    q.crash("1")
    assert q.line == []
    assert job_counts(q.store, q.keys)["paused"] == 3
    resume_queue(q.store, q.keys)
    assert q.line == ["1", "2", "3"]
    assert q.store.exists(q.keys.meta) == 0


def test_an_own_id_is_ignored_while_the_job_exists_in_any_state(q: Driver) -> None:
    """The counter goes on all the same; after removal the id is free."""
    q.add(job_id="mine", remove_on_complete=True)
    assert q.add(job_id="mine") == "mine"
    assert q.line == ["mine"]
    assert q.store.get(q.keys.id) == "2"
    q.complete(q.take())
    q.add(job_id="mine")
    assert q.line == ["mine"]


def test_an_own_number_can_be_overwritten_by_the_counter(q: Driver) -> None:
    """The id stands in line twice then."""
    q.add(job_id="2")
    q.add()
    assert q.line == ["2", "2"]


def test_counts_and_lists_tell_every_state(q: Driver) -> None:
    """Waiting by who runs next, finished newest first."""
    for _ in range(3):
        q.add()
        q.fail(q.take())
        q.clock.advance(1)
    q.add(delay_ms=5)
    q.add()
    q.add()
    q.add(remove_on_complete=Keep(count=1))
    q.take()
    assert job_counts(q.store, q.keys) == {
        "waiting": 2,
        "active": 1,
        "completed": 0,
        "failed": 3,
        "delayed": 1,
        "paused": 0,
    }
    assert list(job_ids(q.store, q.keys, "failed")) == ["3", "2", "1"]
    assert list(job_ids(q.store, q.keys, "waiting")) == ["6", "7"]
    states = [job_state(q.store, q.keys, job_id) for job_id in ("1", "4", "5", "6", "99")]
    assert states == ["failed", "delayed", "active", "waiting", "stuck"]
    job = get_job(q.store, q.keys, "7")
    assert job is not None
    assert job.options.remove_on_complete == Keep(count=1)


def test_a_job_put_there_by_hand_needs_no_fields(q: Driver) -> None:
    """An id without a hash runs with empty data and completes."""
    q.store.lpush(q.keys.wait, "77")
    job = q.take()
    assert (job.id, job.data, job.options.attempts) == ("77", {}, 1)
    q.complete(job)
    assert q.store.zrange(q.keys.completed, 0, -1) == ["77"]
