"""Each step of the queue with another client's step right before its EXEC: it sees that and decides again.

One test for each thing that a body reads and relies on; without the watch on it the test fails.
"""

from typing import Any

import pytest

from sim.core.clock import ManualClock
from sim.queue.clean import clean_jobs
from sim.queue.dequeue import LockParams, RateLimited, dequeue, lock_popped, pop_waiting
from sim.queue.drain import drain_queue
from sim.queue.errors import JobLocked, LockMismatch, LockMissing, NotDelayed, RetryRefused
from sim.queue.job import Job, JobOptions
from sim.queue.limiter import RateLimit
from sim.queue.locks import extend_lock
from sim.queue.manual_retry import retry_failed_jobs, retry_job
from sim.queue.pause import pause_queue, resume_queue
from sim.queue.promote import promote_job
from sim.queue.remove import remove_job
from sim.queue.stalled import StalledCheck
from sim.queue.submit import add_job
from tests.concurrency.interleaving import interrupted
from tests.unit.queue.driver import Driver


def pop(q: Driver) -> str | None:
    """Pop a job as an idle worker does, without locking it."""
    return pop_waiting(q.store, q.keys)


def everywhere(q: Driver) -> list[str]:
    """Every id that is in line, taken, delayed or finished, once for each place."""
    lists = [q.store.lrange(key, 0, -1) for key in (q.keys.wait, q.keys.paused, q.keys.active)]
    sets = [q.store.zrange(key, 0, -1) for key in (q.keys.delayed, q.keys.completed, q.keys.failed)]
    return sorted(job_id for place in (*lists, *sets) for job_id in place)


# -- the line: a neighbour that is popped meanwhile ---------------------------------------------------------------


def test_a_due_job_with_a_priority_is_not_lost_when_its_neighbour_is_popped(q: Driver, clock: ManualClock) -> None:
    """LINSERT before an id that is gone puts the job nowhere."""
    neighbour = q.add(priority=1)
    due = q.add(priority=2, delay_ms=10)
    clock.advance(11)
    other = interrupted(q.store, clock, lambda: pop(q))
    assert other.promote() == [due]
    assert q.line == [due]
    assert everywhere(q) == [neighbour, due]


def test_a_new_job_with_a_priority_is_not_lost_when_its_neighbour_is_popped(q: Driver, clock: ManualClock) -> None:
    """The same for a submit."""
    neighbour = q.add(priority=1)
    added = interrupted(q.store, clock, lambda: pop(q)).add(priority=2)
    assert q.line == [added]
    assert everywhere(q) == [neighbour, added]


def test_a_retried_job_with_a_priority_is_not_lost_when_its_neighbour_is_popped(q: Driver, clock: ManualClock) -> None:
    """The same for an immediate retry; the priority of the hash decides, as in Bull."""
    retried = q.add(priority=2, attempts=2)
    job = q.take()
    neighbour = q.add(priority=1)
    assert interrupted(q.store, clock, lambda: pop(q)).fail(job).verdict == "retry"
    assert q.line == [retried]
    assert everywhere(q) == sorted([retried, neighbour])


def test_a_job_that_becomes_due_is_put_in_line_once(q: Driver, clock: ManualClock) -> None:
    """Two workers promote at the same moment."""
    q.add(delay_ms=10)
    clock.advance(11)
    assert interrupted(q.store, clock, q.promote).promote() == []
    assert everywhere(q) == ["1"]


# -- taking -----------------------------------------------------------------------------------------------------


def test_two_workers_never_take_the_same_job(q: Driver, clock: ManualClock) -> None:
    """The second finds its job taken and takes the next."""
    q.add()
    q.add()
    taken: list[Job] = []
    mine = interrupted(q.store, clock, lambda: taken.append(q.take(q.other))).take()
    assert (taken[0].id, mine.id) == ("1", "2")
    assert (q.store.get(q.keys.lock("1")), q.store.get(q.keys.lock("2"))) == (q.other.token, q.lock_params.token)


