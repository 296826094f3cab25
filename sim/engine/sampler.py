"""Reads the metrics of a world between two steps, when simulated time is about to pass a moment of sampling.

It adds nothing to SimPy's line of events and nothing to the ledger, so a run with it is the run without it.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from sim.engine.application import InProcessApplication
from sim.engine.clock import WatchedTime
from sim.engine.process import Process
from sim.engine.queue_parts import QueueParts
from sim.engine.queue_worker import QueueWorker
from sim.queue.store import Store
from sim.results.metric_catalogue import READ
from sim.results.samples import Now, ProcessState, Reading, Samples

if TYPE_CHECKING:
    from sim.engine.simulation import Simulation

Readers = list[tuple[Callable[[str], int], str]]
"""What to ask, and of which key."""


class Sampler:
    """Takes a reading for every moment that passes; a stretch of time in which nothing happens is read once.

    Attributes:
        samples: What was read so far; None where nobody asked for samples.
    """

    def __init__(self, world: "Simulation", every_ms: int | None) -> None:
        self._world = world
        self._sizes = [_size_readers(cast(Store, world.sizes), parts) for parts in world.queues.values()]
        self._workers = [cast(QueueWorker, worker) for workers in world.workers.values() for worker in workers]
        self._states: tuple[ProcessState, ...] = ()
        self.samples = None if every_ms is None else Samples(every_ms)
        if self.samples is not None and isinstance(world.env, WatchedTime):
            self.samples.add(self.look(), 1)
            self._time = world.env
            self._time.due_ms = self.samples.every_ms
            self._time.tell = lambda next_ms: self.take_until(next_ms - 1)

    def take_until(self, t_ms: int) -> None:
        """Take the samples up to a moment, ms since the run began, before which nothing more happens."""
        samples = self.samples
        if samples is None or t_ms < self._time.due_ms:
            return
        moments = (t_ms - int(self._time.due_ms)) // samples.every_ms + 1
        samples.add(self.look(), moments)
        self._time.due_ms += moments * samples.every_ms

    def now(self) -> Now:
        """Read everything, and the time."""
        return Now(self._world.now_ms, self.look())

    def look(self) -> Reading:
        """Read everything as it is."""
        world = self._world
        if world.application is not None:
            return Reading(True, self._held(world.application), (_state_of(world.application, connected=True),))
        up = world.server is not None and world.server.state == "up"
        counts = tuple([_counted(*readers) for readers in self._sizes]) if up else None
        if not self._are_as_before(up):
            self._states = tuple([_state_of(worker, connected=up and worker.link.is_up) for worker in self._workers])
        reading: Reading = _made(Reading, (up, counts, self._states))
        return reading

    def _are_as_before(self, up: bool) -> bool:
        """Tell whether every worker is as it was at the last reading, without putting that into words."""
        if len(self._states) != len(self._workers):
            return False
        for worker, (started, alive, since_ms, connected) in zip(self._workers, self._states, strict=True):
            if worker.frozen or since_ms is not None or not started or worker.alive is not alive:
                return False
            if (up and worker.link.is_up) is not connected:
                return False
        return True

    def _held(self, application: InProcessApplication) -> tuple[tuple[int, ...], ...]:
        """Count what the application holds in its memory; it has no other states than waiting and active."""
        found = []
        for queue in self._world.scenario.queues:
            waiting, active = application.holds_of(queue)
            found.append((waiting, active, *_NO_OTHERS))
        return tuple(found)


def _size_readers(store: Store, parts: QueueParts) -> tuple[Readers, Readers]:
    """Return what to ask of which key: for the jobs in each state, in the order of ``job_counts``, and the dead ones.

    Nothing is asked of a dead letter queue that the scenario does not turn on: nobody puts anything there.
    """
    keys, dead = parts.keys, parts.dead
    states: Readers = [
        (store.llen, keys.wait),
        (store.llen, keys.active),
        (store.zcard, keys.completed),
        (store.zcard, keys.failed),
        (store.zcard, keys.delayed),
        (store.llen, keys.paused),
    ]
    return states, [] if dead is None else [(store.llen, dead.wait), (store.llen, dead.paused)]


def _counted(states: Readers, dead: Readers) -> tuple[int, ...]:
    """Count the jobs of one queue, in the order of ``READ``."""
    return (*[size(key) for size, key in states], sum([size(key) for size, key in dead]))


def _state_of(process: Process, *, connected: bool) -> ProcessState:
    silent_since_ms = process.frozen_since_ms if process.frozen else None
    return ProcessState(process.generation > 0, process.alive, silent_since_ms, connected)


_NO_OTHERS = (0,) * (len(READ) - 2)
_made: Any = tuple.__new__
"""Makes a named tuple from its fields in a third of the time that its own constructor takes."""
