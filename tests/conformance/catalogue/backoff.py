"""How long a failed job waits, of every kind of backoff and number of attempts."""

from typing import Any

from tests.conformance.case import Case, Script, Settings, case, define

GROUP = "backoff"


def _fails_until_it_is_given_up(attempts: int, backoff: Any) -> list[Any]:
    """One job that always fails; after every failure time passes until it must be due."""
    q = Script()
    options = {} if backoff is None else {"backoff": backoff}
    q.add(attempts=attempts, **options)
    for _ in range(max(1, attempts)):
        q.take()
        q.fail("1")
        q.tick(100_000)
        q.promote()
    q.take()
    q.state("1")
    return q.steps


KINDS: dict[str, Any] = {
    "no-backoff": None,
    "fixed": {"type": "fixed", "delay": 5_000},
    "exponential": {"type": "exponential", "delay": 1_000},
    "plain-number": 700,
    "zero-delay": {"type": "fixed", "delay": 0},
}
for kind, setting in KINDS.items():
    for attempts in (0, 1, 2, 3, 5, 6):
        define(
            Case(
                f"{kind}-with-{attempts}-attempts",
                GROUP,
                f"A job with attempts {attempts} and {kind} that always fails starts {max(1, attempts)} times.",
                Settings(),
                _fails_until_it_is_given_up(attempts, setting),
            )
        )


@case()
def exponential_is_not_due_a_moment_early(q: Script) -> None:
    """A job with backoff stays delayed up to its due time and goes in the millisecond after."""
    q.add(attempts=2, backoff={"type": "exponential", "delay": 2_000})
    q.take()
    q.fail("1")
    for ms in (1_999, 1, 1):
        q.tick(ms)
        q.promote()
    q.take()


@case(Settings(strategies={"steps": [3_000, 0, None, -100, -1]}))
def a_custom_strategy_decides_every_kind_of_delay(q: Script) -> None:
    """A strategy's delay, 0, nothing, a number below -1 (due in the past) and -1 (give up) each do their part."""
    q.add(attempts=9, backoff={"type": "steps", "delay": 0})
    for _ in range(5):
        q.take()
        q.fail("1")
        q.tick(10_000)
        q.promote()
    q.state("1")


@case(Settings(strategies={"fixed": [9_000]}))
def a_custom_strategy_may_take_the_name_of_a_built_in_one(q: Script) -> None:
    """A strategy called fixed replaces the built-in one."""
    q.add(attempts=2, backoff={"type": "fixed", "delay": 100})
    q.take()
    q.fail("1")


@case()
def a_discarded_job_fails_for_good(q: Script) -> None:
    """A discarded job is given up at its next failure, whatever attempts it has left."""
    q.add(attempts=5, backoff=1_000)
    q.take()
    q.discard("1")
    q.fail("1")


@case()
def discard_is_forgotten_with_the_memory_of_its_worker(q: Script) -> None:
    """Another worker that takes the job later knows nothing of the discard."""
    q.add(attempts=3)
    q.take("a")
    q.discard("1", "a")
    q.crash()
    q.take("b")
    q.fail("1", by="b")


@case()
def every_failure_leaves_its_stack(q: Script) -> None:
    """The stack of every attempt is kept, the reason of the last one only."""
    q.add(attempts=3)
    for message in ("first", "second", "third"):
        q.take()
        q.fail("1", message)
    q.job("1")


@case()
def a_success_keeps_the_history_of_failures(q: Script) -> None:
    """After a success, failedReason, stacktrace and attemptsMade of earlier failures remain."""
    q.add(attempts=3)
    q.take()
    q.fail("1", "not yet")
    q.take()
    q.complete("1", {"ok": True})
    q.job("1")


@case()
def a_message_may_hold_any_letters(q: Script) -> None:
    """Reasons with quotes, line breaks, other alphabets and emoji are kept as they are."""
    q.add({"text": 'ÄÖ "q" \\ \n 日本 😀'}, attempts=2)
    q.take()
    q.fail("1", 'ÄÖ "q" \\ \n 日本 😀')
    q.job("1")


@case()
def two_jobs_back_off_independently(q: Script) -> None:
    """Two failing jobs with different bases are each due by their own timetable."""
    q.add(attempts=3, backoff={"type": "exponential", "delay": 1_000})
    q.add(attempts=3, backoff={"type": "fixed", "delay": 2_000})
    for _ in range(2):
        q.take()
        q.take()
        q.fail("1")
        q.fail("2")
        q.tick(2_500)
        q.promote()
        q.tick(2_500)
        q.promote()
    q.jobs("waiting")


@case()
def large_attempt_numbers_stay_exact(q: Script) -> None:
    """The eleventh exponential delay is base * (2**11 - 1) to the millisecond."""
    q.add(attempts=12, backoff={"type": "exponential", "delay": 1_000})
    for _ in range(11):
        q.take()
        q.fail("1")
        q.tick(3_000_000)
        q.promote()
    q.take()
    q.job("1")


@case()
def an_unknown_kind_of_backoff_records_nothing(q: Script) -> None:
    """With a backoff that nobody defined the failure is not recorded; the job stays active until it stalls."""
    q.add(attempts=3, backoff={"type": "nosuch", "delay": 100})
    q.take()
    q.fail("1")
    q.crash()
    q.take()
    q.fail("1", "again")
    q.crash()
    q.job("1")