def test_the_job_that_comes_with_a_completion_is_nobody_elses(q: Driver, clock: ManualClock) -> None:
    """Another worker pops the job that was next."""
    for _ in range(3):
        q.add()
    first = q.take()
    done = interrupted(q.store, clock, lambda: pop(q)).complete(first, fetch_next=True)
    assert done.next_job is not None
    assert done.next_job.id == "3"
    assert (q.store.get(q.keys.lock("2")), q.store.get(q.keys.lock("3"))) == (None, q.lock_params.token)


def test_a_queue_that_is_paused_meanwhile_hands_out_nothing(q: Driver, clock: ManualClock) -> None:
    """The line is renamed away."""
    q.add()
    other = interrupted(q.store, clock, lambda: pause_queue(q.store, q.keys))
    assert dequeue(other.store, other.keys, other.lock_params, now_ms=clock.now_ms) is None
    assert q.store.lrange(q.keys.paused, 0, -1) == ["1"]


def test_the_rate_limit_holds_for_two_that_take_at_once(q: Driver, clock: ManualClock) -> None:
    """One start is allowed, so the second is held back; both had popped their jobs before."""
    limit = RateLimit(1, 60_000)

    def lock(driver: Driver, job_id: str) -> Any:
        return lock_popped(driver.store, driver.keys, job_id, driver.lock_params, now_ms=clock.now_ms, limit=limit)

    for _ in range(2):
        q.add()
        pop(q)
    assert isinstance(lock(interrupted(q.store, clock, lambda: lock(q, "1")), "2"), RateLimited)


# -- ownership ---------------------------------------------------------------------------------------------------


def lose(q: Driver) -> None:
    """Let the first job's lock expire, find it stalled and let another worker take it."""
    q.crash("1")
    q.take(q.other)


@pytest.mark.parametrize("end", ["complete", "fail"])
def test_a_job_that_another_worker_has_now_is_not_finished(q: Driver, clock: ManualClock, end: str) -> None:
    """The lock was there when it was read, and is another's at the EXEC."""
    q.add()
    job = q.take()
    with pytest.raises(LockMismatch):
        getattr(interrupted(q.store, clock, lambda: lose(q)), end)(job)
    assert everywhere(q) == ["1"]
    assert q.store.get(q.keys.lock("1")) == q.other.token


@pytest.mark.real
@pytest.mark.parametrize("end", ["complete", "fail"])
def test_a_lock_that_expires_before_the_exec_is_lost(real_store: Any, clock: ManualClock, end: str) -> None:
    """Nobody touches the key: it is Redis itself that tells the transaction of the expiry, and fakeredis does not."""
    q = Driver(real_store, clock)
    q.add()
    short = LockParams("short", 30)
    job = q.take(short)
    with pytest.raises(LockMissing):
        getattr(interrupted(q.store, clock, lambda: wait_ms(q.store, 32)), end)(job, short)
    assert q.store.lrange(q.keys.active, 0, -1) == ["1"]


def test_a_lock_that_another_worker_has_now_is_not_extended(q: Driver, clock: ManualClock) -> None:
    """The other's lock stays."""
    q.add()
    q.take()
    assert not extend_lock(interrupted(q.store, clock, lambda: lose(q)).store, q.keys, "1", q.lock_params)
    assert q.store.get(q.keys.lock("1")) == q.other.token


def wait_ms(client: Any, ms: int) -> None:
    """Wait on the server's own clock, without touching a key."""
    seconds, micros = client.time()
    end = seconds * 1_000_000 + micros + ms * 1_000
    while seconds * 1_000_000 + micros < end:
        seconds, micros = client.time()


# -- stalled jobs -------------------------------------------------------------------------------------------------


def test_a_job_that_is_locked_after_all_is_not_stalled(q: Driver, clock: ManualClock) -> None:
    """A worker had popped it, was slow, and locks it while the check has already looked."""
    q.add()
    pop(q)
    q.check()
    q.store.delete(q.keys.stalled_check)
    late = interrupted(q.store, clock, lambda: lock_popped(q.store, q.keys, "1", q.lock_params, now_ms=clock.now_ms))
    assert late.check().stalled == []
    assert q.store.lrange(q.keys.active, 0, -1) == ["1"]


