"""Delayed jobs of one queue become due: one alarm for all worker processes, since each learns every due time."""

import math
from collections.abc import Callable

import simpy
from redis.exceptions import ResponseError

from sim.engine.run_context import RunContext
from sim.queue.keys import QueueKeys
from sim.queue.promote import Promoted, promote_due_jobs
from sim.queue.store import Store
from sim.results.trace import EventKind


class Promoter:
    """Promotes due jobs in the name of any process that can; without one they stay, and go when one comes.

    Bull's workers each set a timer for the earliest due time, which every add and every backoff announces; the first
    to fire moves the job and the others find nothing. One alarm for all of them has the same effect. A job that was put
    among the delayed ones without an announcement is found at the guard interval.

    Args:
        serve: Hands jobs in line to those who wait.
        someone_can: Names a process that can move a due job at this moment.
        guard_ms: After so long it looks whatever it has heard, ms.

    Attributes:
        deaf_at_reconnect: Whether a delay that is announced in the moment of a reconnect is missed, and its job found
            at the guard interval. Bull's subscriber is a connection of its own, which comes back in that same moment:
            sometimes before, sometimes after.

    Source: BULL_FACTS 3, 13, 17.
    """

    def __init__(
        self,
        run: RunContext,
        store: Store,
        keys: QueueKeys,
        *,
        serve: Callable[[], None],
        someone_can: Callable[[], str | None],
        guard_ms: int,
    ) -> None:
        self.env = run.time
        self.store = store
        self.keys = keys
        self.clock = run.clock
        self.recorder = run.recorder
        self.serve = serve
        self.someone_can = someone_can
        self.guard_ms = guard_ms
        self.deaf_at_reconnect = False
        self._alarm_ms: int | None = None
        self._refused_until_ms = 0
        """When it looks again after Redis refused a look, whatever it hears meanwhile, ms since the run began."""

    def hear(self, *, waited: bool) -> None:
        """Hear of a delay that somebody has announced.

        Args:
            waited: Whether the announcement had waited for a reconnect.
        """
        if not (waited and self.deaf_at_reconnect) and self.env.now >= self._refused_until_ms:
            self.wake()

    def wake(self) -> None:
        """Look now: promote what is due and set the alarm for what comes next."""
        worker = self.someone_can()
        if worker is None:
            return
        try:
            promoted = promote_due_jobs(self.store, self.keys, now_ms=self.clock.now_ms)
        except ResponseError:  # Redis refuses writes, or something else has the place of a key: at the guard interval
            promoted = Promoted([], None)
            self._refused_until_ms = self.env.now + self.guard_ms
        for job_id in promoted.job_ids:
            name = self.recorder.name_of(self.keys.name, job_id)
            self.recorder.job(self.keys.name, name, EventKind.PROMOTED, worker)
        if promoted.job_ids:
            self.serve()
        wait_ms = self.guard_ms
        if promoted.next_due_ms is not None:
            wait_ms = min(wait_ms, max(1, math.ceil(promoted.next_due_ms - self.clock.now_ms)))
        alarm_ms = self.env.now + wait_ms
        if self._alarm_ms is None or alarm_ms < self._alarm_ms or self._alarm_ms <= self.env.now:
            self._alarm_ms = alarm_ms
            self.env.timeout(wait_ms).callbacks.append(self._ring)

    def _ring(self, _event: simpy.Event) -> None:
        if self._alarm_ms is not None and self.env.now >= self._alarm_ms:
            self._alarm_ms = None
        if self.env.now >= self._refused_until_ms:
            self.wake()
