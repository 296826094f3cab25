"""What a worker asks of a Redis that does not answer at once: its calls, and the blocked pops of its own connection."""

from collections.abc import Callable
from functools import partial
from typing import Any

import simpy

from sim.engine.process import Steps
from sim.engine.redis_server import RECONNECT_AT_MS, CommandFailed
from sim.engine.worker_process import WorkerProcess
from sim.queue.dequeue import RateLimited
from sim.queue.finish import Completed, Failed
from sim.queue.job import Job

Current = Callable[[], Callable[..., Any]]
"""Returns an operation of the queue in the form that the worker's store runs fastest, at the time of the call: when
Redis has the command, the store may be another one than when it was sent."""


class SlowCalls:
    """The calls of one worker, each of which waits until Redis has it and has answered.

    Attributes:
        taking: Jobs that are asked for, or popped and not locked; who shuts down waits for them.
    """

    def __init__(self, worker: WorkerProcess) -> None:
        self._worker = worker
        self.taking = 0

    def next_job(self, dequeue: Current, made_ms: int) -> Steps:
        """Ask for the first waiting job."""
        worker = self._worker
        queue, lock_params = worker.queue, worker.lock_params
        waits = worker.link.is_connected

        def send() -> Any:
            return dequeue()(worker.store, queue.keys, lock_params, now_ms=made_ms, limit=queue.limit)

        self.taking += waits
        try:
            return (yield from worker.ask(send, "pop", self._note_unheard_job))
        finally:
            self.taking -= waits

    def _note_unheard_job(self, taken: Job | RateLimited | None) -> None:
        if isinstance(taken, Job):
            self._worker.note_unheard(self._worker.name_of(taken), "pop")

    def lock(self, lock_popped: Current, job_id: str, made_ms: int) -> Steps:
        """Lock a job that was popped."""
        worker = self._worker
        queue, lock_params = worker.queue, worker.lock_params

        def send() -> Any:
            return lock_popped()(worker.store, queue.keys, job_id, lock_params, now_ms=made_ms, limit=queue.limit)

        self.taking += 1
        try:
            return (yield from worker.ask(send))
        finally:
            self.taking -= 1

    def complete(self, complete: Current, job: Job, name: str, value: Any, made_ms: int) -> Steps:
        """Report a success."""
        worker = self._worker
        queue, lock_params = worker.queue, worker.lock_params
        if not worker.link.is_connected:
            yield from worker.connected()
        fetch_next = queue.limit is None and not worker.closing

        def send() -> Any:
            return complete()(
                worker.store,
                queue.keys,
                job,
                lock_params,
                now_ms=made_ms,
                return_value=value,
                fetch_next=fetch_next,
            )

        def unheard(done: Completed) -> None:
            worker.note_unheard(name, "complete")
            worker.note_evicted(done.evicted, "completed")

        return (yield from worker.ask(send, "complete", unheard))


def note_unheard_failure(worker: WorkerProcess, name: str, failed: Failed) -> None:
    """Write down what has become of a job whose worker does not know that its failure was recorded."""
    worker.note_unheard(name, "fail")
    worker.note_evicted(failed.evicted, "failed")
    if failed.dead_id is not None:
        worker.note_dead(name, failed.dead_id)