def test_two_checks_at_once_count_one_stall(q: Driver, clock: ManualClock) -> None:
    """The second finds that the interval is taken."""
    q.add()
    q.take()
    q.check()
    q.expire_lock("1")
    assert interrupted(q.store, clock, q.check).check() == StalledCheck(False, [], [], [], ())
    assert q.hash("1")["stalledCounter"] == "1"
    assert q.line == ["1"]


def test_a_job_that_ends_during_a_check_carries_no_mark(q: Driver, clock: ManualClock) -> None:
    """Else the next check would take it for abandoned in the moment between its next pop and its lock."""
    q.add(attempts=2)
    job = q.take()
    interrupted(q.store, clock, lambda: q.fail(job)).check()
    pop(q)
    assert q.check().stalled == []


def test_a_stalled_job_of_a_queue_that_is_paused_meanwhile_waits_there(q: Driver, clock: ManualClock) -> None:
    """Not in a line that nobody would rename any more."""
    q.add()
    q.take()
    q.check()
    q.expire_lock("1")
    assert interrupted(q.store, clock, lambda: pause_queue(q.store, q.keys)).check().stalled == ["1"]
    assert q.store.lrange(q.keys.paused, 0, -1) == ["1"]


def test_a_late_lock_goes_over_anothers_as_in_bull(q: Driver, clock: ManualClock) -> None:
    """The one way to two holders: a whole stalled interval between the pop and its lock."""
    q.add()
    pop(q)
    q.check()
    q.check()
    q.take(q.other)
    lock_popped(q.store, q.keys, "1", q.lock_params, now_ms=clock.now_ms)
    assert q.store.get(q.keys.lock("1")) == q.lock_params.token


# -- retention ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keep", [1, 2])
@pytest.mark.parametrize("end", ["complete", "fail"])
def test_jobs_that_finish_at_once_leave_no_more_than_retention_keeps(
    q: Driver, clock: ManualClock, end: str, keep: int
) -> None:
    """Each counts the other."""
    for _ in range(keep + 1):
        q.add(remove_on_complete=keep, remove_on_fail=keep)
    *before, mine, others = [q.take() for _ in range(keep + 1)]
    for job in before:
        getattr(q, end)(job)
    getattr(interrupted(q.store, clock, lambda: getattr(q, end)(others)), end)(mine)
    assert len(everywhere(q)) == keep
    assert len(q.store.keys(q.keys.job("[0-9]*"))) == keep


def test_jobs_that_fail_and_stall_at_once_leave_no_more_than_retention_keeps(q: Driver, clock: ManualClock) -> None:
    """A stalled check trims the failed jobs as well."""
    for _ in range(3):
        q.add(remove_on_fail=2)
    before, stalls = q.take(), q.take()
    q.fail(before)
    q.check(0)
    fails = q.take()
    q.expire_lock(stalls.id)
    assert interrupted(q.store, clock, lambda: q.fail(fails)).check(0).failed == [stalls.id]
    assert q.failed() == [stalls.id, fails.id]


# -- adding, pausing, retrying by hand --------------------------------------------------------------------------


def test_the_same_id_is_added_once(q: Driver, clock: ManualClock) -> None:
    """Two producers add it at the same moment."""
    options = JobOptions(job_id="mine")

    def add(driver: Driver) -> bool:
        return add_job(driver.store, driver.keys, {}, options, now_ms=clock.now_ms).duplicate

    assert add(interrupted(q.store, clock, lambda: add(q)))
    assert everywhere(q) == ["mine"]


