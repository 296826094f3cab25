"""The dead letter queue: every way into it, and what an operator does with it."""

import json

import pytest

from sim.queue.dead_letter import (
    DeadLetter,
    dead_letter_ids,
    dead_letters,
    purge_all,
    purge_job,
    replay_all,
    replay_job,
)
from sim.queue.dead_lettering import Life, Move
from sim.queue.errors import JobMissing, NoDeadLetter
from sim.queue.getters import job_counts, job_state
from sim.queue.job import Backoff
from sim.queue.keys import QueueKeys
from sim.queue.pause import pause_queue, resume_queue
from sim.queue.stalled import REASON
from tests.unit.queue.driver import Driver

DEAD = QueueKeys("q-dead")


def dead(q: Driver) -> list[str]:
    """The dead letters' ids, the oldest first."""
    return dead_letter_ids(q.store, q.keys)


def letter(q: Driver, dead_id: str) -> DeadLetter:
    """One dead letter."""
    return next(one for one in dead_letters(q.store, q.keys) if one.id == dead_id)


def replay(q: Driver, dead_id: str) -> str:
    """Replay a dead letter and return its id in the queue."""
    return replay_job(q.store, q.keys, dead_id, now_ms=q.clock.now_ms).job_id


def nowhere_in_its_own_queue(q: Driver, job_id: str) -> bool:
    """Whether a job has no hash, lock, log or place in its queue."""
    names = (q.keys.job(job_id), q.keys.lock(job_id), q.keys.logs(job_id))
    marked = q.store.sismember(q.keys.stalled, job_id) or q.store.zscore(q.keys.priority, job_id) is not None
    return not q.store.exists(*names) and not marked and job_state(q.store, q.keys, job_id) == "stuck"


# -- ways to die -------------------------------------------------------------------------------------------------


def test_used_up_attempts_move_the_job_with_its_history(q: Driver) -> None:
    """Nothing of its hash is missing, and where it comes from stands beside it."""
    q.add(attempts=2)
    assert q.fail(q.take(), message="first", dead=DEAD).verdict == "retry"
    assert dead(q) == []
    q.clock.advance(5)
    before = q.hash("1")
    assert q.fail(q.take(), message="second", dead=DEAD) == ("failed", 0, [], "1")
    fields = q.store.hgetall("bull:q-dead:1")
    now = str(q.clock.now_ms)
    assert {name: fields[name] for name in ("name", "data", "opts", "timestamp", "delay", "priority")} == {
        name: before[name] for name in ("name", "data", "opts", "timestamp", "delay", "priority")
    }
    assert (fields["attemptsMade"], fields["failedReason"]) == ("2", "second")
    assert json.loads(fields["stacktrace"]) == ["Error: boom", "Error: boom"]
    assert (fields["processedOn"], fields["finishedOn"]) == (now, now)
    assert (fields["fromQueue"], fields["fromId"]) == ("q", "1")
    assert q.store.lrange("bull:q-dead:wait", 0, -1) == ["1"]
    assert nowhere_in_its_own_queue(q, "1")


def test_a_discarded_job_dies_of_its_first_failure(q: Driver) -> None:
    """Whatever attempts are left."""
    q.add(attempts=5)
    job = q.take()
    job.discard()
    assert q.fail(job, dead=DEAD).dead_id == "1"
    assert letter(q, "1").attempts_made == 1
    assert nowhere_in_its_own_queue(q, "1")


def test_a_strategy_that_gives_up_sends_it_there_too(q: Driver) -> None:
    """Exactly -1 is a final failure."""
    q.add(attempts=5, backoff=Backoff("mine", 0))
    assert q.fail(q.take(), dead=DEAD, strategies={"mine": lambda *_failure: -1}).dead_id == "1"


def test_one_stall_more_than_allowed_moves_the_job(q: Driver) -> None:
    """The stall at the limit brings it back, the one beyond it kills; its failed attempts are remembered."""
    q.add(attempts=5)
    q.fail(q.take(), dead=DEAD)
    q.take()
    assert q.crash("1", dead=DEAD)[1:] == (["1"], [], [], [])
    assert dead(q) == []
    q.take()
    check = q.crash("1", dead=DEAD)
    assert (check.stalled, check.failed, check.evicted, check.dead) == ([], ["1"], [], [Move("1", "1")])
    one = letter(q, "1")
    assert (one.failed_reason, one.attempts_made, one.stalled_counter) == (REASON, 1, 2)
    assert one.trail == [Life(REASON, 1, 2, ["Error: boom"], q.clock.now_ms)]
    assert nowhere_in_its_own_queue(q, "1")


