"""Steps of the dead letter queue with another client's step right before their EXEC.

One test for each thing that a step reads and relies on; without the watch on it the test fails.
"""

from collections.abc import Callable
from typing import Any

import pytest

from sim.core.clock import ManualClock
from sim.queue.dead_letter import dead_letter_ids, dead_letters, purge_all, purge_job, replay_all, replay_job
from sim.queue.dequeue import pop_waiting
from sim.queue.errors import LockMissing, NoDeadLetter
from sim.queue.keys import QueueKeys
from sim.queue.pause import pause_queue
from tests.concurrency.interleaving import interrupted
from tests.concurrency.test_interleavings import everywhere
from tests.unit.queue.driver import Driver

DEAD = QueueKeys("q-dead")


def dead(q: Driver) -> list[str]:
    """The dead letters' ids, the oldest first; each of them has its hash, and no hash is without a place."""
    ids = dead_letter_ids(q.store, q.keys)
    assert [one.id for one in dead_letters(q.store, q.keys)] == ids
    hashes = {DEAD.job(dead_id) for dead_id in ids}
    assert {key for key in q.store.keys(DEAD.base + "*") if q.store.type(key) == "hash"} == hashes
    return ids


def replay(q: Driver, dead_id: str) -> str:
    """Replay a dead letter and return its id in the queue."""
    return replay_job(q.store, q.keys, dead_id, now_ms=q.clock.now_ms).job_id


def write_by_hand(q: Driver, dead_id: str) -> None:
    """Put something into the dead letter queue that has never been in the queue."""
    q.store.hset(DEAD.job(dead_id), "data", "{}")
    q.store.lpush(DEAD.wait, dead_id)


# -- dying -------------------------------------------------------------------------------------------------------


def test_two_checks_at_once_move_a_job_once(q: Driver, clock: ManualClock) -> None:
    """The second finds that the interval is taken, and the job gone."""
    q.add()
    q.take()
    q.check(0, dead=DEAD)
    q.expire_lock("1")
    late = interrupted(q.store, clock, lambda: q.check(0, dead=DEAD))
    assert not late.check(0, dead=DEAD).ran
    assert (dead(q), everywhere(q)) == (["1"], [])
    assert dead_letters(q.store, q.keys)[0].stalled_counter == 1


def test_a_failure_and_a_check_at_once_move_a_job_once(q: Driver, clock: ManualClock) -> None:
    """The worker has lost its lock; the check puts the job back in line, and the worker is refused."""
    q.add()
    job = q.take()
    q.check(1, dead=DEAD)

    def meanwhile() -> None:
        q.expire_lock("1")
        q.check(1, dead=DEAD)

    with pytest.raises(LockMissing):
        interrupted(q.store, clock, meanwhile).fail(job, dead=DEAD)
    assert (dead(q), everywhere(q)) == ([], ["1"])


def test_a_check_moves_what_a_late_worker_has_left_its_mark_on(q: Driver, clock: ManualClock) -> None:
    """The trail that is written has the mark, because the hash is read again."""
    q.add()
    job = q.take()
    q.check(0, dead=DEAD)
    q.expire_lock("1")

    def meanwhile() -> None:
        with pytest.raises(LockMissing):
            q.fail(job, dead=DEAD)

    interrupted(q.store, clock, meanwhile).check(0, dead=DEAD)
    (one,) = dead_letters(q.store, q.keys)
    assert (one.attempts_made, one.trail[-1].attempts_made, one.trail[-1].stacktrace) == (1, 1, ["Error: boom"])


def test_a_job_does_not_overwrite_a_dead_one_that_comes_meanwhile(q: Driver, clock: ManualClock) -> None:
    """It sees that its id is taken now, and takes another."""
    q.add(job_id="mine")
    failed = interrupted(q.store, clock, lambda: write_by_hand(q, "mine")).fail(q.take(), dead=DEAD)
    assert failed.dead_id == "mine-2"
    assert dead(q) == ["mine", "mine-2"]


def test_the_counter_stays_ahead_when_two_jobs_die_at_once(q: Driver, clock: ManualClock) -> None:
    """The smaller number is written last, and does not take the counter back."""
    q.add()
    q.add()
    first, second = q.take(), q.take()
    interrupted(q.store, clock, lambda: q.fail(second, dead=DEAD)).fail(first, dead=DEAD)
    assert q.store.get(DEAD.id) == "2"
    assert dead(q) == ["2", "1"]


def test_a_dead_letter_queue_that_is_paused_meanwhile_gets_the_job_into_paused(q: Driver, clock: ManualClock) -> None:
    """A resume would write over what stands in ``wait``."""
    q.add()
    interrupted(q.store, clock, lambda: pause_queue(q.store, DEAD)).fail(q.take(), dead=DEAD)
    assert q.store.lrange(DEAD.paused, 0, -1) == ["1"]