@pytest.mark.parametrize("how", ["new", "retry", "due", "by hand", "all by hand"])
def test_a_job_enters_the_line_of_a_queue_that_is_paused_meanwhile(q: Driver, clock: ManualClock, how: str) -> None:
    """While paused nothing may stand in ``wait``: the resume would overwrite it."""
    driver = interrupted(q.store, clock, lambda: pause_queue(q.store, q.keys))
    if how == "new":
        driver.add()
    elif how == "due":
        q.add(delay_ms=10)
        clock.advance(11)
        driver.promote()
    else:
        q.add(attempts=2 if how == "retry" else 1)
        job = q.take()
        if how == "retry":
            driver.fail(job)
        else:
            q.fail(job)
            if how == "by hand":
                retry_job(driver.store, q.keys, "1", now_ms=clock.now_ms)
            else:
                retry_failed_jobs(driver.store, q.keys)
    assert q.store.lrange(q.keys.paused, 0, -1) == ["1"]
    assert everywhere(q) == ["1"]


@pytest.mark.parametrize("waiting", [0, 1])
def test_pause_and_resume_take_a_job_along_that_comes_meanwhile(q: Driver, clock: ManualClock, waiting: int) -> None:
    """Also when the line was empty before."""
    for _ in range(waiting):
        q.add()
    pausing = interrupted(q.store, clock, q.add)
    pause_queue(pausing.store, q.keys)
    assert q.store.llen(q.keys.paused) == waiting + 1
    resuming = interrupted(q.store, clock, q.add)
    resume_queue(resuming.store, q.keys)
    assert q.store.llen(q.keys.wait) == waiting + 2
    assert not q.store.exists(q.keys.paused)


def test_two_who_resume_at_once_lose_no_job(q: Driver, clock: ManualClock) -> None:
    """The second finds nothing to rename."""
    q.add()
    pause_queue(q.store, q.keys)
    resume_queue(interrupted(q.store, clock, lambda: resume_queue(q.store, q.keys)).store, q.keys)
    assert q.line == ["1"]


def test_a_failed_job_is_retried_by_one_of_two_operators(q: Driver, clock: ManualClock) -> None:
    """The other is refused."""
    q.add()
    q.fail(q.take())
    other = interrupted(q.store, clock, lambda: retry_job(q.store, q.keys, "1", now_ms=clock.now_ms))
    with pytest.raises(RetryRefused):
        retry_job(other.store, q.keys, "1", now_ms=clock.now_ms)
    assert everywhere(q) == ["1"]


def test_retrying_all_leaves_out_what_was_retried_meanwhile(q: Driver, clock: ManualClock) -> None:
    """Each failed job enters the line once."""
    for _ in range(2):
        q.add()
        q.fail(q.take())
    other = interrupted(q.store, clock, lambda: retry_job(q.store, q.keys, "1", now_ms=clock.now_ms))
    assert retry_failed_jobs(other.store, q.keys) == ["2"]
    assert everywhere(q) == ["1", "2"]


# -- promoting, removing, cleaning, draining by hand -------------------------------------------------------------


def test_a_job_that_becomes_due_is_not_promoted_by_hand_as_well(q: Driver, clock: ManualClock) -> None:
    """The worker's timer was faster."""
    q.add(delay_ms=10)
    clock.advance(11)
    other = interrupted(q.store, clock, q.promote)
    with pytest.raises(NotDelayed):
        promote_job(other.store, q.keys, "1")
    assert everywhere(q) == ["1"]


def test_a_job_is_promoted_into_the_line_of_a_queue_that_is_paused_meanwhile(q: Driver, clock: ManualClock) -> None:
    """Else the resume would overwrite it."""
    q.add(delay_ms=10)
    other = interrupted(q.store, clock, lambda: pause_queue(q.store, q.keys))
    promote_job(other.store, q.keys, "1")
    assert q.store.lrange(q.keys.paused, 0, -1) == ["1"]


def test_a_promoted_job_with_a_priority_is_not_lost_when_its_neighbour_is_popped(q: Driver, clock: ManualClock) -> None:
    """LINSERT before an id that is gone would put it nowhere."""
    q.add(priority=1)
    q.add(priority=2, delay_ms=10)
    promote_job(interrupted(q.store, clock, lambda: pop(q)).store, q.keys, "2")
    assert q.line == ["2"]


def test_a_job_that_is_taken_meanwhile_is_not_removed(q: Driver, clock: ManualClock) -> None:
    """Its lock was not there when it was looked for."""
    q.add()
    other = interrupted(q.store, clock, q.take)
    with pytest.raises(JobLocked):
        remove_job(other.store, q.keys, "1")
    assert everywhere(q) == ["1"]
    assert q.hash("1")


