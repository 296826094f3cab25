"""An operator puts failed jobs back in line, one, all, or by hand in Redis."""

from tests.conformance.case import Script, case


def _fail(q: Script, *numbers: str) -> None:
    for number in numbers:
        q.take()
        q.fail(number)
        q.tick(10)


@case()
def a_retried_job_goes_behind_what_waits(q: Script) -> None:
    """A manual retry stands behind everything that waits."""
    q.add()
    _fail(q, "1")
    q.adds(2)
    q.tick(1_000)
    q.retry("1")
    q.jobs("waiting")
    q.job("1")


@case()
def a_retried_job_with_lifo_runs_next(q: Script) -> None:
    """With lifo a manual retry runs next."""
    q.add(lifo=True)
    _fail(q, "1")
    q.adds(2)
    q.retry("1")
    q.jobs("waiting")


@case()
def a_manual_retry_ignores_priority(q: Script) -> None:
    """A job with a priority is retried behind everything, and not counted among the priorities."""
    q.add(priority=1)
    _fail(q, "1")
    q.adds(2)
    q.add(priority=5)
    q.retry("1")
    q.jobs("waiting")


@case()
def attempts_are_kept_by_a_manual_retry(q: Script) -> None:
    """A job that used up its attempts runs once more and is given up again."""
    q.add(attempts=2)
    q.take()
    q.fail("1")
    q.take()
    q.fail("1")
    q.retry("1")
    q.take()
    q.fail("1", "again")
    q.job("1")
    q.state("1")


@case()
def a_retried_job_may_succeed(q: Script) -> None:
    """A retried job that succeeds keeps its stacks and counts."""
    q.add()
    _fail(q, "1")
    q.retry("1")
    q.take()
    q.complete("1")
    q.job("1")


@case()
def a_job_that_does_not_exist_cannot_be_retried(q: Script) -> None:
    """Retrying an unknown job is refused."""
    q.retry("77")


@case()
def a_waiting_job_cannot_be_retried(q: Script) -> None:
    """Retrying a job that has not failed is refused, but touches its hash."""
    q.add()
    q.retry("1")


@case()
def an_active_job_cannot_be_retried(q: Script) -> None:
    """A locked job cannot be retried."""
    q.add()
    q.take()
    q.retry("1")


@case()
def a_completed_job_loses_its_times_by_a_refused_retry(q: Script) -> None:
    """Retrying a completed job is refused and still deletes finishedOn and processedOn."""
    q.add()
    q.take()
    q.complete("1")
    q.retry("1")
    q.job("1")


@case()
def a_delayed_job_cannot_be_retried(q: Script) -> None:
    """Retrying a job that waits for its backoff is refused."""
    q.add(attempts=2, backoff=9_000)
    q.take()
    q.fail("1")
    q.retry("1")
    q.job("1")


@case()
def a_job_is_retried_once(q: Script) -> None:
    """The second of two retries is refused."""
    q.add()
    _fail(q, "1")
    q.retry("1")
    q.retry("1")
    q.counts()


@case()
def retry_all_takes_the_oldest_failure_first(q: Script) -> None:
    """All failed jobs go back in the order of their failures."""
    q.adds(3)
    q.take()
    q.take()
    q.take()
    for number in ("2", "3", "1"):
        q.fail(number)
        q.tick(10)
    q.add()
    q.retry_all()
    q.jobs("waiting")
    q.counts()


@case()
def retry_all_works_in_batches(q: Script) -> None:
    """The count is only the size of a batch: all are moved."""
    q.adds(5)
    _fail(q, "1", "2", "3", "4", "5")
    q.retry_all(batch=2)
    q.jobs("waiting")


@case()
def retry_all_of_nothing(q: Script) -> None:
    """Without failed jobs nothing happens."""
    q.add()
    q.retry_all()
    q.counts()


@case()
def retry_all_sets_no_time_of_retry(q: Script) -> None:
    """Jobs retried together get no retriedOn."""
    q.add()
    _fail(q, "1")
    q.retry_all()
    q.job("1")


@case()
def retry_all_moves_ids_without_a_hash(q: Script) -> None:
    """An id in the failed set whose hash is gone is moved like the others."""
    q.adds(2)
    _fail(q, "1", "2")
    q.redis("DEL", "{q}1")
    q.retry_all()
    q.jobs("waiting")


@case()
def retry_all_ignores_lifo_and_priority(q: Script) -> None:
    """Jobs retried together stand behind everything, whatever their options."""
    q.add(lifo=True)
    q.add(priority=1)
    q.take()
    q.take()
    q.fail("2")
    q.tick(5)
    q.fail("1")
    q.add(priority=4)
    q.add()
    q.retry_all()
    q.jobs("waiting")


@case()
def a_retry_by_hand_keeps_the_reason(q: Script) -> None:
    """ZREM and LPUSH are enough for a retry; failedReason stays, also after the success."""
    q.add()
    _fail(q, "1")
    q.redis("ZREM", "{q}failed", "1")
    q.redis("LPUSH", "{q}wait", "1")
    q.take()
    q.complete("1")
    q.job("1")


@case()
def a_retry_by_hand_with_fresh_attempts(q: Script) -> None:
    """Deleting attemptsMade by hand gives all attempts back."""
    q.add(attempts=2)
    q.take()
    q.fail("1")
    q.take()
    q.fail("1")
    q.redis("ZREM", "{q}failed", "1")
    q.redis("HDEL", "{q}1", "attemptsMade")
    q.redis("LPUSH", "{q}wait", "1")
    q.take()
    q.fail("1")
    q.counts()


@case()
def forgetting_the_zrem_leaves_the_job_in_two_places(q: Script) -> None:
    """A retry by hand without ZREM ends in failed and completed at once."""
    q.add()
    _fail(q, "1")
    q.redis("LPUSH", "{q}wait", "1")
    q.take()
    q.complete("1")
    q.counts()
    q.state("1")


@case()
def a_retry_to_the_front_by_hand(q: Script) -> None:
    """RPUSH puts a job first in line."""
    q.adds(3)
    _fail(q, "1")
    q.redis("ZREM", "{q}failed", "1")
    q.redis("RPUSH", "{q}wait", "1")
    q.take()


@case()
def a_job_failed_by_stalls_is_retried(q: Script) -> None:
    """A job that was given up as stalled goes back in line with its counter."""
    q.add()
    for _ in range(2):
        q.take()
        q.crash()
        q.tick(31_000)
    q.retry("1")
    q.take()
    q.complete("1")
    q.job("1")


@case()
def a_failed_job_written_by_hand_can_be_retried(q: Script) -> None:
    """A hash and a place in the failed set are enough for retry and retry all."""
    q.redis("HSET", "{q}8", "data", '{"by":"hand"}', "opts", "{}", "failedReason", "x", "attemptsMade", 1)
    q.redis("HSET", "{q}8", "stacktrace", '["x"]', "finishedOn", 1_767_225_600_000)
    q.redis("ZADD", "{q}failed", 1_767_225_600_000, "8")
    q.jobs("failed")
    q.retry("8")
    q.take()
    q.complete("8")
