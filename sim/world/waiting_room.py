"""Idle workers wait for a job as blocked clients of Redis do: the one that has waited longest is served first."""

from typing import NamedTuple

import simpy

from sim.jobqueue.keys import QueueKeys
from sim.jobqueue.store import Store
from sim.jobqueue.take import pop_waiting
from sim.world.process import Process

DRAIN_MS = 5_000
"""A blocked pop returns empty-handed after so long, and the worker asks again."""


class Waiter(NamedTuple):
    """One blocked pop: whose it is, since when, and where the id goes; None means the connection broke."""

    process: Process
    since_ms: int
    arrival: simpy.Event


class WaitingRoom:
    """The blocked pops on one queue's ``wait`` list."""

    def __init__(self, env: simpy.Environment, store: Store, keys: QueueKeys) -> None:
        self.env = env
        self.store = store
        self.keys = keys
        self._waiters: list[Waiter] = []
        self._frozen_at: dict[str, int] = {}

    def enter(self, process: Process) -> simpy.Event:
        """Block until a job comes; the event's value is its id, or None when the connection breaks.

        A job that is already waiting is handed out at once.
        """
        arrival = self.env.event()
        if self._next() is None:
            job_id = pop_waiting(self.store, self.keys)
            if job_id is not None:
                arrival.succeed(job_id)
                return arrival
        self._waiters.append(Waiter(process, int(self.env.now), arrival))
        return arrival

    def serve(self) -> None:
        """Hand waiting jobs to those who wait; call it after anything that may have put a job in line."""
        while self._waiters:
            waiter = self._next()
            if waiter is None:
                return
            job_id = pop_waiting(self.store, self.keys)
            if job_id is None:
                return
            self._waiters.remove(waiter)
            waiter.arrival.succeed(job_id)

    def leave(self, process: Process) -> None:
        """Take away the blocked pops of a process that died."""
        self._waiters = [waiter for waiter in self._waiters if waiter.process is not process]
        self._frozen_at.pop(process.name, None)

    def note_frozen(self, process: Process) -> None:
        """Remember when a process began to stand still: Redis serves its blocked pop until that times out."""
        self._frozen_at[process.name] = int(self.env.now)

    def break_connections(self) -> None:
        """Wake everyone empty-handed: Redis is gone."""
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            waiter.arrival.succeed(None)

    def _next(self) -> Waiter | None:
        """Choose who is served; pass over frozen processes whose blocked pop has timed out."""
        for waiter in self._waiters:
            if not waiter.process.frozen or self._still_blocked(waiter):
                return waiter
        return None

    def _still_blocked(self, waiter: Waiter) -> bool:
        frozen_at = self._frozen_at.get(waiter.process.name, int(self.env.now))
        rounds = (max(0, frozen_at - waiter.since_ms)) // DRAIN_MS + 1
        return int(self.env.now) < waiter.since_ms + rounds * DRAIN_MS