@pytest.mark.parametrize("state", ["waiting", "active"])
def test_a_job_that_is_taken_meanwhile_is_not_cleaned(q: Driver, clock: ManualClock, state: Any) -> None:
    """Neither from the line, where it stands no more, nor from the active ones, where it is locked now."""
    q.add()
    if state == "active":
        pop(q)
    clock.advance(1)

    def meanwhile() -> None:
        if state == "waiting":
            q.take()
        else:
            lock_popped(q.store, q.keys, "1", q.lock_params, now_ms=clock.now_ms)

    other = interrupted(q.store, clock, meanwhile)
    assert clean_jobs(other.store, q.keys, state, now_ms=clock.now_ms) == []
    assert everywhere(q) == ["1"]
    assert q.hash("1")


def test_a_lock_alone_keeps_a_job_from_being_cleaned_or_removed(q: Driver, clock: ManualClock) -> None:
    """Whoever set it, and whatever else it did."""
    q.add()
    q.add()
    clock.advance(1)
    other = interrupted(q.store, clock, lambda: q.store.set(q.keys.lock("1"), "somebody"))
    assert clean_jobs(other.store, q.keys, "waiting", now_ms=clock.now_ms) == ["2"]
    q.add()
    other = interrupted(q.store, clock, lambda: q.store.set(q.keys.lock("3"), "somebody"))
    with pytest.raises(JobLocked):
        remove_job(other.store, q.keys, "3")


def test_a_job_that_is_popped_meanwhile_is_not_cleaned(q: Driver, clock: ManualClock) -> None:
    """Its place in the line is another's."""
    q.add()
    q.add()
    clock.advance(1)
    other = interrupted(q.store, clock, lambda: pop(q))
    assert clean_jobs(other.store, q.keys, "waiting", now_ms=clock.now_ms) == ["2"]
    assert everywhere(q) == ["1"]
    assert q.hash("1")


def test_a_failed_job_that_is_retried_meanwhile_is_not_cleaned(q: Driver, clock: ManualClock) -> None:
    """It stands in line again, and keeps its hash."""
    q.add()
    q.fail(q.take())
    clock.advance(1)
    other = interrupted(q.store, clock, lambda: retry_job(q.store, q.keys, "1", now_ms=clock.now_ms))
    assert clean_jobs(other.store, q.keys, "failed", now_ms=clock.now_ms) == []
    assert q.line == ["1"]
    assert q.hash("1")


def test_a_job_whose_age_changes_meanwhile_is_judged_by_it(q: Driver, clock: ManualClock) -> None:
    """A job's hash is watched as well as its place."""
    q.add()
    clock.advance(1)
    other = interrupted(q.store, clock, lambda: q.store.hset(q.keys.job("1"), "processedOn", str(clock.now_ms)))
    assert clean_jobs(other.store, q.keys, "waiting", now_ms=clock.now_ms) == []


@pytest.mark.parametrize("paused", [False, True])
def test_a_drain_leaves_a_job_that_is_taken_meanwhile_its_hash(q: Driver, clock: ManualClock, paused: bool) -> None:
    """And takes one along that is added meanwhile."""
    q.add()
    q.add()
    if paused:
        pause_queue(q.store, q.keys)
        drained = drain_queue(interrupted(q.store, clock, q.add).store, q.keys)
        assert drained.waiting == ["1", "2", "3"]
        assert q.store.keys(q.keys.job("[0-9]*")) == []
    else:
        drained = drain_queue(interrupted(q.store, clock, q.take).store, q.keys)
        assert drained.waiting == ["2"]
        assert q.hash("1")


def test_a_drain_tells_every_delayed_job(q: Driver, clock: ManualClock) -> None:
    """Also one that comes meanwhile."""
    other = interrupted(q.store, clock, lambda: q.add(delay_ms=10))
    assert drain_queue(other.store, q.keys).delayed == ["1"]
