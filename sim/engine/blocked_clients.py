"""Idle workers wait for a job as blocked clients of Redis do: the one that has waited longest is served first."""

from collections import deque

import simpy
from redis.exceptions import ResponseError

from sim.engine.clock import SimulatedTime
from sim.engine.process import Process
from sim.queue.dequeue import pop_waiting
from sim.queue.keys import QueueKeys
from sim.queue.store import Store

DRAIN_MS = 5_000
"""A blocked pop returns empty-handed after so long, and the worker asks again."""


class Line:
    """The blocked pops of one process: all of its slots share one connection, on which one pop is served after another.

    Attributes:
        since_ms: When the pop at the head was sent, ms since the run began.
        arrivals: Where the ids go, the head first; None means the connection broke.
    """

    __slots__ = ("arrivals", "process", "since_ms")

    def __init__(self, process: Process, since_ms: int) -> None:
        self.process = process
        self.since_ms = since_ms
        self.arrivals: deque[simpy.Event] = deque()

    def blocked_since_ms(self, now_ms: int, drain_ms: int = DRAIN_MS) -> int:
        """Return since when Redis has had the pop: every time-out puts the process at the end of the line again."""
        return self.since_ms + max(0, now_ms - self.since_ms - 1) // drain_ms * drain_ms


class BlockedClients:
    """The blocked pops on one queue's ``wait`` list.

    Attributes:
        drain_ms: After how long a pop that found nothing is sent again.

    Source: BULL_FACTS 15.
    """

    def __init__(self, env: SimulatedTime, store: Store, keys: QueueKeys) -> None:
        self.env = env
        self.store = store
        self.keys = keys
        self.drain_ms = DRAIN_MS
        self._lines: list[Line] = []
        self._frozen_at: dict[str, int] = {}

    def enter(self, process: Process) -> simpy.Event:
        """Block until a job comes; the event's value is its id, or None when the connection breaks.

        A job that is already waiting is handed out at once. Who was there before the run began has waited since then.

        Raises:
            redis.ResponseError: Something else than a list stands in the place of one.
        """
        arrival = self.env.event()
        if not self._lines or self._next() is None:
            job_id = pop_waiting(self.store, self.keys)
            if job_id is not None:
                return arrival.succeed(job_id)
        for line in self._lines:
            if line.process is process:
                break
        else:
            line = Line(process, self.env.now or process.started_ms)
            self._lines.append(line)
        line.arrivals.append(arrival)
        return arrival

    def serve(self) -> None:
        """Hand waiting jobs to those who wait; call it after anything that may have put a job in line."""
        while self._lines:
            line = self._next()
            if line is None:
                return
            try:
                job_id = pop_waiting(self.store, self.keys)
            except ResponseError:  # something else stands in the place of a list: Redis wakes nobody for that
                return
            if job_id is None:
                return
            self._lines.remove(line)
            line.arrivals.popleft().succeed(job_id)
            if line.arrivals:
                line.since_ms = self.env.now
                self._lines.append(line)

    def leave(self, process: Process) -> None:
        """Take away the blocked pops of a process that died."""
        self._lines = [line for line in self._lines if line.process is not process]
        self._frozen_at.pop(process.name, None)

    def note_frozen(self, process: Process) -> None:
        """Remember when a process begins to be frozen: Redis serves its blocked pops until they time out.

        Call it before the process freezes; one that does so already did not begin to just now.
        """
        if not process.frozen:
            self._frozen_at[process.name] = self.env.now

    def break_connections(self) -> None:
        """Wake everyone empty-handed: Redis is gone."""
        lines, self._lines = self._lines, []
        for line in lines:
            for arrival in line.arrivals:
                arrival.succeed(None)

    def _next(self) -> Line | None:
        """Choose who is served: who has been blocked longest; frozen processes whose pops have timed out are not."""
        lines = self._lines
        if len(lines) == 1 and not lines[0].process.frozen:
            return lines[0]
        now_ms = self.env.now
        able = [line for line in lines if not line.process.frozen or self._still_blocked(line)]
        return min(able, key=lambda line: line.blocked_since_ms(now_ms, self.drain_ms), default=None)

    def _still_blocked(self, line: Line) -> bool:
        frozen_at = self._frozen_at.get(line.process.name, self.env.now)
        rounds = (max(0, frozen_at - line.since_ms)) // self.drain_ms + len(line.arrivals)
        return self.env.now < line.since_ms + rounds * self.drain_ms