class SlowDelays:
    """How a worker looks for delayed jobs that are due where Redis does not answer at once.

    It looks when it hears of a delay, and one guard interval after the last answer. Redis answers in order, so what the
    worker asks next may have to wait for the answer to such a look.

    Source: BULL_FACTS 40.
    """

    def __init__(self, worker: WorkerProcess) -> None:
        self._worker = worker
        self._looks = self._looks_again = self._watches = False

    def forget(self) -> None:
        """Forget what a process before has asked."""
        self._looks = self._looks_again = self._watches = False

    def look(self) -> None:
        """Look now, or again as soon as the answer to a look is there."""
        self._looks_again = self._looks
        if not self._looks:
            self._looks = True
            self._worker.spawn(self._until_answered())

    def _until_answered(self) -> Steps:
        worker, promoter = self._worker, self._worker.queue.promoter
        try:
            while True:
                self._looks_again = False
                promoted = yield from worker.call(partial(promoter.promote, worker))
                if not self._looks_again:
                    promoter.plan(worker, promoted)
                    return
        except CommandFailed:
            return
        finally:
            self._looks = False

    def watch(self) -> None:
        """Look at guard intervals of the worker's own, while it is slow."""
        if self._worker.latencies and not self._watches:
            self._watches = True
            self._worker.spawn(self._guard())

    def _guard(self) -> Steps:
        worker, guard_ms = self._worker, self._worker.queue.settings.guard_interval
        wait_ms = guard_ms - (worker.env.now - worker.started_ms) % guard_ms
        while True:
            yield worker.env.timeout(wait_ms)
            yield from worker.until_thawed()
            if not worker.latencies:
                self._watches = False
                return
            if not self._looks and not worker.closing:
                self._looks = True
                yield from self._until_answered()
            wait_ms = guard_ms


class SlowPops:
    """The blocked pops of one worker on their way to a Redis that is slow or hangs, and what they bring back.

    Half of the latency passes before Redis has the pop, half before the worker has the id; all that time the job that
    it was given has no lock. A pop that times out takes as long, and meanwhile the worker waits for nothing.

    Source: BULL_FACTS 40.
    """

    def __init__(self, worker: WorkerProcess) -> None:
        self._worker = worker
        self._watched = False

    def enter(self) -> Steps:
        """Send a pop, again if the connection breaks before it has arrived; return what happens when it is answered."""
        worker = self._worker
        link, server = worker.link, worker.server
        while True:
            yield from worker.connected(forever=True)
            breaks = link.breaks
            there_ms = link.wire.latency_ms() // 2
            if there_ms:
                yield worker.env.timeout(there_ms)
            yield from server.until_it_goes_on()
            if link.breaks == breaks:
                break
            yield from worker.until_thawed()
        arrival: simpy.Event = worker.queue.blocked_clients.enter(worker)
        self.watch()
        return arrival

    def hear(self, job_id: str | None) -> Steps:
        """Let an answer travel back, and return it; None where it got lost, or was none."""
        worker = self._worker
        link = worker.link
        if not link.is_up:
            return job_id
        breaks = link.breaks
        if job_id is not None and link.wire.loses("pop"):
            self._note_lost(job_id)
            if worker.semantics.reconnect == "schedule":
                yield worker.env.timeout(RECONNECT_AT_MS[0])
            return None
        latency_ms = link.wire.latency_ms()
        if latency_ms:
            yield worker.env.timeout(latency_ms - latency_ms // 2)
            if link.breaks != breaks:
                if job_id is not None:
                    self._note_lost(job_id)
                return None
        return job_id

    def _note_lost(self, job_id: str) -> None:
        worker = self._worker
        worker.note_unheard(worker.recorder.name_of(worker.queue.name, job_id), "pop")

    def forget(self) -> None:
        """Forget what a process before has sent."""
        self._watched = False

    def watch(self) -> None:
        """Let Redis end the pops of a slow connection that time out; elsewhere they are sent again at once."""
        if self._worker.latencies and not self._watched:
            self._watched = True
            self._worker.spawn(self._time_out())

    def _time_out(self) -> Steps:
        worker = self._worker
        blocked = worker.queue.blocked_clients
        while worker.latencies and blocked.is_blocked(worker):
            due_ms = blocked.times_out_ms(worker)
            yield worker.env.timeout(due_ms - worker.env.now)
            yield from worker.server.until_it_goes_on()
            if worker.latencies and blocked.is_blocked(worker) and blocked.timed_out_ms(worker) >= due_ms:
                blocked.time_out(worker)
        self._watched = False
