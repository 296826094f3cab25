"""Custom backoff strategies: what they are told, what their answers do, and what happens when they fail."""

from typing import Any

from tests.conformance.case import Case, Script, Settings, case, define

GROUP = "strategies"

ANSWERS: dict[str, Any] = {
    "a-whole-number": 2_500,
    "half-a-millisecond": 0.5,
    "a-fraction": 1_234.56,
    "zero": 0,
    "null": None,
    "false": False,
    "true": True,
    "minus-one": -1,
    "minus-one-and-a-bit": -1.5,
    "minus-half": -0.5,
    "minus-two": -2,
    "far-in-the-past": -10_000_000_000_000,
    "a-week": 604_800_000,
    "a-number-as-text": "500",
    "minus-one-as-text": "-1",
    "words": "soon",
    "an-empty-text": "",
    "an-empty-list": [],
    "a-list-with-a-number": [300],
    "an-object": {"delay": 300},
}
"""What a strategy may answer, besides a plain delay."""


def _answered(answer: Any) -> list[Any]:
    q = Script()
    q.add(attempts=2, backoff={"type": "own"})
    q.take()
    q.fail("1")
    q.state("1")
    for ms in (1, 2_499, 1_000):
        q.tick(ms)
        q.promote()
    q.take()
    q.fail("1", "again")
    q.job("1")
    return q.steps


for said, answer in ANSWERS.items():
    define(
        Case(
            f"a-strategy-answers-{said}",
            GROUP,
            f"What {said.replace('-', ' ')} as a strategy's answer does with a failed job.",
            Settings(strategies={"own": {"answer": answer}}),
            _answered(answer),
        )
    )

BY_KIND = Settings(strategies={"own": {"by_message": {"timeout": 5_000, "invalid": -1, "again": 0}, "else": 1_000}})


@case(BY_KIND)
def a_strategy_is_told_the_error(q: Script) -> None:
    """One delay for each kind of error: five seconds, at once, a second, and never for the fourth."""
    q.add(attempts=9, backoff={"type": "own"})
    for message in ("timeout", "again", "something else", "invalid"):
        q.take()
        q.fail("1", message)
        q.tick(5_001)
        q.promote()
    q.state("1")
    q.job("1")


@case(BY_KIND)
def a_final_failure_by_strategy_keeps_what_retention_says(q: Script) -> None:
    """A job that its strategy gives up goes through removeOnFail as any other."""
    q.adds(3, attempts=5, backoff={"type": "own"}, removeOnFail=1)
    for number in ("1", "2", "3"):
        q.take()
        q.fail(number, "invalid")
        q.tick(10)
    q.jobs("failed")


@case(BY_KIND)
def the_last_attempt_asks_no_strategy(q: Script) -> None:
    """With no attempt left the job fails whatever its strategy would say."""
    q.add(attempts=1, backoff={"type": "own"})
    q.take()
    q.fail("1", "timeout")
    q.state("1")


@case(BY_KIND)
def a_job_given_up_by_its_strategy_can_be_retried_by_hand(q: Script) -> None:
    """A manual retry of it runs once more, and its strategy is asked again."""
    q.add(attempts=5, backoff={"type": "own"})
    q.take()
    q.fail("1", "invalid")
    q.retry("1")
    q.take()
    q.fail("1", "timeout")
    q.state("1")


@case(BY_KIND)
def an_immediate_retry_by_strategy_goes_behind_the_waiting(q: Script) -> None:
    """A delay of 0 puts the job behind everything that waits; one with lifo goes first."""
    q.add(attempts=3, backoff={"type": "own"})
    q.add(attempts=3, backoff={"type": "own"}, lifo=True)
    q.adds(2)
    q.take()
    q.fail("2", "again")
    q.take()
    q.fail("2", "again")
    q.jobs("waiting")


@case(BY_KIND)
def an_immediate_retry_by_strategy_keeps_its_priority(q: Script) -> None:
    """A delay of 0 puts a job with priority behind its equals."""
    q.add(attempts=3, backoff={"type": "own"}, priority=1)
    q.add(priority=1)
    q.add(priority=2)
    q.take()
    q.fail("1", "again")
    q.jobs("waiting")


@case(BY_KIND)
def an_immediate_retry_by_strategy_of_a_paused_queue(q: Script) -> None:
    """In a paused queue the job goes among the paused ones."""
    q.add(attempts=3, backoff={"type": "own"})
    q.take()
    q.pause()
    q.fail("1", "again")
    q.counts()


LISTED = Settings(strategies={"custom": [10_000, 60_000, 300_000]})


@case(LISTED)
def listed_delays_are_used_one_after_the_other(q: Script) -> None:
    """10 s, 60 s, 5 min, and the last one for every failure after that."""
    q.add(attempts=6, backoff={"type": "custom"})
    for ms in (10_000, 60_000, 300_000, 300_000, 300_000):
        q.take()
        q.fail("1")
        q.tick(ms)
        q.promote()
        q.tick(1)
        q.promote()
    q.take()
    q.fail("1")
    q.job("1")


@case(LISTED)
def listed_delays_go_on_after_a_stall(q: Script) -> None:
    """A stall in between uses up none of the delays."""
    q.add(attempts=6, backoff={"type": "custom"})
    q.take()
    q.fail("1")
    q.tick(10_001)
    q.promote()
    q.take()
    q.crash()
    q.take()
    q.fail("1")
    q.jobs("delayed")


@case(LISTED)
def a_custom_type_keeps_what_it_is_given(q: Script) -> None:
    """Whatever stands in backoff besides the type is stored as it is."""
    q.add(attempts=2, backoff={"type": "custom", "delay": 3_000, "jitter": 0.5, "delays": [1, 2]})
    q.take()
    q.fail("1")


