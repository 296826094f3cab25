"""Locks: lost, extended, expired, in other hands."""

from tests.conformance.case import Script, Settings, case


@case()
def a_lock_holds_the_token_and_expires(q: Script) -> None:
    """Taking a job sets a lock with the worker's token and the full duration."""
    q.add()
    q.take("a")
    q.tick(29_000)
    q.extend("1", "a")
    q.tick(29_000)
    q.complete("1", by="a")


@case()
def an_expired_lock_cannot_be_extended(q: Script) -> None:
    """A lock that ran out is lost for good."""
    q.add()
    q.take()
    q.tick(31_000)
    q.extend("1")
    q.counts()


@case()
def another_worker_cannot_extend_the_lock(q: Script) -> None:
    """Only the holder's token extends a lock."""
    q.add()
    q.take("a")
    q.tick(10_000)
    q.extend("1", "b")
    q.extend("1", "a")


@case()
def extending_takes_the_stalled_mark_away(q: Script) -> None:
    """A job that the check has marked is unmarked by a renewal."""
    q.add()
    q.take()
    q.check()
    q.extend("1")
    q.tick(31_000)
    q.check()
    q.counts()


@case()
def extending_the_lock_of_an_unknown_job_does_nothing(q: Script) -> None:
    """There is no lock to extend."""
    q.extend("77")


@case()
def completing_after_the_lock_ran_out_is_refused(q: Script) -> None:
    """A completion without a lock is refused and changes nothing."""
    q.add()
    q.take()
    q.tick(31_000)
    q.complete("1")
    q.counts()


@case()
def failing_after_the_lock_ran_out_leaves_a_mark(q: Script) -> None:
    """A failure without a lock is refused, but attempt, reason and stack are written."""
    q.add(attempts=1)
    q.take()
    q.tick(31_000)
    q.fail("1")
    q.counts()


@case()
def an_immediate_retry_after_the_lock_ran_out_is_refused(q: Script) -> None:
    """The same for a failure that would be retried at once."""
    q.add(attempts=2)
    q.take()
    q.tick(31_000)
    q.fail("1")
    q.counts()


@case()
def a_backoff_after_the_lock_ran_out_is_refused(q: Script) -> None:
    """The same for a failure that would wait for its backoff."""
    q.add(attempts=2, backoff=1_000)
    q.take()
    q.tick(31_000)
    q.fail("1")
    q.counts()


@case()
def completing_another_workers_job_is_refused(q: Script) -> None:
    """A completion under a foreign lock is refused by name."""
    q.add()
    q.take("a")
    q.complete("1", by="b")
    q.complete("1", by="a")


@case()
def failing_another_workers_job_is_refused(q: Script) -> None:
    """A final failure under a foreign lock is refused, and leaves its mark."""
    q.add()
    q.take("a")
    q.fail("1", by="b")
    q.complete("1", by="a")


@case()
def retrying_another_workers_job_is_refused(q: Script) -> None:
    """A failure with attempts left, under a foreign lock, is refused."""
    q.add(attempts=3)
    q.take("a")
    q.fail("1", by="b")
    q.complete("1", by="a")


@case()
def backing_off_another_workers_job_is_refused(q: Script) -> None:
    """A failure that would wait, under a foreign lock, is refused."""
    q.add(attempts=3, backoff=500)
    q.take("a")
    q.fail("1", by="b")
    q.complete("1", by="a")


@case()
def completing_a_deleted_job_is_refused(q: Script) -> None:
    """A completion of a job whose hash is gone is refused."""
    q.add()
    q.take()
    q.redis("DEL", "{q}1")
    q.complete("1")


@case()
def failing_a_deleted_job_writes_nothing_back(q: Script) -> None:
    """A failure of a job whose hash is gone does not bring the hash back."""
    q.add(attempts=1)
    q.take()
    q.redis("DEL", "{q}1")
    q.fail("1")


@case()
def retrying_a_deleted_job_is_refused(q: Script) -> None:
    """The same for a failure that would be retried at once."""
    q.add(attempts=2)
    q.take()
    q.redis("DEL", "{q}1")
    q.fail("1")


@case()
def backing_off_a_deleted_job_is_refused(q: Script) -> None:
    """The same for a failure that would wait."""
    q.add(attempts=2, backoff=500)
    q.take()
    q.redis("DEL", "{q}1")
    q.fail("1")


@case()
def completing_a_job_that_is_not_active_is_refused(q: Script) -> None:
    """A job with a lock that is not among the active ones cannot be completed."""
    q.add()
    q.take()
    q.redis("LREM", "{q}active", 0, "1")
    q.complete("1")


@case()
def failing_a_job_that_is_not_active_is_refused(q: Script) -> None:
    """Nor can it be failed."""
    q.add()
    q.take()
    q.redis("LREM", "{q}active", 0, "1")
    q.fail("1")


@case()
def retrying_a_job_that_is_not_active(q: Script) -> None:
    """A failure with attempts left, of a job with a lock that is not among the active ones."""
    q.add(attempts=2)
    q.take()
    q.redis("LREM", "{q}active", 0, "1")
    q.fail("1")
    q.counts()


@case()
def backing_off_a_job_that_is_not_active(q: Script) -> None:
    """The same with a backoff."""
    q.add(attempts=2, backoff=1_000)
    q.take()
    q.redis("LREM", "{q}active", 0, "1")
    q.fail("1")
    q.counts()


@case(Settings(lock_ms=60_000, stalled_interval_ms=5_000))
def a_long_lock_survives_many_checks(q: Script) -> None:
    """A job whose lock lives is never stalled, however often the check runs."""
    q.add()
    q.take()
    for _ in range(5):
        q.check()
        q.tick(7_000)
    q.counts()


@case()
def data_that_is_no_json_leaves_the_job_active(q: Script) -> None:
    """Taking a job whose data cannot be read fails after the job was locked; it stalls later."""
    q.add()
    q.redis("HSET", "{q}1", "data", "{broken")
    q.take()
    q.counts()
    q.crash()
    q.counts()


@case()
def options_that_are_no_json_leave_the_job_active(q: Script) -> None:
    """The same for options that cannot be read."""
    q.add()
    q.redis("HSET", "{q}1", "opts", "{broken")
    q.pop()
    q.lock("1")
    q.counts()


@case()
def a_completion_stands_although_the_next_job_cannot_be_read(q: Script) -> None:
    """The job is completed, and the next one is active and locked, although its data cannot be read."""
    q.adds(2)
    q.redis("HSET", "{q}2", "data", "{broken")
    q.take()
    q.complete("1", fetch=True)
    q.counts()


@case()
def a_stack_that_is_no_json_is_dropped(q: Script) -> None:
    """Broken stack traces are forgotten, and the next failure writes its own alone."""
    q.add(attempts=3)
    q.redis("HSET", "{q}1", "stacktrace", "{broken", "attemptsMade", 1, "returnvalue", "{broken")
    q.take()
    q.fail("1")
    q.job("1")
