"""The timeout of a job: what is reported, what is left of the attempt, and what the handler that goes on changes."""

from typing import Any

from tests.conformance.case import Case, Script, Settings, case, define

LATE, SOON = 120, 5
"""Real ms that a handler takes; a timeout of ``SHORT`` is over before the one and not before the other."""
SHORT, LONG = 40, 5_000


@case()
def an_attempt_that_outlasts_its_timeout_fails_while_its_handler_goes_on(q: Script) -> None:
    """The only attempt: failed for good, with the timeout as its reason, and no lock is left."""
    q.add(timeout=SHORT)
    q.take()
    q.work("1", LATE)
    q.job("1")
    q.state("1")
    q.extend("1")


@case()
def a_handler_that_ends_in_time_is_what_counts(q: Script) -> None:
    """Completed, with the option kept in its hash."""
    q.add(timeout=LONG)
    q.take()
    q.work("1", SOON)
    q.job("1")


@case()
def an_error_in_time_is_the_handler_s_own(q: Script) -> None:
    """The timeout adds nothing to it."""
    q.add(timeout=LONG, attempts=2)
    q.take()
    q.work("1", SOON, raises="no stock")
    q.job("1")


@case()
def an_error_after_the_timeout_is_heard_by_nobody(q: Script) -> None:
    """What failed the attempt stays its reason."""
    q.add(timeout=SHORT, attempts=2)
    q.take()
    q.work("1", LATE, raises="too late")
    q.job("1")
    q.take()


@case()
def a_job_that_timed_out_is_tried_again_at_once_without_a_backoff(q: Script) -> None:
    """It waits behind its neighbour; its success leaves the reason of the timeout in the hash."""
    q.add(timeout=SHORT, attempts=2)
    q.add()
    q.take()
    q.work("1", LATE)
    q.jobs("waiting")
    q.take()
    q.take()
    q.work("1", SOON)
    q.job("1")


@case()
def a_job_that_timed_out_waits_for_its_backoff(q: Script) -> None:
    """Delayed and without a lock, nothing about it stalls."""
    q.add(timeout=SHORT, attempts=3, backoff={"type": "exponential", "delay": 2_000})
    q.take()
    q.work("1", LATE)
    q.jobs("delayed")
    q.crash()
    q.promote()
    q.take()
    q.work("1", LATE)
    q.job("1")


@case()
def another_worker_may_run_the_next_attempt(q: Script) -> None:
    """It holds its own copy of the job, with one attempt made."""
    q.add(timeout=SHORT, attempts=2)
    q.take()
    q.work("1", LATE)
    q.take(by="b")
    q.work("1", SOON, by="b")
    q.job("1")


@case()
def a_handler_that_discards_after_its_timeout_takes_no_attempt_away(q: Script) -> None:
    """The next attempt has a job object of its own."""
    q.add(timeout=SHORT, attempts=3)
    q.take()
    q.work("1", LATE, raises="late", discards=True)
    q.take()
    q.work("1", SOON, raises="again")
    q.state("1")


@case()
def a_handler_that_discards_in_time_ends_the_job(q: Script) -> None:
    """As it does without a timeout."""
    q.add(timeout=LONG, attempts=3)
    q.take()
    q.work("1", SOON, raises="hopeless", discards=True)
    q.state("1")


@case()
def retention_counts_a_job_that_timed_out(q: Script) -> None:
    """Kept: the newest one; removed at once: the other kind."""
    q.add(timeout=SHORT, removeOnFail=1)
    q.add(timeout=SHORT, removeOnFail=1)
    q.add(timeout=SHORT, removeOnFail=True)
    for job_id in ("1", "2", "3"):
        q.take()
        q.work(job_id, LATE)
        q.jobs("failed")
    q.job("3")


@case()
def a_job_that_timed_out_can_be_retried_by_hand(q: Script) -> None:
    """Its attempts stay counted."""
    q.add(timeout=SHORT)
    q.take()
    q.work("1", LATE)
    q.retry("1")
    q.take()
    q.work("1", SOON)
    q.job("1")


@case(Settings(lock_ms=30_000))
def a_timeout_after_the_lock_is_lost_is_refused(q: Script) -> None:
    """Another worker has the job; the hash is overwritten all the same."""
    q.add(timeout=SHORT, attempts=2)
    q.take()
    q.tick(31_000)
    q.check()
    q.tick(31_000)
    q.check()
    q.take(by="b")
    q.work("1", LATE)
    q.job("1")
    q.complete("1", by="b")


def _values() -> dict[str, tuple[Any, str]]:
    return {
        "zero": (0, "None."),
        "null": (None, "None."),
        "no": (False, "None."),
        "nothing": ("", "None."),
        "yes": (True, "No number: the attempt fails at once."),
        "text": ("40", "No number, although it looks like one: the attempt fails at once."),
        "negative": (-5, "Not positive: the attempt fails at once."),
        "list": ([40], "No number: the attempt fails at once."),
        "object": ({"ms": 40}, "No number: the attempt fails at once."),
        "half": (0.5, "A fraction of a millisecond is one."),
        "fraction": (40.5, "The message says it as it was given."),
        "more-than-a-timer-holds": (3_000_000_000, "More than 24.8 days are 1 ms to Node."),
    }


for _name, (_given, _claim) in _values().items():
    _script = Script()
    _script.add(timeout=_given, attempts=2)
    _script.take()
    _script.work("1", LATE)
    _script.job("1")
    define(Case(f"a-timeout-of-{_name}", "timeouts", _claim, Settings(), _script.steps))
