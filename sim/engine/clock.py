"""Simulated time, in whole milliseconds, and the queue's clock on it."""

import math
from collections.abc import Callable
from heapq import heappop, heappush
from typing import cast

import simpy
from simpy.events import NORMAL, EventPriority

from sim.calendar.epoch import EPOCH_MS as EPOCH_MS  # keys hold epoch times as Bull writes them; traces count from 0

LAST: EventPriority = cast(EventPriority, NORMAL + 1)
"""Comes after everything else of its moment; SimPy itself knows urgent and normal events."""
_new_timeout: Callable[[type[simpy.Timeout]], simpy.Timeout] = object.__new__
_new_event: Callable[[type[simpy.Event]], simpy.Event] = object.__new__


class SimulatedTime(simpy.Environment):
    """SimPy's environment, with time as a plain whole number: everything that happens to a job reads it.

    Only ``go_on`` moves it on (SimPy's ``run`` would not do: it stops by an exception that ``go_on`` does not know).

    Attributes:
        now: Milliseconds since the run began.
        arranged_ms: When the last thing that was arranged by ``at`` happens, ms since the run began.
        steps: Events that have happened.
        is_over: Whether the run has come to its end, which is where ``go_on`` stops when it goes ``to_end``.
        sample_ms: When somebody wants to look next, ms since the run began.
        tell: Is called with the time of the next event, ms, before that passes ``sample_ms``; it sets the next one.
            What happens, and in what order, stays the same.
    """

    now: int = 0

    def __init__(self) -> None:
        super().__init__()
        self.arranged_ms = 0
        self.steps = 0
        self.is_over = False
        self.sample_ms: float = math.inf
        self.tell: Callable[[int], None] = lambda _next_ms: None
        for name in ("process", "event"):
            setattr(self, name, getattr(self, name))  # looked up once, as SimPy does for its own class alone

    def timeout(self, delay: float = 0, value: object = None) -> simpy.Timeout:
        """Return an event that happens ``delay`` ms from now, made in a third of the time of its own constructor.

        Raises:
            ValueError: The delay is below 0.
        """
        if delay < 0:
            raise ValueError(f"Negative delay {delay}")
        event = _new_timeout(simpy.Timeout)
        event.env = self
        event.callbacks = []
        event._value = value
        event._delay = delay
        event._ok = True
        heappush(self._queue, (self.now + delay, NORMAL, next(self._eid), event))
        return event

    def schedule(self, event: simpy.Event, priority: EventPriority = NORMAL, delay: float = 0) -> None:
        """Put an event in line, to happen ``delay`` ms from now."""
        heappush(self._queue, (self.now + delay, priority, next(self._eid), event))

    def go_on(self, until_ms: float, max_steps: int, *, to_end: bool) -> None:
        """Let events happen, in the order of time.

        Args:
            until_ms: Nothing that comes later happens, ms since the run began.
            max_steps: How many events in all, since the run began, may happen.
            to_end: Stop where the run is over.

        Raises:
            BaseException: What a process raised that nobody waits for; its event is not counted.
        """
        line, steps = self._queue, self.steps
        halt_ms = min(until_ms, self.sample_ms)
        try:
            while steps < max_steps and line and not (to_end and self.is_over):
                if line[0][0] > halt_ms:
                    if line[0][0] > until_ms:
                        break
                    if line[0][0] > self.sample_ms:
                        self.tell(int(line[0][0]))
                    halt_ms = min(until_ms, self.sample_ms)
                self.now, _, _, event = heappop(line)  # type: ignore[assignment]  # SimPy says float
                callbacks = event.callbacks
                event.callbacks = None  # type: ignore[assignment]  # SimPy's own sign of a processed event
                for callback in callbacks:
                    callback(event)
                if not event._ok and not hasattr(event, "_defused"):
                    raise event._value
                steps += 1
        finally:
            self.steps = steps

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
        event = _new_event(simpy.Event)
        event.env = self
        event.callbacks = []
        event._value = None
        event._ok = True
        heappush(self._queue, (self.now + delay_ms, LAST, next(self._eid), event))
        return event

    def skip_to(self, t_ms: int) -> None:
        """Move on to a moment before which nothing happens, ms since the run began."""
        self.now = t_ms

    def let_go(self) -> None:
        """Drop everything in line, and who waits for it; there is no time afterwards."""
        for _t_ms, _priority, _number, event in self._queue:
            event.callbacks.clear()
        vars(self).clear()


class SimulatedClock:
    """The clock of one run: simulated time, set on the epoch."""

    __slots__ = ("env",)

    def __init__(self, env: SimulatedTime) -> None:
        self.env = env

    @property
    def now_ms(self) -> int:
        """Current simulated time, epoch ms."""
        return EPOCH_MS + self.env.now
