"""Idle workers wait for a job as blocked clients of Redis do: the one that has waited longest is served first."""

from bisect import bisect_left, insort
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
        number: Which of all lines it was that came up, in their order.
        arrivals: Where the ids go, the head first; None means the connection broke.
    """

    __slots__ = ("arrivals", "number", "process", "since_ms")

    def __init__(self, process: Process, since_ms: int) -> None:
        self.process = process
        self.since_ms = since_ms
        self.number = 0
        self.arrivals: deque[simpy.Event] = deque()


class BlockedClients:
    """The blocked pops on one queue's ``wait`` list.

    Redis serves whom it has had longest, and has a pop anew after each time-out. So what counts of the moment at which
    a pop was sent is how far it lies from a time-out: lines stand by that, and choosing one costs nothing, however
    many there are.

    Source: BULL_FACTS 15.
    """

    def __init__(self, env: SimulatedTime, store: Store, keys: QueueKeys) -> None:
        self.env = env
        self.store = store
        self.keys = keys
        self._drain_ms = DRAIN_MS
        self._lines: dict[Process, Line] = {}
        self._numbers = 0
        self._phases: list[int] = []
        """At which ms of each ``drain_ms`` there are pops that time out, sorted."""
        self._at_phase: dict[int, deque[Line]] = {}
        """Those that time out there, in the order in which they came."""
        self._timed_out: dict[Process, Line] = {}
        """Lines of frozen processes that have none of their pops in Redis any more."""
        self._frozen_at: dict[str, int] = {}

    @property
    def drain_ms(self) -> int:
        """After how long a pop that found nothing is sent again."""
        return self._drain_ms

    @drain_ms.setter
    def drain_ms(self, drain_ms: int) -> None:
        self._drain_ms = drain_ms
        self._phases, self._at_phase, self._timed_out = [], {}, {}
        for line in self._lines.values():
            self._put(line)

    def enter(self, process: Process) -> simpy.Event:
        """Block until a job comes; the event's value is its id, or None when the connection breaks.

        A job that is already waiting is handed out at once. Who was there before the run began has waited since then.

        Raises:
            redis.ResponseError: Something else than a list stands in the place of one.
        """
        arrival = self.env.event()
        if self._next() is None:
            job_id = pop_waiting(self.store, self.keys)
            if job_id is not None:
                return arrival.succeed(job_id)
        line = self._lines.get(process)
        if line is None:
            line = Line(process, self.env.now or process.started_ms)
            self._join(line)
        line.arrivals.append(arrival)
        return arrival

    def serve(self) -> None:
        """Hand waiting jobs to those who wait; call it after anything that may have put a job in line."""
        while True:
            line = self._next()
            if line is None:
                return
            try:
                job_id = pop_waiting(self.store, self.keys)
            except ResponseError:  # something else stands in the place of a list: Redis wakes nobody for that
                return
            if job_id is None:
                return
            del self._lines[line.process]
            self._take(line)
            line.arrivals.popleft().succeed(job_id)
            if line.arrivals:
                line.since_ms = self.env.now
                self._join(line)

    def leave(self, process: Process) -> None:
        """Take away the blocked pops of a process that died."""
        line = self._lines.pop(process, None)
        if line is not None and self._timed_out.pop(process, None) is None:
            self._take(line)
        self._frozen_at.pop(process.name, None)

    def note_frozen(self, process: Process) -> None:
        """Remember when a process begins to be frozen: Redis serves its blocked pops until they time out.

        Call it before the process freezes; one that does so already did not begin to just now.
        """
        if not process.frozen:
            self._frozen_at[process.name] = self.env.now

    def note_thawed(self, process: Process) -> None:
        """Let Redis have the blocked pops of a process again that goes on."""
        line = self._timed_out.pop(process, None)
        if line is not None:
            self._put(line)

    def break_connections(self) -> None:
        """Wake everyone empty-handed: Redis is gone."""
        lines, self._lines = self._lines, {}
        self._phases, self._at_phase, self._timed_out = [], {}, {}
        for line in lines.values():
            for arrival in line.arrivals:
                arrival.succeed(None)

    # -- who is served ------------------------------------------------------------------------------------------------

    def _next(self) -> Line | None:
        """Choose who is served: who has been blocked longest; frozen processes whose pops have timed out are not."""
        while self._phases:
            line = self._longest_blocked()
            if not line.process.frozen or self._still_blocked(line):
                return line
            self._take(line)
            self._timed_out[line.process] = line
        return None

    def _longest_blocked(self) -> Line:
        """Return the line whose next time-out comes first, as from this moment; who came only now comes last."""
        now_ms, phases = self.env.now, self._phases
        if len(phases) == 1 and now_ms:
            return self._at_phase[phases[0]][0]
        phase = now_ms % self._drain_ms
        place = bisect_left(phases, phase) % len(phases)
        lines = self._at_phase[phases[place]]
        if phases[place] != phase or lines[0].since_ms != now_ms:
            return lines[0]
        if not now_ms:  # here alone an older line may stand behind one that came now
            for line in lines:
                if line.since_ms:
                    return line
        return self._at_phase[phases[(place + 1) % len(phases)]][0]

    def _still_blocked(self, line: Line) -> bool:
        frozen_at = self._frozen_at.get(line.process.name, self.env.now)
        rounds = (max(0, frozen_at - line.since_ms)) // self._drain_ms + len(line.arrivals)
        return self.env.now < line.since_ms + rounds * self._drain_ms

    def _join(self, line: Line) -> None:
        """Put a line behind all others."""
        self._numbers += 1
        line.number = self._numbers
        self._lines[line.process] = line
        self._put(line)

    def _put(self, line: Line) -> None:
        phase = line.since_ms % self._drain_ms
        lines = self._at_phase.get(phase)
        if lines is None:
            self._at_phase[phase] = deque((line,))
            insort(self._phases, phase)
        elif lines[-1].number < line.number:
            lines.append(line)
        else:
            insort(lines, line, key=_number)

    def _take(self, line: Line) -> None:
        phase = line.since_ms % self._drain_ms
        lines = self._at_phase[phase]
        if len(lines) == 1:
            del self._at_phase[phase], self._phases[bisect_left(self._phases, phase)]
        elif lines[0] is line:
            lines.popleft()
        else:
            lines.remove(line)


def _number(line: Line) -> int:
    return line.number