OPTIONS = Settings(strategies={"own": {"option": "base", "else": 777}})


@case(OPTIONS)
def a_strategy_is_told_the_options_of_its_job(q: Script) -> None:
    """What stands under backoff.options reaches the strategy, for each job its own."""
    q.add(attempts=5, backoff={"type": "own", "options": {"base": 100}})
    q.add(attempts=5, backoff={"type": "own", "options": {"base": 2_000}})
    q.add(attempts=5, backoff={"type": "own"})
    for number in ("1", "2", "3"):
        q.take()
        q.fail(number)
    q.tick(5_000)
    q.promote()
    for number in ("3", "1", "2"):
        q.take()
        q.fail(number)


@case(OPTIONS)
def options_that_are_null_are_none(q: Script) -> None:
    """backoff.options null and 0 reach the strategy as nothing."""
    q.add(attempts=2, backoff={"type": "own", "options": None})
    q.add(attempts=2, backoff={"type": "own", "options": 0})
    for number in ("1", "2"):
        q.take()
        q.fail(number)


@case(OPTIONS)
def a_strategy_is_told_nothing_of_the_delay(q: Script) -> None:
    """backoff.delay is stored, and the strategy answers without it."""
    q.add(attempts=2, backoff={"type": "own", "delay": 60_000})
    q.take()
    q.fail("1")


THROWS = Settings(strategies={"own": {"throws": "no idea"}})
REJECTS = Settings(strategies={"own": {"rejects": "no idea either"}})


def _records_nothing(q: Script) -> None:
    q.add(attempts=3, backoff={"type": "own"})
    q.add()
    q.take()
    q.fail("1")
    q.state("1")
    q.crash()
    q.take()
    q.fail("1", "again")
    q.crash()
    q.job("1")
    q.take()


@case(THROWS)
def a_strategy_that_throws_records_nothing(q: Script) -> None:
    """The failure is not recorded: the job stays active, stalls, and fails as stalled when that happens again."""
    _records_nothing(q)


@case(REJECTS)
def a_strategy_that_rejects_records_nothing(q: Script) -> None:
    """An asynchronous strategy that fails does the same as one that throws."""
    _records_nothing(q)


@case(THROWS)
def the_last_attempt_does_not_meet_a_strategy_that_throws(q: Script) -> None:
    """With no attempt left the failure is recorded."""
    q.add(attempts=1, backoff={"type": "own"})
    q.take()
    q.fail("1")
    q.job("1")


@case(THROWS)
def a_discarded_job_does_not_meet_a_strategy_that_throws(q: Script) -> None:
    """A discarded job fails without a question."""
    q.add(attempts=5, backoff={"type": "own"})
    q.take()
    q.discard("1")
    q.fail("1")
    q.state("1")


@case(THROWS)
def a_strategy_that_throws_leaves_the_lock_to_be_renewed(q: Script) -> None:
    """The lock of such a job is still its worker's, who may complete it after all."""
    q.add(attempts=3, backoff={"type": "own"})
    q.take()
    q.fail("1")
    q.extend("1")
    q.complete("1")
    q.job("1")


@case(THROWS)
def a_failure_that_is_not_recorded_counts_in_its_workers_memory(q: Script) -> None:
    """The same worker's second report of the job counts both failures."""
    q.add(attempts=2, backoff={"type": "own"})
    q.take()
    q.fail("1")
    q.fail("1", "once more")
    q.job("1")


@case(Settings(strategies={"exponential": {"answer": 4_000}}))
def a_strategy_may_replace_the_exponential_one(q: Script) -> None:
    """A strategy called exponential is asked in place of Bull's own."""
    q.add(attempts=3, backoff={"type": "exponential", "delay": 1_000, "jitter": 0.5})
    q.take()
    q.fail("1")
    q.tick(4_001)
    q.promote()
    q.take()
    q.fail("1")


@case(BY_KIND)
def the_built_in_types_stay_beside_a_strategy(q: Script) -> None:
    """Jobs of one queue may use a strategy, fixed and exponential beside each other."""
    q.add(attempts=3, backoff={"type": "own"})
    q.add(attempts=3, backoff={"type": "fixed", "delay": 2_000})
    q.add(attempts=3, backoff={"type": "exponential", "delay": 2_000})
    for number in ("1", "2", "3"):
        q.take()
        q.fail(number, "timeout")
    q.jobs("delayed")


@case(BY_KIND)
def a_plain_number_asks_no_strategy(q: Script) -> None:
    """A number is stored as a fixed backoff."""
    q.add(attempts=3, backoff=3_000)
    q.take()
    q.fail("1", "invalid")
    q.jobs("delayed")


@case(BY_KIND)
def a_lost_lock_asks_the_strategy_all_the_same(q: Script) -> None:
    """The report of a job whose lock is lost is refused as what its strategy would have made of it."""
    q.add(attempts=3, backoff={"type": "own"})
    q.take("a")
    q.crash()
    q.take("b")
    q.fail("1", "timeout", by="a")
    q.fail("1", "again", by="a")
    q.fail("1", "invalid", by="a")
    q.job("1")


@case(BY_KIND)
def a_retry_by_strategy_behind_a_limiter_is_due_like_any_other(q: Script) -> None:
    """Jobs delayed by their strategy are promoted together, in the order of their numbers."""
    q.adds(3, attempts=3, backoff={"type": "own"})
    for number in ("1", "2", "3"):
        q.take()
        q.fail(number, "timeout")
    q.tick(5_001)
    q.promote()
    q.jobs("waiting")
