"""Which finished jobs are kept: by count, by age, all, none, with ties."""

from typing import Any

from tests.conformance.case import Case, Script, Settings, case, define

GROUP = "retention"

KEEPS: dict[str, Any] = {
    "keep-5": 5,
    "keep-1": 1,
    "true": True,
    "zero": 0,
    "false": False,
    "count-3": {"count": 3},
    "count-0": {"count": 0},
    "age-2s": {"age": 2},
    "age-2s-count-2": {"age": 2, "count": 2},
    "age-2s-count-1": {"age": 2, "count": 1},
}


def _nine_finish(option: str, keep: Any, *, apart_ms: int) -> list[Any]:
    q = Script()
    q.adds(9, **{option: keep})
    for number in range(1, 10):
        q.take()
        if option == "removeOnFail":
            q.fail(str(number))
        else:
            q.complete(str(number), number)
        if apart_ms:
            q.tick(apart_ms)
    q.counts()
    q.jobs("failed" if option == "removeOnFail" else "completed")
    return q.steps


for word, option in (("failed", "removeOnFail"), ("completed", "removeOnComplete")):
    for name, keep in KEEPS.items():
        define(
            Case(
                f"nine-{word}-jobs-with-{name}",
                GROUP,
                f"Nine jobs, {word} 600 ms apart, with {option} {name}.",
                Settings(),
                _nine_finish(option, keep, apart_ms=600),
            )
        )


@case()
def jobs_that_fail_in_one_millisecond_are_trimmed_in_string_order(q: Script) -> None:
    """Of twelve jobs that fail in the same millisecond with a count of 5, the ids 5 to 9 stay."""
    q.adds(12, removeOnFail=5)
    for number in range(1, 13):
        q.take()
        q.fail(str(number))
    q.jobs("failed")


@case()
def jobs_that_complete_in_one_millisecond_are_trimmed_in_string_order(q: Script) -> None:
    """The same for completed jobs."""
    q.adds(12, removeOnComplete=3)
    for number in range(1, 13):
        q.take()
        q.complete(str(number))
    q.jobs("completed")


@case()
def ties_are_listed_in_reverse_string_order(q: Script) -> None:
    """Failed jobs with equal times are listed newest first, ties in reverse string order."""
    q.adds(12)
    for number in range(1, 13):
        q.take()
        q.fail(str(number))
    q.jobs("failed")


@case()
def the_last_job_trims_the_whole_set(q: Script) -> None:
    """Jobs without an option are trimmed by the option of the one that fails after them."""
    q.adds(8)
    q.add(removeOnFail=2)
    for number in range(1, 10):
        q.take()
        q.fail(str(number))
        q.tick(10)
    q.jobs("failed")


@case()
def an_option_of_an_earlier_job_trims_nobody_later(q: Script) -> None:
    """When only the first job has the option, the later ones all stay."""
    q.add(removeOnFail=2)
    q.adds(4)
    for number in range(1, 6):
        q.take()
        q.fail(str(number))
        q.tick(10)
    q.jobs("failed")


@case()
def only_the_final_failure_counts(q: Script) -> None:
    """A failed attempt with attempts left is not trimmed and trims nobody."""
    q.add()
    q.take()
    q.fail("1")
    q.add(attempts=2, backoff=1_000, removeOnFail=0)
    q.take()
    q.fail("2")
    q.jobs("failed")
    q.tick(2_000)
    q.promote()
    q.take()
    q.fail("2")
    q.counts()


@case()
def completed_and_failed_sets_are_trimmed_apart(q: Script) -> None:
    """The option removeOnFail of a failing job does not touch the completed ones."""
    q.adds(4, removeOnFail=1)
    q.take()
    q.complete("1")
    q.take()
    q.complete("2")
    q.take()
    q.fail("3")
    q.take()
    q.fail("4")
    q.counts()


@case()
def logs_go_with_their_job(q: Script) -> None:
    """A removed job's log is deleted too, those of the others stay."""
    q.adds(2, removeOnComplete=1)
    q.redis("RPUSH", "{q}1:logs", "one", "two")
    q.redis("RPUSH", "{q}2:logs", "three")
    q.take()
    q.complete("1")
    q.tick(10)
    q.take()
    q.complete("2")


@case()
def age_is_counted_from_the_end_of_the_attempt(q: Script) -> None:
    """A job that finished exactly the age ago goes, one that finished a millisecond later stays."""
    q.adds(3, removeOnComplete={"age": 5})
    q.take()
    q.complete("1")
    q.tick(1)
    q.take()
    q.complete("2")
    q.tick(4_999)
    q.take()
    q.complete("3")
    q.jobs("completed")


@case()
def a_long_time_without_a_finish_trims_nothing(q: Script) -> None:
    """Age alone removes nobody; the next finish does."""
    q.adds(2, removeOnFail={"age": 1})
    q.take()
    q.fail("1")
    q.tick(60_000)
    q.counts()
    q.take()
    q.fail("2")
    q.counts()


@case()
def removing_on_complete_frees_the_job_id(q: Script) -> None:
    """After removeOnComplete the same job id can be added and run again."""
    q.add(jobId="invoice", removeOnComplete=True)
    q.take()
    q.complete("invoice")
    q.add(jobId="invoice", removeOnComplete=True)
    q.take()
    q.state("invoice")


@case()
def fetching_the_next_job_and_trimming_go_together(q: Script) -> None:
    """One step completes a job, trims the set and takes the next job."""
    q.adds(4, removeOnComplete=1)
    q.take()
    for number in range(1, 4):
        q.complete(str(number), fetch=True)
        q.tick(5)
    q.counts()
