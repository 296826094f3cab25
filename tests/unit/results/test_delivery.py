"""How long deliveries took, and which of them were late."""

import random

import pytest

from sim.results.delivery import DeliveryTimes, delivery_times, nearest_rank, sorted_times
from sim.results.facts import JobFacts, Place, offered_facts
from sim.results.job_results import JobResult, Outcome
from sim.results.outcomes import Counts, count_by_queue, judge


def job(took_ms: int | None, *, within_ms: int | None = None, delay_ms: int = 0, effects: int = 1) -> JobResult:
    """A job that is offered at 1 s and has its effect so long after that; None: never."""
    facts = offered_facts("email", "email-1", 1_000, {"delay_ms": delay_ms, "deliver_within_ms": within_ms})
    facts.first_effect_ms = None if took_ms is None else 1_000 + took_ms
    facts.effects = effects if took_ms is not None else 0
    return judge("queue", facts)


@pytest.mark.parametrize(("took_ms", "late"), [(0, False), (29_999, False), (30_000, False), (30_001, True)])
def test_exactly_at_the_promise_is_in_time_and_a_millisecond_later_is_late(took_ms: int, late: bool) -> None:
    """As a customer reads `within 30 s`."""
    one = job(took_ms, within_ms=30_000)
    assert (one.outcome, one.delivery_ms, one.late) == (Outcome.DELIVERED, took_ms, late)
    assert count_by_queue([one])["email"].late == int(late)


def test_nothing_is_late_that_was_promised_nothing() -> None:
    """However long it took; the time is measured all the same."""
    one = job(50_400_000)
    assert (one.late, one.delivery_ms) == (False, 50_400_000)


@pytest.mark.parametrize("place", [Place.WAITING, Place.FAILED, Place.NOWHERE])
def test_a_job_that_is_not_delivered_is_not_late(place: Place) -> None:
    """It is not delivered, which is worse and has a count of its own; nor has it a time."""
    facts = JobFacts("email-1", "email", 0, enqueued=True, place=place, deliver_within_ms=1)
    one = judge("queue", facts)
    assert (one.late, one.delivery_ms) == (False, None)


def test_an_effect_that_does_not_stand_is_no_delivery() -> None:
    """The database decides, not the trace."""
    assert job(5_000, within_ms=1, effects=0).late is False
    assert job(5_000, within_ms=1, effects=0).delivery_ms is None


@pytest.mark.parametrize(
    ("took_ms", "delivery_ms", "late"), [(90_000, 30_000, False), (90_001, 30_001, True), (59_000, 0, False)]
)
def test_with_a_delay_the_promise_counts_from_when_the_job_is_due(took_ms: int, delivery_ms: int, late: bool) -> None:
    """A reminder for nine o'clock that comes at nine is in time; one that comes before has not been waited for."""
    one = job(took_ms, within_ms=30_000, delay_ms=60_000)
    assert (one.due_ms, one.delivery_ms, one.late) == (61_000, delivery_ms, late)


def test_a_second_effect_makes_no_job_late() -> None:
    """The first one counts; a duplicate is counted as such."""
    one = job(1_000, within_ms=1_000, effects=2)
    assert (one.duplicated, one.late) == (True, False)


@pytest.mark.parametrize(
    ("percent", "of_ten", "of_eleven"), [(50, 5, 6), (95, 10, 11), (99, 10, 11), (100, 10, 11), (10, 1, 2)]
)
def test_a_percentile_is_a_time_that_occurred(percent: int, of_ten: int, of_eleven: int) -> None:
    """The nearest rank, as the metrics and the exercises have it."""
    assert nearest_rank(range(1, 11), percent) == of_ten
    assert nearest_rank(range(1, 12), percent) == of_eleven


def test_times_of_nothing_are_missing() -> None:
    """Not zero, which would satisfy every bound."""
    assert delivery_times([]) == DeliveryTimes()
    assert set(DeliveryTimes().as_dict().values()) == {None}
    assert DeliveryTimes().measure("delivery_p95") is None


def test_times_are_those_of_the_delivered_jobs_in_any_order() -> None:
    """Jobs that were not delivered have none."""
    waits = [300, 100, 200, 1_000]
    jobs = [job(ms) for ms in waits] + [job(None)]
    random.Random(3).shuffle(jobs)
    assert sorted_times(jobs) == sorted(waits)
    assert delivery_times(sorted_times(jobs)) == DeliveryTimes(4, 400, 200, 1_000, 1_000, 1_000)
    assert delivery_times([1, 2]).mean_ms == 2, "rounded half up"
    assert delivery_times(range(1, 201))[2:] == (100, 190, 198, 200)


def test_the_counts_have_late_beside_duplicated() -> None:
    """Both are parts of what was delivered, and may overlap."""
    jobs = [job(2, within_ms=1, effects=2), job(1, within_ms=1), job(None, within_ms=1)]
    counts = count_by_queue(jobs)["email"]
    assert counts == Counts(offered=3, delivered=2, lost=1, duplicated=1, late=1, extra_effects=1)
    assert counts.adds_up
