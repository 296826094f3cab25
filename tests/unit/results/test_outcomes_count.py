"""Counting the outcomes of many jobs, held against a count that is made measure by measure."""

import random
from dataclasses import fields

import pytest

from sim.results.facts import JobFacts, Place
from sim.results.outcomes import (
    Counts,
    FinalState,
    JobResult,
    JobResults,
    Outcome,
    add_up,
    classify_outcomes,
    count_by_queue,
    gather_facts,
)
from sim.results.trace import Event, EventKind, Trace

QUEUES = ("email", "order", "payment")


def any_jobs(seed: int, count: int) -> list[JobResult]:
    """Jobs of three queues, of every outcome, with overlays drawn one by one."""
    draw = random.Random(seed)
    return [
        JobResult(
            "queue", (queue := draw.choice(QUEUES)), f"{queue}-{n}", draw.choice(list(Outcome)), n,
            draw.choice([None, n + 50]), None,
            attempts=draw.randrange(4), effects=draw.randrange(4), stalls=draw.randrange(3),
            suppressed=draw.randrange(3), false_failure=draw.random() < 0.5, indeterminate=draw.random() < 0.5,
            due_ms=n, deliver_within_ms=draw.choice([None, 49, 50]),
        )
        for n in range(count)
    ]  # fmt: skip


def counted(jobs: list[JobResult]) -> Counts:
    """The counts of these jobs, each by its own definition in docs/outcomes.md."""
    outcomes = {outcome.field: sum(job.outcome is outcome for job in jobs) for outcome in Outcome}
    return Counts(
        offered=len(jobs),
        **outcomes,
        duplicated=sum(job.duplicated for job in jobs),
        late=sum(job.late for job in jobs),
        extra_effects=sum(max(0, job.effects - 1) for job in jobs),
        suppressed_duplicates=sum(job.suppressed for job in jobs),
        false_failures=sum(job.false_failure for job in jobs),
        indeterminate=sum(job.indeterminate for job in jobs),
        stalled=sum(job.stalls for job in jobs),
        attempts=sum(job.attempts for job in jobs),
    )


@pytest.mark.parametrize("seed", range(5))
def test_the_counts_of_any_jobs_are_those_of_each_measure_alone(seed: int) -> None:
    """For each queue, in the order in which the queues first occur, and for all of them together."""
    jobs = any_jobs(seed, 60)
    by_queue = count_by_queue(jobs)
    assert list(by_queue) == list(dict.fromkeys(job.queue for job in jobs))
    for queue, counts in by_queue.items():
        assert counts == counted([job for job in jobs if job.queue == queue])
        assert counts.adds_up
    assert add_up(by_queue.values()) == counted(jobs)
    assert add_up([]) == Counts()


@pytest.mark.parametrize(("effects", "duplicated"), [(0, False), (1, False), (2, True), (3, True)])
def test_a_job_is_duplicated_from_the_second_effect_on(effects: int, duplicated: bool) -> None:
    """One effect is what was wanted."""
    job = any_jobs(1, 1)[0]._replace(outcome=Outcome.DELIVERED, effects=effects)
    assert job.duplicated is duplicated
    assert count_by_queue([job])[job.queue].duplicated == int(duplicated)


def test_counts_are_written_in_the_order_of_the_contract() -> None:
    """The fields in their order, each with its own number, and what was not delivered right behind what was."""
    counts = Counts(**{field.name: n for n, field in enumerate(fields(Counts), start=100)})
    assert list(counts.as_dict().items()) == [
        ("offered", 100), ("rejected", 101), ("ignored", 102), ("delivered", 103), ("not_delivered", -3),
        ("failed_reported", 104), ("failed_retained", 105), ("failed_evicted", 106), ("dead_lettered", 107),
        ("lost", 108), ("pending", 109), ("duplicated", 110), ("late", 111), ("extra_effects", 112),
        ("suppressed_duplicates", 113), ("partial", 114),
        ("false_failures", 115), ("indeterminate", 116), ("stalled", 117), ("attempts", 118),
    ]  # fmt: skip


def test_the_facts_of_a_ledger_are_those_of_its_jobs_alone() -> None:
    """What concerns the world or a queue changes no job and ends nothing; the audit adds what it knows."""
    trace = Trace("queue")
    trace.records += [
        Event(0, None, None, EventKind.WORKER_STARTED, 0, "email-1", None),
        Event(1, "email", "email-1", EventKind.OFFERED, 0, "producer", None),
        Event(2, "email", None, EventKind.OPERATOR_ACTED, 0, "operator", {"do": "pause"}),
        Event(3, "email", "email-2", EventKind.OFFERED, 0, "producer", None),
        Event(4, "email", "email-1", EventKind.POPPED, 0, "email-1", None),
        Event(5, "email", "email-1", EventKind.STARTED, 1, "email-1", None),
        Event(6, "email", "email-1", EventKind.EVICTED, 1, None, {"from": "failed"}),
        Event(7, "email", "email-2", EventKind.EVICTED, 1, None, None),
    ]
    final_state = FinalState({"email-1": 2}, {"email-1": Place.FAILED})
    first = JobFacts("email-1", "email", 1, attempts=1, effects=2, place=Place.FAILED, evicted_from="failed")
    second = JobFacts("email-2", "email", 3)
    assert gather_facts(trace, final_state) == [first, second]
    assert (second.effects, second.place) == (0, Place.NOWHERE)


@pytest.mark.parametrize(("mode", "reported"), [("in-process", True), ("queue", False)])
def test_facts_are_gathered_as_the_mode_of_the_ledger_tells_them(mode: str, reported: bool) -> None:
    """Only a caller in the same process is told of a failure."""
    trace = Trace(mode)
    trace.records += [
        Event(1, "email", "email-1", EventKind.OFFERED, 0, "producer", None),
        Event(2, "email", "email-1", EventKind.FAILED, 1, "email-1", None),
    ]
    assert gather_facts(trace, FinalState()) == [JobFacts("email-1", "email", 1, ended_ms=2, reported=reported)]


def test_stock_is_taken_in_the_order_given_with_what_the_audit_says() -> None:
    """A job that the audit does not name has no effect and is nowhere."""
    facts = [
        JobFacts("email-2", "email", 20, enqueued=True, ended_ms=25, attempts=3, stalls=1, suppressed=4),
        JobFacts("email-1", "order", 10, enqueued=True, first_effect_ms=12),
    ]
    assert classify_outcomes("queue", facts, FinalState({"email-1": 2}, {"email-1": Place.FAILED})) == JobResults(
        [
            JobResult("queue", "email", "email-2", Outcome.LOST, 20, None, 25, 3, 0, 1, 4, False, False, 20),
            JobResult("queue", "order", "email-1", Outcome.DELIVERED, 10, 12, None, 0, 2, 0, 0, True, False, 10),
        ]
    )
