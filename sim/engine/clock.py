"""Simulated time, in whole milliseconds, and the queue's clock on it."""

import math
from collections.abc import Callable
from heapq import heappop, heappush
from typing import cast

import simpy
from simpy.core import EmptySchedule
from simpy.events import NORMAL, EventPriority

LAST: EventPriority = cast(EventPriority, NORMAL + 1)
"""Comes after everything else of its moment; SimPy itself knows urgent and normal events."""
EPOCH_MS = 1_767_225_600_000
"""When every run begins: 2026-01-01 00:00:00 UTC. Keys hold epoch times as Bull writes them; traces count from 0."""


class SimulatedTime(simpy.Environment):
    """SimPy's environment, with time as a plain whole number: everything that happens to a job reads it.

    Only ``step`` moves it on (SimPy's ``run`` would not do: it stops by an exception that this ``step`` does not know).

    Attributes:
        now: Milliseconds since the run began.
        arranged_ms: When the last thing that was arranged by ``at`` happens, ms since the run began.
    """

    now: int = 0

    def __init__(self) -> None:
        super().__init__()
        self.arranged_ms = 0
        for name in ("process", "timeout", "event"):
            setattr(self, name, getattr(self, name))  # looked up once, as SimPy does for its own class alone

    def schedule(self, event: simpy.Event, priority: EventPriority = NORMAL, delay: float = 0) -> None:
        """Put an event in line, to happen ``delay`` ms from now."""
        heappush(self._queue, (self.now + delay, priority, next(self._eid), event))

    def step(self) -> None:
        """Let the next event happen.

        Raises:
            EmptySchedule: Nothing is left to happen.
            BaseException: What a process raised that nobody waits for.
        """
        try:
            self.now, _, _, event = heappop(self._queue)  # type: ignore[assignment]  # SimPy says float
        except IndexError:
            raise EmptySchedule from None
        callbacks = event.callbacks
        event.callbacks = None  # type: ignore[assignment]  # SimPy's own sign of a processed event
        for callback in callbacks:
            callback(event)
        if not event._ok and not hasattr(event, "_defused"):
            raise event._value

    def at(self, t_ms: int, action: Callable[[], object]) -> None:
        """Arrange for something to happen at a moment, ms since the run began; a past moment means now."""
        self.arranged_ms = max(self.arranged_ms, t_ms)

        def happen(_event: object) -> None:
            action()

        self.timeout(max(0, t_ms - self.now)).callbacks.append(happen)

    @property
    def fingerprint(self) -> tuple[object, ...]:
        """How much is in line, when the next of it happens, and until when something is arranged."""
        return (len(self._queue), self.peek(), self.arranged_ms)

    def moment_over(self, delay_ms: int) -> simpy.Event:
        """Return an event that happens when everything else of the moment ``delay_ms`` from now has happened."""
        event = simpy.Event(self)
        event._ok, event._value = True, None
        self.schedule(event, LAST, delay_ms)
        return event

    def skip_to(self, t_ms: int) -> None:
        """Move on to a moment before which nothing happens, ms since the run began."""
        self.now = t_ms


class WatchedTime(SimulatedTime):
    """Simulated time that tells somebody before it passes a moment; what happens, and in what order, stays the same.

    Attributes:
        due_ms: The moment, ms since the run began.
        tell: Is called with the time of the next event, ms, when that lies behind the moment; it sets the next one.
    """

    def __init__(self) -> None:
        super().__init__()
        self.due_ms: float = math.inf
        self.tell: Callable[[int], None] = lambda _next_ms: None

    def step(self) -> None:
        """Let the next event happen; before that tell of the moment that it lies behind."""
        line = self._queue
        if line and line[0][0] > self.due_ms:
            self.tell(int(line[0][0]))
        super().step()


class SimulatedClock:
    """The clock of one run: simulated time, set on the epoch."""

    __slots__ = ("env",)

    def __init__(self, env: SimulatedTime) -> None:
        self.env = env

    @property
    def now_ms(self) -> int:
        """Current simulated time, epoch ms."""
        return EPOCH_MS + self.env.now