def test_a_line_that_is_logged_meanwhile_moves_too(q: Driver, clock: ManualClock) -> None:
    """Also the first."""
    q.add()
    job = q.take()
    interrupted(q.store, clock, lambda: q.store.rpush(q.keys.logs("1"), "a line")).fail(job, dead=DEAD)
    assert q.store.lrange(DEAD.logs("1"), 0, -1) == ["a line"]
    assert not q.store.exists(q.keys.logs("1"))


# -- replaying and purging ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("other", ["replay", "purge"])
@pytest.mark.parametrize("mine", ["replay", "purge"])
def test_one_of_two_operators_has_the_job(q: Driver, clock: ManualClock, mine: str, other: str) -> None:
    """The other is refused, and the job is in one place at most."""
    q.die()

    def do(verb: str, driver: Driver) -> None:
        if verb == "replay":
            replay(driver, "1")
        else:
            purge_job(driver.store, driver.keys, "1")

    with pytest.raises(NoDeadLetter):
        do(mine, interrupted(q.store, clock, lambda: do(other, q)))
    assert (dead(q), everywhere(q)) == ([], ["1"] if other == "replay" else [])
    assert q.store.exists(q.keys.job("1")) == (other == "replay")


@pytest.mark.parametrize("verb", ["replay", "replay all", "purge", "purge all"])
def test_what_a_worker_pops_there_meanwhile_is_left_to_it(q: Driver, clock: ManualClock, verb: str) -> None:
    """A worker of the dead letter queue, such as a real Bull, has the job in its hands."""
    q.die()
    driver = interrupted(q.store, clock, lambda: pop_waiting(q.store, DEAD))
    verbs: dict[str, Callable[[], Any]] = {
        "replay": lambda: replay(driver, "1"),
        "replay all": lambda: replay_all(driver.store, q.keys, now_ms=0),
        "purge": lambda: purge_job(driver.store, q.keys, "1"),
        "purge all": lambda: purge_all(driver.store, q.keys),
    }
    if verb.endswith("all"):
        assert verbs[verb]() == []
    else:
        with pytest.raises(NoDeadLetter):
            verbs[verb]()
    assert q.store.lrange(DEAD.active, 0, -1) == ["1"]
    assert q.store.exists(DEAD.job("1"))
    assert everywhere(q) == []


def test_replaying_all_leaves_out_what_was_replayed_meanwhile(q: Driver, clock: ManualClock) -> None:
    """Each job enters the line once."""
    for _ in range(3):
        q.die()
    driver = interrupted(q.store, clock, lambda: replay(q, "2"))
    assert [move.job_id for move in replay_all(driver.store, q.keys, now_ms=0)] == ["1", "3"]
    assert q.line == ["2", "1", "3"]


def test_a_job_that_dies_meanwhile_is_not_replayed(q: Driver, clock: ManualClock) -> None:
    """Replaying all means all that were dead when it began; else a job that always fails would go round for ever."""
    q.die()
    driver = interrupted(q.store, clock, q.die)
    assert len(replay_all(driver.store, q.keys, now_ms=0)) == 1
    assert (dead(q), q.line) == (["2"], ["1"])


def test_a_replay_does_not_overwrite_a_job_that_is_added_meanwhile(q: Driver, clock: ManualClock) -> None:
    """It has taken the id."""
    q.die(job_id="mine")
    assert replay(interrupted(q.store, clock, lambda: q.add(job_id="mine")), "mine") == "mine-2"
    assert q.line == ["mine", "mine-2"]


def test_a_replayed_number_is_not_given_out_to_an_add_meanwhile(q: Driver, clock: ManualClock) -> None:
    """The counter had begun again; the add raises it while the replay is about to."""
    q.die()
    q.die()
    q.store.delete(q.keys.id)
    assert replay(interrupted(q.store, clock, q.add), "2") == "2"
    assert q.add() == "3"
    assert everywhere(q) == ["1", "2", "3"]


def test_a_replay_enters_the_line_of_a_queue_that_is_paused_meanwhile(q: Driver, clock: ManualClock) -> None:
    """While paused nothing may stand in ``wait``."""
    q.die()
    replay(interrupted(q.store, clock, lambda: pause_queue(q.store, q.keys)), "1")
    assert q.store.lrange(q.keys.paused, 0, -1) == ["1"]
    assert everywhere(q) == ["1"]


def test_a_replay_with_a_priority_is_not_lost_when_its_neighbour_is_popped(q: Driver, clock: ManualClock) -> None:
    """LINSERT before an id that is gone would put it nowhere."""
    q.die(priority=2)
    neighbour = q.add(priority=1)
    replay(interrupted(q.store, clock, lambda: pop_waiting(q.store, q.keys)), "1")
    assert q.line == ["1"]
    assert everywhere(q) == ["1", neighbour]


def test_a_line_that_is_logged_before_a_replay_goes_back_too(q: Driver, clock: ManualClock) -> None:
    """A person may have written it."""
    q.die()
    replay(interrupted(q.store, clock, lambda: q.store.rpush(DEAD.logs("1"), "mended")), "1")
    assert q.store.lrange(q.keys.logs("1"), 0, -1) == ["mended"]
