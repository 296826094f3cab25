"""Simulated time as the queue's clock."""

import simpy

EPOCH_MS = 1_767_225_600_000
"""When every run begins: 2026-01-01 00:00:00 UTC. Keys hold epoch times as Bull writes them; traces count from 0."""


class SimulatedClock:
    """The clock of one run: SimPy's time, set on the epoch."""

    __slots__ = ("env",)

    def __init__(self, env: simpy.Environment) -> None:
        self.env = env

    @property
    def now_ms(self) -> int:
        """Current simulated time, epoch ms."""
        return EPOCH_MS + int(self.env.now)
