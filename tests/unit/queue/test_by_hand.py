"""What docs/operations.md calls unsafe beside a live worker: each race, played out.

The commands are plain redis-py calls in the wrong order, with a worker's step in between.
"""

import pytest

from sim.queue.dequeue import lock_popped, pop_waiting
from sim.queue.errors import JobMissing, LockMissing
from sim.queue.getters import job_counts, job_state
from sim.queue.pause import resume_queue
from tests.unit.queue.driver import Driver


def test_a_push_before_the_zrem_loses_a_job_that_fails_again(q: Driver) -> None:
    """The ZREM takes the new failure away."""
    q.add()
    q.fail(q.take())
    q.store.lpush(q.keys.wait, "1")
    q.fail(q.take())
    q.store.zrem(q.keys.failed, "1")
    assert job_state(q.store, q.keys, "1") == "stuck"


def test_two_operators_who_do_not_look_at_the_answer_let_a_job_run_twice(q: Driver) -> None:
    """The answer of the second ZREM is 0."""
    q.add()
    q.fail(q.take())
    for expected in (1, 0):
        assert q.store.zrem(q.keys.failed, "1") == expected
        q.store.lpush(q.keys.wait, "1")
    assert [q.take().id, q.take(q.other).id] == ["1", "1"]


def test_a_retry_without_zrem_ends_in_two_states(q: Driver) -> None:
    """Failed and completed, and the next retry of all runs it again."""
    q.add()
    q.fail(q.take())
    q.store.lpush(q.keys.wait, "1")
    q.complete(q.take())
    assert (q.failed(), q.store.zrange(q.keys.completed, 0, -1)) == (["1"], ["1"])


def test_an_hset_after_the_push_leaves_a_hash_that_keeps_its_id_taken(q: Driver) -> None:
    """The worker has finished the job and removed it; a later add under the id does nothing."""
    q.add(job_id="mine", delay_ms=60_000, remove_on_complete=True)
    q.store.zrem(q.keys.delayed, "mine")
    q.store.lpush(q.keys.wait, "mine")
    q.complete(q.take())
    q.store.hset(q.keys.job("mine"), "delay", "0")
    assert q.hash("mine") == {"delay": "0"}
    q.add(job_id="mine")
    assert q.line == []


def test_a_priority_by_hand_puts_a_job_nowhere_when_its_neighbour_is_taken(q: Driver) -> None:
    """LINSERT answers -1."""
    q.add(priority=1)
    q.add(priority=2, delay_ms=60_000)
    q.store.zrem(q.keys.delayed, "2")
    q.add()
    q.take()
    assert q.line == ["3"]
    assert q.store.linsert(q.keys.wait, "BEFORE", "1", "2") == -1
    assert q.line == ["3"]
    assert job_state(q.store, q.keys, "2") == "stuck"


def test_a_hash_that_is_deleted_first_lets_the_job_run_with_nothing(q: Driver) -> None:
    """Empty data, and completed."""
    q.add()
    q.store.delete(q.keys.job("1"))
    job = q.take()
    assert job.data == {}
    q.complete(job)
    assert job_counts(q.store, q.keys)["completed"] == 1


def test_a_hash_that_is_deleted_under_a_worker_refuses_its_report(q: Driver) -> None:
    """LREM had answered 0."""
    q.add()
    job = q.take()
    assert q.store.lrem(q.keys.wait, 0, "1") == 0
    q.store.delete(q.keys.job("1"))
    with pytest.raises(JobMissing):
        q.complete(job)


def test_unsticking_between_pop_and_lock_gives_a_job_to_two_workers(q: Driver) -> None:
    """It stands in active without a lock, as a dead worker's job does; both hold it, and one report is refused."""
    q.add()
    popped = pop_waiting(q.store, q.keys)
    assert not q.store.exists(q.keys.lock("1"))
    q.store.lrem(q.keys.active, 0, "1")
    q.store.rpush(q.keys.wait, "1")
    assert popped == "1"
    mine = lock_popped(q.store, q.keys, popped, q.lock_params, now_ms=q.clock.now_ms)
    others = q.take(q.other)
    q.complete(others, q.other)
    with pytest.raises(LockMissing):
        q.complete(mine)  # nothing limits the rate here


def test_a_lock_that_is_deleted_under_a_worker_lets_the_job_run_again(q: Driver) -> None:
    """The check finds it abandoned."""
    q.add()
    mine = q.take()
    q.store.delete(q.keys.lock("1"))
    q.check()
    assert q.check().stalled == ["1"]
    q.complete(q.take(q.other), q.other)
    with pytest.raises(LockMissing):
        q.complete(mine)


def test_two_checks_within_a_moment_take_a_job_that_is_about_to_be_locked(q: Driver) -> None:
    """The first marks, the second acts, and the worker comes to lock what another has."""
    q.add()
    pop_waiting(q.store, q.keys)
    assert [q.check().stalled, q.check().stalled] == [[], ["1"]]


def test_a_poison_job_is_never_given_up_by_hand(q: Driver) -> None:
    """The count of its stalls does not grow."""
    q.add()
    for _ in range(5):
        q.take()
        q.expire_lock("1")
        q.store.lrem(q.keys.active, 0, "1")
        q.store.rpush(q.keys.wait, "1")
    assert "stalledCounter" not in q.hash("1")


def test_a_pause_that_begins_with_its_mark_overwrites_an_add(q: Driver) -> None:
    """The new job stands in paused when the RENAME comes."""
    q.add()
    q.store.set(q.keys.meta_paused, 1)
    added = q.add()
    q.store.rename(q.keys.wait, q.keys.paused)
    assert job_state(q.store, q.keys, added) == "stuck"


def test_a_pause_that_ends_with_its_mark_lets_the_resume_overwrite_an_add(q: Driver) -> None:
    """The new job stands in wait when the queue is resumed."""
    q.add()
    q.store.rename(q.keys.wait, q.keys.paused)
    added = q.add()
    q.store.set(q.keys.meta_paused, 1)
    resume_queue(q.store, q.keys)
    assert job_state(q.store, q.keys, added) == "stuck"
