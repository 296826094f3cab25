"""Delayed jobs of one queue where clocks are wrong: each worker process has an alarm of its own, by its own clock."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from sim.engine.clock import SimulatedTime
from sim.queue.promote import Promoted


class Promotes(Protocol):
    """A worker process, as far as delayed jobs go."""

    name: str

    @property
    def can_promote(self) -> bool:
        """Whether it could move a due job at this moment."""

    @property
    def made_ms(self) -> int:
        """The time by its own clock, epoch ms."""

    def promote_slowly(self) -> bool:
        """Look for due jobs where Redis does not answer at once; tell whether it can."""


class Look(NamedTuple):
    """How processes look for due jobs.

    Attributes:
        workers: Lists the queue's processes.
        promote: Lets one promote what is due by its clock; returns None where Redis refused.
        guard_ms: After so long each looks whatever it has heard, ms.
    """

    workers: Callable[[], Sequence[Promotes]]
    promote: Callable[[Promotes], Promoted | None]
    guard_ms: int

    def wait_ms(self, worker: Promotes, next_due_ms: float | None) -> int:
        """Return how long a process waits before it looks again, ms."""
        if next_due_ms is None:
            return self.guard_ms
        return min(self.guard_ms, max(1, math.ceil(next_due_ms - worker.made_ms)))


class OwnAlarms:
    """The timers of the processes: who is ahead promotes too early for all of them, who is behind comes too late.

    A timer runs on when the clock is moved: a process that is told the wrong time looks when it would have looked
    anyway, or when somebody announces a job that is due before all that it knows of.

    Args:
        first_ms: When all of them look for the first time, ms since the run began.

    Source: BULL_FACTS 41; updateDelayTimer of Bull 4.16.5.
    """

    def __init__(self, time: SimulatedTime, look: Look, first_ms: int) -> None:
        self._time = time
        self._look = look
        self._known_ms: dict[str, float] = {}
        """When the next job is due that a process knows of, epoch ms."""
        self._alarms_ms: dict[str, int] = {}
        self._refused_until_ms: dict[str, int] = {}
        for worker in look.workers():
            self._set(worker, max(0, first_ms - time.now))

    def hear(self, due_ms: float) -> None:
        """Let those look who know of no job that is due earlier, epoch ms."""
        for worker in self._look.workers():
            if math.ceil(due_ms) < self._known_ms.get(worker.name, math.inf):
                self._wake(worker)

    def wake(self, worker: Promotes | None) -> None:
        """Let one process look, whatever it was told before; without a name all of them."""
        for one in self._look.workers() if worker is None else (worker,):
            self._refused_until_ms.pop(one.name, None)
            self._wake(one)

    def _wake(self, worker: Promotes) -> None:
        name, now_ms = worker.name, self._time.now
        if now_ms < self._refused_until_ms.get(name, 0):
            return
        if worker.can_promote:
            self.plan(worker, self._look.promote(worker))
        else:
            worker.promote_slowly()

    def plan(self, worker: Promotes, promoted: Promoted | None) -> None:
        """Set a process's alarm after it has looked; None where Redis refused."""
        name, now_ms = worker.name, self._time.now
        if promoted is None:
            self._refused_until_ms[name] = now_ms + self._look.guard_ms
            self._set(worker, self._look.guard_ms)
            return
        self._known_ms[name] = math.inf if promoted.next_due_ms is None else promoted.next_due_ms
        self._set(worker, self._look.wait_ms(worker, promoted.next_due_ms))

    def _set(self, worker: Promotes, wait_ms: int) -> None:
        alarm_ms = self._alarms_ms[worker.name] = self._time.now + wait_ms

        def ring(_event: object) -> None:
            if self._alarms_ms[worker.name] == alarm_ms:
                self._wake(worker)

        callbacks = self._time.timeout(wait_ms).callbacks
        callbacks.append(ring)
