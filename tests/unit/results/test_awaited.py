"""Who waits for which job: the oldest undelivered one, what is overdue, and stretches with late jobs."""

import numpy as np
import pytest

from sim.results.awaited import Awaited, Spell


def promised(within_ms: int, delay_ms: int = 0) -> dict[str, int]:
    """What an offer says."""
    return {"deliver_within_ms": within_ms, **({"delay_ms": delay_ms} if delay_ms else {})}


def overdue(awaited: Awaited, *moments: int) -> list[float]:
    """How many are overdue at some moments."""
    return list(awaited.overdue(np.array(moments)))


def ages(awaited: Awaited, *moments: int) -> list[float]:
    """How long somebody has waited at some moments, s."""
    return list(awaited.undelivered_s(np.array(moments)))


def test_a_job_is_overdue_from_the_millisecond_after_its_promise_until_it_is_delivered() -> None:
    """Exactly at the promise is in time."""
    awaited = Awaited()
    awaited.offer(1_000, "a", promised(500))
    assert overdue(awaited, 0, 1_500, 1_501, 9_000) == [0, 0, 1, 1]
    assert awaited.deliver(2_000, "a") == (1_000, True)
    assert overdue(awaited, 1_501, 1_999, 2_000) == [1, 1, 0]
    assert awaited.deliver(3_000, "a") is None, "a second effect delivers nothing"


@pytest.mark.parametrize(("t_ms", "late"), [(1_499, False), (1_500, False), (1_501, True)])
def test_whoever_is_delivered_by_the_promise_was_never_overdue(t_ms: int, late: bool) -> None:
    """Both sides of the boundary."""
    awaited = Awaited()
    awaited.offer(1_000, "a", promised(500))
    assert awaited.deliver(t_ms, "a") == (t_ms - 1_000, late)
    assert overdue(awaited, 1_500, 5_000) == [0, 0]
    assert (awaited.spells(9_000, 0) != []) == late


def test_without_a_promise_nothing_is_overdue_and_the_oldest_has_an_age() -> None:
    """Which an alert can compare with whatever somebody has in mind."""
    awaited = Awaited()
    awaited.offer(1_000, "a", None)
    awaited.offer(3_000, "b", None)
    awaited.deliver(4_000, "a")
    assert overdue(awaited, 99_000) == [0]
    assert ages(awaited, 0, 1_000, 3_999, 4_000, 5_500) == [0, 0, 2.999, 1, 2.5]
    awaited.deliver(6_000, "b")
    assert ages(awaited, 5_999, 6_000) == [2.999, 0]


def test_a_delayed_job_is_waited_for_from_when_it_is_due() -> None:
    """Whether the offer or the submit tells of the delay; a job that is due earlier goes before."""
    awaited = Awaited()
    awaited.offer(1_000, "a", None)
    awaited.delay(1_000, "a", 8_000)
    awaited.offer(2_000, "b", promised(500, delay_ms=4_000))
    awaited.delay(2_000, "b", 4_000)
    assert ages(awaited, 2_000, 6_000, 7_000, 10_000) == [0, 0, 1, 4]
    assert overdue(awaited, 6_500, 6_501) == [0, 1]
    assert awaited.deliver(10_000, "b") == (4_000, True)
    assert ages(awaited, 10_000) == [1]
    assert awaited.deliver(8_500, "a") == (0, False)


def test_what_was_given_up_is_waited_for_no_more_until_it_is_taken_back() -> None:
    """Somebody knows of it; from the retry on somebody waits again."""
    awaited = Awaited()
    awaited.offer(1_000, "a", promised(500))
    awaited.give_up(3_000, "a")
    awaited.give_up(3_000, "a")
    awaited.take_back(8_000, "a")
    assert overdue(awaited, 2_999, 3_000, 7_999, 8_000, 8_001) == [1, 0, 0, 0, 1]
    assert ages(awaited, 2_000, 5_000, 8_000) == [1, 0, 7]
    assert awaited.deliver(9_000, "a") == (8_000, True)
    assert awaited.spells(10_000, 0) == [Spell(1_000, 1_500, 3_000, True), Spell(8_000, 8_000, 9_000, True)]


def test_a_worker_that_goes_on_may_deliver_what_was_given_up() -> None:
    """It is delivered, and late if it is."""
    awaited = Awaited()
    awaited.offer(1_000, "a", promised(5_000))
    awaited.give_up(2_000, "a")
    assert awaited.deliver(3_000, "a") == (2_000, False)
    awaited.take_back(4_000, "a")
    assert ages(awaited, 9_000) == [0]


def test_spells_begin_when_the_first_late_job_was_due_and_near_ones_are_one() -> None:
    """Those within the gap are one episode; the millisecond after it is another."""
    awaited = Awaited()
    for offered_ms, job in ((0, "a"), (10_000, "b"), (20_001, "c"), (30_000, "in time")):
        awaited.offer(offered_ms, job, promised(1_000))
    awaited.deliver(5_000, "a")
    awaited.deliver(15_000, "b")
    awaited.deliver(30_500, "in time")
    assert awaited.spells(40_000, 5_000) == [Spell(0, 1_000, 15_000, True), Spell(20_001, 21_001, 40_000, False)]
    assert awaited.spells(40_000, 5_001) == [Spell(0, 1_000, 40_000, False)]
    assert awaited.spells(21_001, 5_000) == [Spell(0, 1_000, 15_000, True)]


def test_jobs_that_were_lost_without_a_word_stay_overdue() -> None:
    """Nobody gives them up, so an alert on what is overdue finds them."""
    awaited = Awaited()
    awaited.offer(0, "a", promised(1_000))
    assert overdue(awaited, 3_600_000) == [1]
    assert ages(awaited, 3_600_000) == [3_600]
