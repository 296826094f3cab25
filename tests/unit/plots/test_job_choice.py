"""Which jobs a picture shows."""

from collections import Counter

from sim.plots.job_choice import MAX_LANES, MAX_OF_A_STORY, choose_jobs
from sim.results.result import Result
from sim.results.trace import EventKind
from tests.unit.results.traces import Tape, large_result, scenario, small_result


def waiting_line(jobs: int) -> Result:
    """Jobs offered at once that one worker does one after another, 1 s each; the first ten are rejected."""
    tape = Tape("queue")
    for number in range(jobs):
        name = f"email-{number}"
        if number < 10:
            tape.job(0, name, EventKind.OFFERED, 0, "producer")
            tape.job(0, name, EventKind.REJECTED, 0, "producer", error="no")
        else:
            tape.arrival(0, name)
            start_ms = (number - 10) * 1_000
            tape.succeed(name, 1, "email-1", start_ms, start_ms + 500, start_ms + 1_000)
    return Result(scenario(), 1, "documented", "fakeredis", {"queue": tape.result(jobs * 1_000, {}, ["email"])})


def test_few_jobs_are_all_shown_in_the_order_of_their_offers() -> None:
    """Nothing is chosen where there is room for all."""
    choice = choose_jobs(small_result(), 40)
    assert choice.jobs == [f"email-{n}" for n in range(1, 7)]
    assert choice.is_all


def test_eventful_jobs_are_chosen_first() -> None:
    """Of six jobs, those that were duplicated or lost come before the plain one."""
    assert {"email-2", "email-4"} <= set(choose_jobs(small_result(), 3).jobs)
    assert "email-1" not in choose_jobs(small_result(), 5).jobs


def test_of_one_story_no_more_than_a_few_are_shown() -> None:
    """Ninety jobs that went alike are three lanes, and not forty."""
    choice = choose_jobs(waiting_line(100))
    assert (len(choice.jobs), choice.there_are, choice.stories, choice.shown_stories) == (6, 100, 2, 2)
    assert Counter(choice.alike[job] for job in choice.jobs) == {10: 3, 90: 3}


def test_of_one_story_the_slowest_the_quickest_and_one_between_are_shown() -> None:
    """They look different although they ended alike."""
    chosen = choose_jobs(waiting_line(100)).jobs
    assert [job for job in chosen if int(job.removeprefix("email-")) >= 10] == ["email-10", "email-54", "email-99"]


def test_every_fate_is_shown_before_any_is_shown_twice() -> None:
    """A rare one has its lane beside hundreds of eventful ones."""
    result = large_result()
    choice = choose_jobs(result)
    outcomes = {(job.mode, job.job): job for job in result.jobs}
    fates = {(job.mode, job.outcome, job.duplicated, job.stalls > 0) for job in result.jobs}
    shown = {
        (mode, one.outcome, one.duplicated, one.stalls > 0)
        for mode in result.modes
        for one in (outcomes[mode, job] for job in choice.jobs)
    }
    assert shown == fates


def test_choice_is_within_the_limit_and_always_the_same() -> None:
    """In the order of the offers, each job once, and none of them too often of one story."""
    result = large_result()
    choice = choose_jobs(result)
    offered = {job.job: job.offered_ms for job in result.jobs}
    assert len(choice.jobs) == len(set(choice.jobs)) <= MAX_LANES
    assert choice.jobs == sorted(choice.jobs, key=offered.__getitem__) == choose_jobs(result).jobs
    stories = Counter(
        tuple((one.outcome, one.attempts, one.effects, one.stalls) for one in result.jobs if one.job == job)
        for job in choice.jobs
    )
    assert max(stories.values()) <= MAX_OF_A_STORY