def test_several_jobs_that_die_in_one_check_all_move(q: Driver) -> None:
    """In the order of their numbers, and the counter stays ahead of the largest."""
    for _ in range(12):
        q.add()
        q.take()
    q.check(0, dead=DEAD)
    for number in range(1, 13):
        q.expire_lock(str(number))
    assert len(q.check(0, dead=DEAD).dead) == 12
    assert dead(q) == [str(number) for number in range(1, 13)]
    assert q.store.get(DEAD.id) == "12"


def test_a_stalled_job_without_readable_options_is_kept_as_it_is(q: Driver) -> None:
    """In the failed set it would be in no list at all; here somebody can look at it, and send it back."""
    q.add()
    q.store.hset(q.keys.job("1"), mapping={"opts": "{broken", "data": "{broken", "attemptsMade": "many"})
    q.store.rpoplpush(q.keys.wait, q.keys.active)
    assert q.crash("1", 0, dead=DEAD).failed == ["1"]
    assert (letter(q, "1").data, letter(q, "1").attempts_made) == ("{broken", 0)
    assert replay(q, "1") == "1"
    assert q.line == ["1"]


def test_an_id_without_a_hash_can_die_of_stalls(q: Driver) -> None:
    """Put there by hand; there is little to keep."""
    q.store.lpush(q.keys.active, "77")
    assert q.crash("77", 0, dead=DEAD).dead == [Move("77", "77")]
    assert letter(q, "77").failed_reason == REASON


def test_its_logs_move_with_it(q: Driver) -> None:
    """There and back again."""
    q.add()
    q.store.rpush(q.keys.logs("1"), "a line")
    q.fail(q.take(), dead=DEAD)
    assert q.store.lrange(DEAD.logs("1"), 0, -1) == ["a line"]
    assert nowhere_in_its_own_queue(q, "1")
    replay(q, "1")
    assert q.store.lrange(q.keys.logs("1"), 0, -1) == ["a line"]
    assert not q.store.exists(DEAD.logs("1"))


def test_a_worker_that_comes_late_is_refused_and_leaves_no_mark(q: Driver) -> None:
    """The hash is not there any more, and must not come back as a ruin."""
    q.add()
    late = q.take()
    q.crash("1", 0, dead=DEAD)
    with pytest.raises(JobMissing):
        q.complete(late)
    with pytest.raises(JobMissing):
        q.fail(late, dead=DEAD)
    assert nowhere_in_its_own_queue(q, "1")


# -- retention ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keep", [True, 0, 1, 25])
@pytest.mark.parametrize("how", ["fails", "stalls"])
def test_no_retention_touches_dead_letters(q: Driver, keep: bool | int, how: str) -> None:
    """All stay, in the order of their deaths; and what stood in the failed set stays as well."""
    q.add()
    q.fail(q.take())
    for _ in range(30):
        q.clock.advance(1)
        job_id = q.add(remove_on_fail=keep)
        job = q.take()
        if how == "fails":
            assert q.fail(job, dead=DEAD).evicted == []
        else:
            assert q.crash(job_id, 0, dead=DEAD).evicted == []
    assert dead(q) == [str(number) for number in range(2, 32)]
    assert q.failed() == ["1"]


def test_without_it_nothing_of_it_is_there(q: Driver) -> None:
    """Off is the default, and leaves no key."""
    q.add()
    assert q.fail(q.take()).dead_id is None
    q.add()
    q.take()
    assert q.crash("2", 0).dead == ()
    assert q.store.keys("bull:q-dead:*") == []


# -- ids ---------------------------------------------------------------------------------------------------------


def test_a_dead_job_never_overwrites_another(q: Driver) -> None:
    """The id is free again in its own queue once the job has died; the second and third get an id of their own."""
    assert [q.die(job_id="mine") for _ in range(3)] == ["mine", "mine-2", "mine-3"]
    assert [(one.job_id, one.id) for one in dead_letters(q.store, q.keys)] == [
        ("mine", "mine"),
        ("mine", "mine-2"),
        ("mine", "mine-3"),
    ]


def test_ids_that_began_again_overwrite_nothing(q: Driver) -> None:
    """The queue's own keys were lost, its dead letters not."""
    assert q.die() == "1"
    q.store.delete(q.keys.id)
    assert q.die() == "1-2"
    assert dead(q) == ["1", "1-2"]


def test_two_jobs_of_one_check_get_two_ids(q: Driver) -> None:
    """Also where the one is called as the other would have to be."""
    q.die(job_id="7")
    for job_id in ("7", "7-2"):
        q.add(job_id=job_id)
        q.take()
    q.check(0, dead=DEAD)
    for job_id in ("7", "7-2"):
        q.expire_lock(job_id)
    assert sorted(q.check(0, dead=DEAD).dead) == [("7", "7-2"), ("7-2", "7-2-2")]


