"""Jobs of dead workers: found in two phases, put first in line, and given up beyond the limit."""

from tests.conformance.case import Case, Script, Settings, case, define

GROUP = "stalled"


def _crashes(times: int) -> list:
    q = Script()
    q.add(attempts=5, backoff=1_000)
    for _ in range(times):
        q.take()
        q.crash()
        q.tick(31_000)
    q.state("1")
    q.counts()
    return q.steps


for limit in (0, 1, 2, 3):
    for times in (1, 2, 3, 4):
        if times <= limit + 1:
            define(
                Case(
                    f"limit-{limit}-after-{times}-crashes",
                    GROUP,
                    f"With max_stalled {limit}, {times} crashes {'fail' if times > limit else 'do not fail'} the job.",
                    Settings(max_stalled=limit),
                    _crashes(times),
                )
            )


@case()
def the_first_check_only_marks(q: Script) -> None:
    """A check marks active jobs; only the next one acts."""
    q.add()
    q.take()
    q.tick(31_000)
    q.check()
    q.counts()
    q.tick(31_000)
    q.check()
    q.counts()


@case()
def a_check_within_the_interval_does_nothing(q: Script) -> None:
    """The interval's key keeps a second check away."""
    q.add()
    q.take()
    q.check()
    q.tick(20_000)
    q.check()
    q.tick(11_000)
    q.check()
    q.counts()


@case()
def a_live_lock_is_not_stalled(q: Script) -> None:
    """A marked job whose lock lives is left alone and marked again."""
    q.add()
    q.take()
    q.check()
    q.tick(25_000)
    q.extend("1")
    q.redis("SADD", "{q}stalled", "1")
    q.tick(7_000)
    q.check()
    q.counts()


@case()
def a_stall_costs_no_attempt(q: Script) -> None:
    """After one crash and a success attemptsMade is still absent."""
    q.add(attempts=3)
    q.take("a")
    q.crash()
    q.take("b")
    q.complete("1", by="b")
    q.job("1")


@case()
def a_popped_job_without_a_lock_is_recovered_like_a_stall(q: Script) -> None:
    """A worker that died between pop and lock costs the job one stall."""
    q.add()
    q.pop()
    q.check()
    q.tick(31_000)
    q.check()
    q.take()


@case()
def several_stalled_jobs_come_back_in_the_order_of_their_numbers(q: Script) -> None:
    """Of several stalled jobs the largest number runs first."""
    q.adds(12)
    for _ in range(11):
        q.take()
    q.crash()
    q.jobs("waiting")


@case(Settings(max_stalled=0))
def several_jobs_fail_in_one_check(q: Script) -> None:
    """All jobs beyond the limit fail in the same check."""
    q.adds(3)
    for _ in range(3):
        q.take()
    q.crash()
    q.jobs("failed")


@case(Settings(max_stalled=0))
def a_stall_failure_with_keep_0_wipes_the_failed_set(q: Script) -> None:
    """The option removeOnFail 0 on a stall failure removes every failed job."""
    q.adds(2)
    for number in ("1", "2"):
        q.take()
        q.fail(number)
    q.add(removeOnFail=0)
    q.take()
    q.crash()
    q.counts()


@case(Settings(max_stalled=0))
def a_stall_failure_with_true_removes_itself(q: Script) -> None:
    """The option removeOnFail true on a stall failure removes that job alone."""
    q.adds(2)
    for number in ("1", "2"):
        q.take()
        q.fail(number)
    q.add(removeOnFail=True)
    q.take()
    q.crash()
    q.counts()


@case(Settings(max_stalled=0))
def a_stall_failure_with_a_number_trims(q: Script) -> None:
    """The option removeOnFail 2 on a stall failure trims the set to two."""
    q.adds(3)
    for number in ("1", "2", "3"):
        q.take()
        q.fail(number)
        q.tick(10)
    q.add(removeOnFail=2)
    q.take()
    q.crash()
    q.jobs("failed")


@case(Settings(max_stalled=0))
def a_stall_failure_with_an_object_of_count(q: Script) -> None:
    """The option removeOnFail {count: 1} on a stall failure trims the set to one."""
    q.adds(2)
    for number in ("1", "2"):
        q.take()
        q.fail(number)
        q.tick(10)
    q.add(removeOnFail={"count": 1})
    q.take()
    q.crash()
    q.jobs("failed")


@case(Settings(max_stalled=0))
def a_stall_failure_with_an_age(q: Script) -> None:
    """The option removeOnFail {age: 10} on a stall failure removes what failed longer ago."""
    q.adds(2)
    for number in ("1", "2"):
        q.take()
        q.fail(number)
        q.tick(10)
    q.add(removeOnFail={"age": 10})
    q.take()
    q.crash()
    q.jobs("failed")


@case(Settings(max_stalled=0))
def a_stall_failure_with_an_object_of_count_0(q: Script) -> None:
    """The option removeOnFail {count: 0} on a stall failure."""
    q.adds(2)
    for number in ("1", "2"):
        q.take()
        q.fail(number)
    q.add(removeOnFail={"count": 0})
    q.take()
    q.crash()
    q.counts()


@case(Settings(max_stalled=0))
def several_stall_failures_with_keep_1(q: Script) -> None:
    """Three jobs that fail in one check, each with removeOnFail 1."""
    q.adds(3, removeOnFail=1)
    for _ in range(3):
        q.take()
    q.crash()
    q.jobs("failed")


