"""Delayed jobs of one queue become due: one alarm for all worker processes, since each learns every due time."""

from collections.abc import Callable, Sequence

import simpy
from redis.exceptions import ResponseError

from sim.engine.own_alarms import Look, OwnAlarms, Promotes
from sim.engine.run_context import RunContext
from sim.queue.keys import QueueKeys
from sim.queue.promote import Promoted, promote_due_jobs
from sim.queue.store import Store
from sim.results.trace import EventKind


class Promoter:
    """Promotes due jobs in the name of any process that can; without one they stay, and go when one comes.

    Bull's workers each set a timer for the earliest due time, which every add and every backoff announces; the first
    to fire moves the job and the others find nothing. While all of them have the same clock, one alarm for all has the
    same effect. Once a clock is wrong, each has its own (``OwnAlarms``). A job that was put among the delayed ones
    without an announcement is found at the guard interval.

    Args:
        serve: Hands jobs in line to those who wait.
        workers: Lists the queue's processes.
        guard_ms: After so long it looks whatever it has heard, ms.

    Attributes:
        deaf_at_reconnect: Whether a delay that is announced in the moment of a reconnect is missed, and its job found
            at the guard interval. Bull's subscriber is a connection of its own, which comes back in that same moment:
            sometimes before, sometimes after.

    Source: BULL_FACTS 3, 13, 17, 41.
    """

    def __init__(
        self,
        run: RunContext,
        store: Store,
        keys: QueueKeys,
        *,
        serve: Callable[[], None],
        workers: Callable[[], Sequence[Promotes]],
        guard_ms: int,
    ) -> None:
        self.env = run.time
        self.store = store
        self.keys = keys
        self.recorder = run.recorder
        self.serve = serve
        self._look = Look(workers, self._promote, guard_ms)
        self.deaf_at_reconnect = False
        self._alarm_ms: int | None = None
        self._refused_until_ms = 0
        """When it looks again after Redis refused a look, whatever it hears meanwhile, ms since the run began."""
        self._own: OwnAlarms | None = None

    def hear(self, *, waited: bool, due_ms: float) -> None:
        """Hear of a delay that somebody has announced.

        Args:
            waited: Whether the announcement had waited for a reconnect.
            due_ms: When the job is due, epoch ms by the clock of who announced it.
        """
        if waited and self.deaf_at_reconnect:
            return
        if self._own is not None:
            self._own.hear(due_ms)
        elif self.env.now >= self._refused_until_ms:
            self.wake()

    def wake(self, worker: Promotes | None = None) -> None:
        """Look now: promote what is due and set the alarm for what comes next.

        Args:
            worker: Who has a reason to look; None where everybody has.
        """
        if self._own is not None:
            self._own.wake(worker)
            return
        workers = self._look.workers()
        for one in workers:
            if one.can_promote:
                self.plan(one, self.promote(one, now_ms=one.made_ms))
                return
        for one in workers:
            if one.promote_slowly():
                return

    def plan(self, worker: Promotes, promoted: Promoted | None) -> None:
        """Set the alarm for what comes next, after one has looked; None where Redis refused."""
        if self._own is not None:
            self._own.plan(worker, promoted)
            return
        if promoted is None:
            self._refused_until_ms = self.env.now + self._look.guard_ms
        wait_ms = self._look.wait_ms(worker, None if promoted is None else promoted.next_due_ms)
        alarm_ms = self.env.now + wait_ms
        if self._alarm_ms is None or alarm_ms < self._alarm_ms or self._alarm_ms <= self.env.now:
            self._alarm_ms = alarm_ms
            self.env.timeout(wait_ms).callbacks.append(self._ring)

    def go_by_own_clocks(self) -> None:
        """Let each process have an alarm of its own from now on, as their clocks differ."""
        if self._own is None:
            self._own = OwnAlarms(self.env, self._look, self._alarm_ms or self.env.now)

    def let_go(self) -> None:
        """Drop everything."""
        vars(self).clear()

    def _promote(self, worker: Promotes) -> Promoted | None:
        return self.promote(worker, now_ms=worker.made_ms)

    def promote(self, worker: Promotes, *, now_ms: int) -> Promoted | None:
        """Promote in the name of a process what is due by its clock.

        Args:
            now_ms: When the call was made, epoch ms by its clock.

        Returns:
            None where Redis refused: it refuses writes, or something else has the place of a key.
        """
        try:
            promoted = promote_due_jobs(self.store, self.keys, now_ms=now_ms)
        except ResponseError:
            return None
        for job_id in promoted.job_ids:
            name = self.recorder.name_of(self.keys.name, job_id)
            self.recorder.job(self.keys.name, name, EventKind.PROMOTED, worker.name)
        if promoted.job_ids:
            self.serve()
        return promoted

    def _ring(self, _event: simpy.Event) -> None:
        if self._own is not None:
            return
        if self._alarm_ms is not None and self.env.now >= self._alarm_ms:
            self._alarm_ms = None
        if self.env.now >= self._refused_until_ms:
            self.wake()