@pytest.mark.parametrize(("job_id", "counter"), [("12", "12"), ("0012", None), ("x", None), ("9" * 16, None)])
def test_the_counter_there_is_ahead_of_every_number(q: Driver, job_id: str, counter: str | None) -> None:
    """Else an add to the dead letter queue itself would write over a dead job; other ids it never writes."""
    q.die(job_id=job_id)
    assert q.store.get(DEAD.id) == counter


def test_the_counter_never_goes_back(q: Driver) -> None:
    """A small number after a large one."""
    q.die(job_id="12")
    q.die(job_id="5")
    assert q.store.get(DEAD.id) == "12"


def test_a_paused_dead_letter_queue_takes_jobs_too(q: Driver) -> None:
    """They stand in ``paused`` there, and an operator finds them all the same."""
    pause_queue(q.store, DEAD)
    q.die()
    q.die()
    assert job_counts(q.store, DEAD)["paused"] == 2
    assert dead(q) == ["1", "2"]
    replay(q, "1")
    purge_job(q.store, q.keys, "2")
    resume_queue(q.store, DEAD)
    assert dead(q) == []


# -- replay ------------------------------------------------------------------------------------------------------


def test_a_replayed_job_begins_a_new_life_with_all_its_attempts(q: Driver) -> None:
    """No field of the old life is left in its hash; its data and options are the same."""
    q.add(attempts=2)
    for _ in range(2):
        q.fail(q.take(), dead=DEAD)
    old = q.store.hgetall(DEAD.job("1"))
    assert replay(q, "1") == "1"
    fields = q.hash("1")
    assert set(fields) == {"name", "data", "opts", "timestamp", "delay", "priority", "trail", "retriedOn"}
    assert {name: fields[name] for name in ("data", "opts", "timestamp")} == {
        name: old[name] for name in ("data", "opts", "timestamp")
    }
    assert not q.store.exists(DEAD.job("1"), DEAD.wait)
    assert q.fail(q.take(), dead=DEAD).verdict == "retry"
    assert q.fail(q.take(), dead=DEAD).verdict == "failed"


def test_a_replayed_job_has_all_its_stalls_again(q: Driver) -> None:
    """It may stall once; its old stalls are in the trail."""
    q.add()
    for _ in range(2):
        q.take()
        q.crash("1", dead=DEAD)
    replay(q, "1")
    q.take()
    assert q.crash("1", dead=DEAD).stalled == ["1"]


def test_the_trail_grows_with_every_death(q: Driver) -> None:
    """The first life stays as it was, and a replay alone changes nothing in it."""
    q.add(attempts=2)
    lives: list[Life] = []
    for message in ("first", "second", "third"):
        for _ in range(2):
            q.clock.advance(10)
            q.fail(q.take(), message=message, dead=DEAD)
        lives.append(Life(message, 2, 0, ["Error: boom", "Error: boom"], q.clock.now_ms))
        assert letter(q, "1").trail == lives
        replay(q, "1")
        assert len(json.loads(q.hash("1")["trail"])) == len(lives)
    assert json.loads(q.hash("1")["trail"])[0] == {
        "failedReason": "first",
        "attemptsMade": 2,
        "stalledCounter": 0,
        "stacktrace": ["Error: boom", "Error: boom"],
        "finishedOn": lives[0].finished_on_ms,
    }


def test_a_replayed_job_goes_to_the_back_of_the_line(q: Driver) -> None:
    """Like a new one."""
    q.die()
    q.add()
    replay(q, "1")
    q.add()
    assert q.line == ["2", "1", "3"]


def test_a_replayed_job_keeps_its_priority(q: Driver) -> None:
    """Behind its equals, ahead of larger numbers and of those that have none."""
    q.die(priority=2)
    for priority in (1, 2, 3, 0):
        q.add(priority=priority)
    replay(q, "1")
    assert q.line == ["2", "3", "1", "4", "5"]
    assert q.store.zscore(q.keys.priority, "1") == 2


def test_a_replayed_last_in_job_is_first_out(q: Driver) -> None:
    """As its add would be."""
    q.die(lifo=True)
    q.add()
    replay(q, "1")
    assert q.line == ["1", "2"]


def test_an_initial_delay_is_not_waited_for_again(q: Driver) -> None:
    """It is over."""
    q.add(delay_ms=10)
    q.clock.advance(11)
    q.promote()
    q.fail(q.take(), dead=DEAD)
    replay(q, "1")
    assert q.line == ["1"]


