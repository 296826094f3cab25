"""The timers that Bull runs in a worker process beside its jobs: one extends locks, one looks for stalled jobs."""

from collections import deque
from functools import partial

import simpy
from redis.exceptions import ResponseError

from sim.engine.interval_timer import late_tick_chance
from sim.engine.process import Steps
from sim.engine.redis_server import CommandFailed
from sim.engine.worker_process import WorkerProcess
from sim.queue.dequeue import LockParams
from sim.queue.errors import UnreadableOptions
from sim.queue.locks import extend_lock
from sim.queue.stalled import REASON, check_stalled_jobs
from sim.results.trace import EventKind


class Run:
    """A job that a slot is running, as its lock renewal sees it.

    Attributes:
        due_ms: When its lock is to be extended, ms since the run began.
        over: Whether the attempt has ended.
    """

    __slots__ = ("due_ms", "job_id", "over")

    def __init__(self, job_id: str, due_ms: int) -> None:
        self.job_id = job_id
        self.due_ms = due_ms
        self.over = False


class LockRenewals:
    """The locks of a process's running jobs, and the timer that extends each in its own rhythm."""

    def __init__(self, worker: WorkerProcess) -> None:
        self._worker = worker
        self._renew_ms = worker.queue.settings.lock_renew_ms
        self._runs: deque[Run] = deque()
        self._wanted: simpy.Event | None = None

    def forget(self) -> None:
        """Forget all runs: they died with the process that had them."""
        self._runs.clear()
        self._wanted = None

    def begin(self, job_id: str) -> Run:
        """Take on the lock of a job that starts; who runs it says when the attempt is over."""
        run = Run(job_id, self._worker.env.now + self._renew_ms)
        self._watch(run)
        return run

    def _watch(self, run: Run) -> None:
        self._runs.append(run)
        if self._wanted is not None:
            self._wanted.succeed()
            self._wanted = None

    def timer(self) -> Steps:
        """Extend the lock of every running job when it is due; a job whose lock is lost is let go."""
        worker, runs = self._worker, self._runs
        while True:
            while runs and runs[0].over:
                runs.popleft()
            if not runs:
                self._wanted = worker.env.event()
                yield self._wanted
                yield from worker.until_thawed()
                continue
            run = runs[0]
            wait_ms = run.due_ms - worker.env.now
            if wait_ms > 0:
                yield worker.env.timeout(wait_ms)
                yield from worker.until_thawed()
                continue
            runs.popleft()
            if worker.link.is_slow:
                worker.spawn(self._extend_meanwhile(run))
                continue
            try:
                extended = yield from worker.call(partial(self._extend, run, worker.lock_params))
            except CommandFailed:
                continue
            if extended:
                run.due_ms = worker.env.now + self._renew_ms
                runs.append(run)

    def _extend_meanwhile(self, run: Run) -> Steps:
        """Extend one lock while those of other jobs come due: each waits for its own answer alone."""
        try:
            extended = yield from self._worker.call(partial(self._extend, run, self._worker.lock_params))
        except CommandFailed:
            return
        if extended:
            run.due_ms = self._worker.env.now + self._renew_ms
            self._watch(run)

    def _extend(self, run: Run, lock_params: LockParams, *, now_ms: int) -> bool:
        """Give the lock its full time again, which Redis counts from when it receives the call, not from its making."""
        worker = self._worker
        try:
            return not run.over and extend_lock(worker.store, worker.queue.keys, run.job_id, lock_params)
        except ResponseError as error:
            worker.note_trouble(error)
            return False


def look_for_stalled_jobs(worker: WorkerProcess) -> Steps:
    """Check at the start, then at every tick; while Redis is down the check waits in the offline queue.

    The timer is set when the check at the start is over: of a process that starts while Redis is down, or answers late,
    that is when Redis has answered. Of a process that was there before the run began, the check at the start is in the
    past. With an interval of 0 there is no timer, and the check at the start fails, as Redis takes 0 for no expiry of
    the key that throttles checks.

    Source: BULL_FACTS 4, 42.
    """
    interval_ms = worker.queue.settings.stalled_interval
    if not interval_ms:
        if worker.started_ms == worker.env.now:
            yield from _try_to_check(worker)
        return
    late = late_tick_chance(interval_ms, worker.queue.settings.process_queues)
    stream = f"stalled-timer:{worker.name}:{worker.generation}"
    tick = 0
    tick_ms = worker.started_ms
    if tick_ms == worker.env.now:
        yield from _try_to_check(worker)
        tick_ms = worker.env.now
    while True:
        tick += 1
        tick_ms += interval_ms + (worker.streams.unit(stream, tick) < late)
        while tick_ms <= worker.env.now:
            tick_ms += interval_ms
        yield worker.env.timeout(tick_ms - worker.env.now)
        if worker.frozen:
            yield from worker.until_thawed()
            tick_ms = worker.env.now
        if worker.link.is_slow:
            worker.spawn(_try_to_check(worker))
        else:
            yield from _try_to_check(worker)


def _try_to_check(worker: WorkerProcess) -> Steps:
    if worker.closing:
        return
    try:
        yield from worker.call(partial(_check, worker))
    except (CommandFailed, UnreadableOptions, ResponseError) as error:
        worker.note_trouble(error)


def _check(worker: WorkerProcess, *, now_ms: int) -> None:
    queue, recorder = worker.queue, worker.recorder
    check = check_stalled_jobs(
        worker.store,
        queue.keys,
        now_ms=now_ms,
        max_stalled=queue.settings.stall_limit,
        interval_ms=queue.settings.stalled_interval,
        dead=queue.dead,
    )
    for job_id in check.stalled:
        recorder.job(queue.name, recorder.name_of(queue.name, job_id), EventKind.STALLED, worker.name)
    for job_id in check.failed:
        name = recorder.name_of(queue.name, job_id)
        recorder.job(queue.name, name, EventKind.STALLED, worker.name)
        recorder.job(
            queue.name, name, EventKind.FAILED, worker.name, {"reason": REASON, "kept": job_id not in check.evicted}
        )
    worker.note_evicted(check.evicted, "failed")
    for move in check.dead:
        worker.note_dead(recorder.name_of(queue.name, move.job_id), move.dead_id)
    if check.stalled:
        queue.blocked_clients.serve()
