"""Edges of single operations: what a worker holds afterwards, odd numbers, ids that somebody doubled by hand."""

import math
from typing import Any

import pytest

from sim.queue.backoff import Attempt, retry_schedule
from sim.queue.dead_letter import DeadLetter, dead_letters
from sim.queue.errors import UnreadableOptions
from sim.queue.javascript import SAFE, lua_number, number_of, priority_of, whole
from sim.queue.job import Backoff, JobOptions
from sim.queue.semantics import BULL, DOCUMENTED
from sim.queue.submit import Added, add_job
from tests.unit.queue.driver import Driver


def test_a_timetable_has_every_attempt_and_the_delay_that_never_comes() -> None:
    """By the document twice as long each time, by the library once less; a fixed one has no delay too many."""
    documented = retry_schedule(3, Backoff("exponential", 2_000), DOCUMENTED)
    assert documented.attempts == [Attempt(1, 0, 0), Attempt(2, 2_000, 2_000), Attempt(3, 4_000, 6_000)]
    assert (documented.horizon_ms, documented.never_ms) == (6_000, [8_000])
    library = retry_schedule(3, Backoff("exponential", 2_000), BULL)
    assert library.attempts == [Attempt(1, 0, 0), Attempt(2, 2_000, 2_000), Attempt(3, 6_000, 8_000)]
    assert library.never_ms == []
    assert retry_schedule(2, Backoff("fixed", 5), DOCUMENTED) == ([Attempt(1, 0, 0), Attempt(2, 5, 5)], [])
    assert retry_schedule(2, None, DOCUMENTED) == ([Attempt(1, 0, 0), Attempt(2, 0, 0)], [])
    assert retry_schedule(1, None, BULL).horizon_ms == 0


def test_only_a_job_given_up_has_finished_for_its_worker(q: Driver) -> None:
    """Not one that comes back."""
    q.add(attempts=2)
    job = q.take()
    assert q.fail(job).verdict == "retry"
    assert job.finished_on_ms is None
    again = q.take()
    q.clock.advance(7)
    assert q.fail(again).verdict == "failed"
    assert again.finished_on_ms == q.clock.now_ms


def test_a_dead_letter_that_says_nothing_of_itself_is_of_the_queue_that_was_asked(q: Driver) -> None:
    """With its own id."""
    letter = DeadLetter.from_hash({"data": "no json"}, "7", "email")
    assert letter[:6] == ("7", "email", "7", "__default__", "no json", "")
    dead_id = q.die()
    q.store.hdel(q.keys.dead_letters().job(dead_id), "fromQueue")
    assert [one.queue for one in dead_letters(q.store, q.keys)] == ["q"]


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (None, 0), ("", 0), ("7", 7), ("-7", -7), ("7x", 7), ("x", 0), (2.9, 2), (math.inf, SAFE), (-math.inf, -SAFE),
        (math.nan, 0), ([], 0), ([1], 0), ("9" * 20, SAFE), ("-" + "9" * 20, -SAFE),
    ],
)  # fmt: skip
def test_a_whole_number_is_read_whatever_stands_there(given: Any, read: int) -> None:
    """No larger than what every part of a run can hold."""
    assert whole(given) == read


def test_numbers_of_ids_and_priorities() -> None:
    """Up to 16 digits are a number; what Lua cannot read is no priority."""
    assert [number_of(one) for one in ("7", "0" * 15 + "7", "1" * 17, "a", "-1", "٣")] == [7, 7, None, None, None, None]
    assert [priority_of(one) for one in (None, "x", "2.5", "-3", "9" * 20)] == [0, 0, 2.5, -3, SAFE]
    assert type(lua_number("12")) is int
    assert lua_number("1" * 17) == float("1" * 17)


def test_a_job_that_breaks_the_script_is_there_once(q: Driver) -> None:
    """Its hash was written; a second add under its id does nothing and says so."""
    options = JobOptions.from_json('{"priority":"x","jobId":"mine"}')
    with pytest.raises(UnreadableOptions):
        add_job(q.store, q.keys, {}, options, now_ms=q.clock.now_ms)
    assert add_job(q.store, q.keys, {}, options, now_ms=q.clock.now_ms) == Added("mine", duplicate=True)


def test_a_promotion_takes_a_job_out_of_active_as_often_as_it_stands_there(q: Driver) -> None:
    """Somebody put it there twice by hand."""
    q.add(delay_ms=10)
    q.store.rpush(q.keys.active, "1", "1")
    q.clock.advance(11)
    assert q.promote() == ["1"]
    assert q.store.lrange(q.keys.active, 0, -1) == []
    assert q.line == ["1"]


def test_a_stalled_job_whose_retention_has_an_age_and_no_sense_lets_the_old_ones_go(q: Driver) -> None:
    """Those of its age; the count is what breaks the check off, and no number is kept to."""
    for gap_ms in (2_000, 1, 1):
        q.add()
        q.fail(q.take())
        q.clock.advance(gap_ms)
    add_job(q.store, q.keys, {}, JobOptions.from_json('{"removeOnFail":{"count":1.5,"age":1}}'), now_ms=q.clock.now_ms)
    q.take()
    q.check(0)
    q.expire_lock("4")
    with pytest.raises(UnreadableOptions):
        q.check(0)
    assert q.failed() == ["2", "3", "4"]