def test_a_replay_into_a_paused_queue_lines_up_elsewhere(q: Driver) -> None:
    """It runs after the resume."""
    q.die()
    pause_queue(q.store, q.keys)
    replay(q, "1")
    assert (q.line, q.store.lrange(q.keys.paused, 0, -1)) == ([], ["1"])
    resume_queue(q.store, q.keys)
    assert q.line == ["1"]


def test_a_replay_gets_its_old_id_where_it_is_free(q: Driver) -> None:
    """And another one where somebody has it meanwhile, in whatever state."""
    q.die(job_id="mine")
    q.die(job_id="mine")
    q.add(job_id="mine")
    assert replay(q, "mine-2") == "mine-2"
    q.complete(q.take())
    assert replay(q, "mine") == "mine-3"
    assert (q.line, job_state(q.store, q.keys, "mine")) == (["mine-2", "mine-3"], "completed")


def test_a_replay_gets_its_old_id_although_it_had_another_among_the_dead(q: Driver) -> None:
    """What counts is where it comes from."""
    q.die(job_id="mine")
    q.die(job_id="mine")
    assert replay(q, "mine-2") == "mine"


def test_a_replayed_number_is_not_given_out_again(q: Driver) -> None:
    """The counter had begun again and would have come to it."""
    for _ in range(3):
        q.die()
    q.store.delete(q.keys.id)
    replay(q, "3")
    assert q.add() == "4"


def test_replaying_all_puts_the_oldest_first(q: Driver) -> None:
    """More than one step takes; each with the old id."""
    dying = [q.die() for _ in range(205)]
    moves = replay_all(q.store, q.keys, now_ms=q.clock.now_ms)
    assert [move.job_id for move in moves] == dying
    assert q.line == dying
    assert q.store.keys("bull:q-dead:[0-9]*") == []


def test_replaying_all_keeps_priorities(q: Driver) -> None:
    """Each finds its place among those before it."""
    for priority in (0, 3, 1, 0, 1, 2):
        q.die(priority=priority)
    replay_all(q.store, q.keys, now_ms=q.clock.now_ms)
    assert q.line == ["3", "5", "6", "2", "1", "4"]


@pytest.mark.parametrize("verb", ["replay", "purge"])
def test_what_is_not_there_is_refused_in_words(q: Driver, verb: str) -> None:
    """Nothing changes; a job that runs in its own queue is none of this."""
    q.add()
    with pytest.raises(NoDeadLetter, match=r"^no dead letter 1 in q-dead: it was never there, or was replayed, purged"):
        replay(q, "1") if verb == "replay" else purge_job(q.store, q.keys, "1")
    assert q.line == ["1"]


def test_a_second_replay_is_refused(q: Driver) -> None:
    """Two operators, one job."""
    q.die()
    replay(q, "1")
    with pytest.raises(NoDeadLetter):
        replay(q, "1")
    assert q.line == ["1"]


def test_what_a_worker_of_the_dead_letter_queue_has_taken_is_its_own(q: Driver) -> None:
    """It is neither replayed nor purged."""
    q.die()
    q.store.rpoplpush(DEAD.wait, DEAD.active)
    assert replay_all(q.store, q.keys, now_ms=0) == []
    assert purge_all(q.store, q.keys) == []
    assert q.store.exists(DEAD.job("1"))


# -- looking and purging -----------------------------------------------------------------------------------------


def test_looking_at_dead_letters_changes_nothing(q: Driver) -> None:
    """The oldest first, with everything that the hash says."""
    q.die()
    q.clock.advance(5)
    q.die(job_id="mine")
    first, second = dead_letters(q.store, q.keys)
    assert (first.id, first.queue, first.job_id, first.name, first.data) == ("1", "q", "1", "__default__", {})
    assert (first.failed_reason, first.finished_on_ms) == ("boom", q.clock.now_ms - 5)
    assert second.fields["opts"].startswith('{"jobId":"mine"')
    assert dead(q) == ["1", "mine"]


def test_a_purged_job_is_gone_for_good(q: Driver) -> None:
    """With its logs; the others stay."""
    q.die()
    q.die()
    q.store.rpush(DEAD.logs("1"), "a line")
    purge_job(q.store, q.keys, "1")
    assert dead(q) == ["2"]
    assert not q.store.exists(DEAD.job("1"), DEAD.logs("1"))


def test_purging_all_leaves_nothing_but_the_counter(q: Driver) -> None:
    """More than one step takes."""
    dying = [q.die() for _ in range(101)]
    assert purge_all(q.store, q.keys) == dying
    assert q.store.keys("bull:q-dead:*") == [DEAD.id]
