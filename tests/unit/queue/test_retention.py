"""Which finished jobs stay (BULL_FACTS 2)."""

import random
from typing import Any

import pytest

from sim.queue.job import Keep
from sim.queue.retention import jobs_to_evict
from tests.unit.queue.driver import Driver


def fail_many(q: Driver, count: int, gap_ms: int, **options: Any) -> list[str]:
    """Let so many jobs fail, one every gap, and return the failed set, oldest first."""
    for _ in range(count):
        q.add(**options)
        q.fail(q.take())
        q.clock.advance(gap_ms)
    return q.failed()


@pytest.mark.parametrize(
    ("keep", "left"),
    [
        (5, ["5", "6", "7", "8", "9"]),
        (False, [str(n) for n in range(1, 10)]),
        (None, [str(n) for n in range(1, 10)]),
        (True, []),
        (0, []),
        (Keep(count=0), []),
        (Keep(count=3), ["7", "8", "9"]),
        (Keep(age_s=1), ["6", "7", "8", "9"]),
        (Keep(count=2, age_s=1), ["8", "9"]),
    ],
)
def test_nine_failures_leave_what_the_option_says(q: Driver, keep: Any, left: list[str]) -> None:
    """The failed set and the hashes agree."""
    assert fail_many(q, 9, 300, remove_on_fail=keep) == left
    assert [str(n) for n in range(1, 10) if q.hash(str(n))] == left


def test_the_same_options_rule_completed_jobs(q: Driver) -> None:
    """The option removeOnComplete works as removeOnFail does."""
    for _ in range(4):
        q.add(remove_on_complete=2)
        q.complete(q.take())
        q.clock.advance(1)
    assert q.store.zrange(q.keys.completed, 0, -1) == ["3", "4"]
    assert q.hash("2") == {}


def test_ties_are_ordered_as_text_so_two_digit_ids_go_first(q: Driver) -> None:
    """Of 12 failures in one millisecond with 5 to keep, the jobs 10, 11 and 12 go the moment they fail."""
    assert fail_many(q, 12, 0, remove_on_fail=5) == ["5", "6", "7", "8", "9"]


def test_the_option_of_the_job_that_fails_trims_the_whole_set(q: Driver) -> None:
    """Eight that keep all, and a ninth that keeps two: two are left."""
    fail_many(q, 8, 1)
    assert fail_many(q, 1, 1, remove_on_fail=2) == ["8", "9"]


def test_an_option_that_came_first_trims_nothing_later(q: Driver) -> None:
    """Only the job that finishes is asked."""
    fail_many(q, 1, 1, remove_on_fail=2)
    assert len(fail_many(q, 8, 1)) == 9


def test_an_age_keeps_what_is_a_millisecond_younger(q: Driver) -> None:
    """Exactly as old as the limit goes, a millisecond younger stays."""
    fail_many(q, 1, 1)
    fail_many(q, 1, 999)
    assert fail_many(q, 1, 0, remove_on_fail=Keep(age_s=1)) == ["2", "3"]


def test_evicted_jobs_are_named(q: Driver) -> None:
    """The worker learns which jobs went."""
    fail_many(q, 2, 1)
    q.add(remove_on_fail=1)
    assert q.fail(q.take()).evicted == ["1", "2"]


def test_a_retry_does_not_count_as_a_finish(q: Driver) -> None:
    """Only final failures trim."""
    fail_many(q, 2, 1)
    q.add(attempts=2, remove_on_fail=1)
    assert q.fail(q.take()).evicted == []
    assert q.failed() == ["1", "2"]


def test_zero_wipes_the_whole_failed_set_on_a_stall_failure(q: Driver) -> None:
    """After an ordinary failure 0 removes the job alone; after a stall it removes everybody."""
    fail_many(q, 3, 1)
    q.add(remove_on_fail=0)
    q.take()
    check = q.crash("4", max_stalled=0)
    assert check.failed == ["4"]
    assert sorted(check.evicted) == ["1", "2", "3", "4"]
    assert q.failed() == []
    assert q.hash("1") == {}


def test_true_removes_only_the_job_itself_on_a_stall_failure(q: Driver) -> None:
    """Older failures stay."""
    fail_many(q, 2, 1)
    q.add(remove_on_fail=True)
    q.take()
    q.crash("3", max_stalled=0)
    assert q.failed() == ["1", "2"]


def test_a_number_trims_on_a_stall_failure_too(q: Driver) -> None:
    """Two are left of four."""
    fail_many(q, 3, 1)
    q.add(remove_on_fail=2)
    q.take()
    q.crash("4", max_stalled=0)
    assert q.failed() == ["3", "4"]


def test_several_stall_failures_of_one_check_are_trimmed_together(q: Driver) -> None:
    """The set ends with the newest so many; ties go by text."""
    for _ in range(3):
        q.add(remove_on_fail=2)
        q.take()
    q.check(0)
    for job_id in ("1", "2", "3"):
        q.expire_lock(job_id)
    assert q.check(0).failed == ["1", "2", "3"]
    assert q.failed() == ["2", "3"]


def test_what_has_to_go_is_what_is_too_old_and_then_the_oldest_beyond_the_count(q: Driver) -> None:
    """Any set, count and age: the newcomer counts, also where it finished before; ties go by text."""
    for seed in range(150):
        draw = random.Random(seed)
        key = f"finished-{seed}"
        finished = {str(draw.randrange(1, 15)): float(draw.randrange(0, 9)) for _ in range(draw.randrange(0, 12))}
        now_ms, job_id = newcomer = (draw.randrange(0, 10), str(draw.randrange(1, 15)))
        count, age_s = draw.choice([None, 1, 2, 3, 6]), draw.choice([None, 0, 0.001, 0.003, 0.005])
        if finished:
            q.store.zadd(key, finished)
        joined = sorted((score, one) for one, score in {**finished, job_id: float(now_ms)}.items())
        old = [one for score, one in joined if age_s is not None and score <= now_ms - age_s * 1_000]
        rest = [one for _score, one in joined if one not in old]
        many = rest[: max(0, len(rest) - count)] if count is not None else []
        others, itself = [one for one in old if one != job_id], [one for one in old if one == job_id]
        assert jobs_to_evict(q.store, key, newcomer, count=count, age_s=age_s) == [*others, *itself, *many], seed
