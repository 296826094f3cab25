"""Reads the metrics of a world between two steps, when simulated time is about to pass a moment of sampling.

It adds nothing to SimPy's line of events and nothing to the ledger, so a run with it is the run without it.
"""

import math
from typing import TYPE_CHECKING, cast

from sim.jobqueue.getters import job_counts
from sim.jobqueue.store import Store
from sim.monitoring.catalogue import GAUGES
from sim.monitoring.samples import Now, ProcessState, Reading, Samples
from sim.world.application import InProcessApplication
from sim.world.process import Process
from sim.world.queue_worker import QueueWorker

if TYPE_CHECKING:
    from sim.world.simulation import Simulation


class Sampler:
    """Takes a reading for every moment that passes; a stretch of time in which nothing happens is read once.

    Attributes:
        samples: What was read so far; None where nobody asked for samples.
    """

    def __init__(self, world: "Simulation", every_ms: int | None) -> None:
        self._world = world
        self._env = world.env
        self.samples = None if every_ms is None else Samples(every_ms)
        self._due_ms: float = math.inf
        if self.samples is not None:
            self.samples.add(self.look(), 1)
            self._due_ms = self.samples.every_ms

    def step(self) -> None:
        """Let the next event happen, after taking the samples of the moments before it."""
        next_ms = self._env.peek()
        if next_ms > self._due_ms and next_ms != math.inf:
            self._take(int(next_ms) - 1)
        self._env.step()

    def take_until(self, t_ms: int) -> None:
        """Take the samples up to a moment, ms since the run began, before which nothing more happens."""
        if t_ms >= self._due_ms:
            self._take(t_ms)

    def _take(self, t_ms: int) -> None:
        samples = cast(Samples, self.samples)
        moments = (t_ms - int(self._due_ms)) // samples.every_ms + 1
        samples.add(self.look(), moments)
        self._due_ms += moments * samples.every_ms

    def now(self) -> Now:
        """Read everything, and the time."""
        return Now(self._world.now_ms, self.look())

    def look(self) -> Reading:
        """Read everything as it is."""
        world = self._world
        if world.application is not None:
            return Reading(True, self._held(world.application), (_state_of(world.application, connected=True),))
        redis_up = world.server is not None and world.server.state == "up"
        counts = None
        if redis_up:
            store = cast(Store, world.redis)
            every = (cast(dict[str, int], job_counts(store, parts.keys)) for parts in world.queues.values())
            counts = tuple(tuple(one[state] for state in GAUGES) for one in every)
        workers = [
            _state_of(worker, connected=redis_up and cast(QueueWorker, worker).link.is_up)
            for workers in world.workers.values()
            for worker in workers
        ]
        return Reading(redis_up, counts, tuple(workers))

    def _held(self, application: InProcessApplication) -> tuple[tuple[int, ...], ...]:
        """Count what the application holds in its memory; it has no other states than waiting and active."""
        found = []
        for queue in self._world.scenario.queues:
            waiting, active = application.holds_of(queue)
            found.append(tuple({"waiting": waiting, "active": active}.get(state, 0) for state in GAUGES))
        return tuple(found)


def _state_of(process: Process, *, connected: bool) -> ProcessState:
    silent_since_ms = process.frozen_since_ms if process.frozen else None
    return ProcessState(process.generation > 0, process.alive, silent_since_ms, connected)