@case(Settings(max_stalled=0))
def several_stall_failures_with_different_options(q: Script) -> None:
    """Jobs that fail in one check are each trimmed by their own option, one after the other."""
    q.add()
    q.take()
    q.fail("1")
    q.tick(10)
    q.add(removeOnFail=3)
    q.add(removeOnFail=True)
    q.add(removeOnFail=2)
    for _ in range(3):
        q.take()
    q.crash()
    q.jobs("failed")


@case()
def the_stalled_counter_survives_a_manual_retry(q: Script) -> None:
    """A job that failed by stalls fails again at its next crash, after a manual retry."""
    q.add()
    for _ in range(2):
        q.take()
        q.crash()
        q.tick(31_000)
    q.retry("1")
    q.take()
    q.crash()
    q.job("1")
    q.redis("HGET", "{q}1", "stalledCounter")


@case()
def a_stalled_job_may_complete_later(q: Script) -> None:
    """The second run of a stalled job completes like any other."""
    q.add(removeOnComplete=True)
    q.take("a")
    q.crash()
    q.take("b")
    q.complete("1", by="b")
    q.counts()


@case()
def a_finished_job_is_not_marked_any_more(q: Script) -> None:
    """Completing and failing take the mark away."""
    q.adds(2)
    q.take()
    q.take()
    q.check()
    q.complete("1")
    q.fail("2")
    q.tick(31_000)
    q.check()


@case()
def a_mark_of_a_job_that_is_not_active_is_ignored(q: Script) -> None:
    """A marked id that is not among the active ones is left where it is."""
    q.add()
    q.redis("SADD", "{q}stalled", "1")
    q.check()
    q.counts()


@case()
def a_stalled_job_keeps_its_priority_field(q: Script) -> None:
    """A stalled job with a priority goes to the front and is not counted among the priorities."""
    q.add(priority=3)
    q.take()
    q.crash()
    q.add(priority=3)
    q.add(priority=2)
    q.jobs("waiting")
    q.take()


@case(Settings(stalled_interval_ms=5_000, lock_ms=10_000))
def a_short_interval_needs_the_lock_to_run_out(q: Script) -> None:
    """Checks more frequent than the lock act at the first one after its expiry."""
    q.add()
    q.take()
    for _ in range(3):
        q.check()
        q.tick(5_100)
    q.check()
    q.counts()


@case()
def an_empty_queue_has_nothing_stalled(q: Script) -> None:
    """A check of an empty queue leaves only the interval's key."""
    q.check()


@case()
def a_job_deleted_while_active_comes_back_as_a_ghost(q: Script) -> None:
    """An active id whose hash is gone is recovered too, with only a stalled counter in its hash."""
    q.add()
    q.take()
    q.redis("DEL", "{q}1")
    q.crash()
    q.jobs("waiting")
    q.take()


@case(Settings(max_stalled=0))
def a_stalled_job_without_options_breaks_the_check(q: Script) -> None:
    """A check that must fail a job without options breaks off: the job is in no list, the others lose their marks."""
    q.adds(3)
    for _ in range(3):
        q.take()
    q.redis("HDEL", "{q}2", "opts")
    q.crash()
    q.counts()
    q.tick(31_000)
    q.check()
    q.counts()
    q.state("2")


@case(Settings(max_stalled=0))
def a_stalled_job_with_broken_options_breaks_the_check(q: Script) -> None:
    """The same with options that are no JSON."""
    q.add()
    q.take()
    q.redis("HSET", "{q}1", "opts", "{broken")
    q.crash()
    q.counts()


@case(Settings(max_stalled=0))
def a_stalled_job_with_options_that_are_no_object_breaks_the_check(q: Script) -> None:
    """The same with the options null."""
    q.add()
    q.take()
    q.redis("HSET", "{q}1", "opts", "null")
    q.crash()
    q.counts()


@case(Settings(max_stalled=0))
def a_stalled_job_with_an_empty_list_of_options_fails(q: Script) -> None:
    """An empty list is as good as no options."""
    q.add()
    q.take()
    q.redis("HSET", "{q}1", "opts", "[]")
    q.crash()
    q.counts()


@case()
def a_stalled_job_without_options_within_the_limit(q: Script) -> None:
    """Within the limit the options are not looked at."""
    q.add()
    q.take()
    q.redis("HSET", "{q}1", "opts", "{broken")
    q.crash()
    q.counts()


@case(Settings(stalled_interval_ms=0))
def with_an_interval_of_0_the_check_fails(q: Script) -> None:
    """Redis takes no expiry of 0 ms, so the script dies before it looks: nothing is marked, and nobody is recovered."""
    q.add()
    q.take()
    q.check()
    q.tick(31_000)
    q.check()
    q.state("1")
    q.counts()


@case(Settings(stalled_interval_ms=-1))
def with_an_interval_below_0_it_fails_too(q: Script) -> None:
    """Also where no job is active."""
    q.check()
    q.counts()


@case(Settings(stalled_interval_ms=0))
def with_an_interval_of_0_a_worker_still_reports(q: Script) -> None:
    """Locks and reports do not need the check."""
    q.add()
    q.take()
    q.check()
    q.complete("1")
    q.check()
    q.counts()
