"""What was read at each moment of sampling; moments at which nothing had changed are kept once."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.metrics.base import ProcessState

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Reading(NamedTuple):
    """Everything that is read at one moment.

    Attributes:
        counts: Queue by queue the jobs in each state and the dead letters, in the order of ``STORED``; None while Redis
            does not answer, because an exporter could not read them either.
        workers: In the order of the queues' workers.
    """

    redis_up: bool
    counts: tuple[tuple[int, ...], ...] | None
    workers: tuple[ProcessState, ...]


class Now(NamedTuple):
    """A reading, and when it was taken, ms since the run began."""

    t_ms: int
    reading: Reading


class Samples:
    """Readings at the moments 0, ``every_ms``, twice ``every_ms`` and so on.

    The reading at 0 is of the world before anything has happened; each later one is of its millisecond's end.
    """

    def __init__(self, every_ms: int) -> None:
        self.every_ms = every_ms
        self.total = 0
        self._readings: list[Reading] = []
        self._repeats: list[int] = []
        self._workers: list[tuple[ProcessState, ...]] = []
        self._worker_repeats: list[int] = []

    def add(self, reading: Reading, moments: int) -> None:
        """Keep what was read at the next moments."""
        self.total += moments
        if self._readings and self._readings[-1] == reading:
            self._repeats[-1] += moments
        else:
            self._readings.append(reading)
            self._repeats.append(moments)
        if self._workers and self._workers[-1] is reading.workers:
            self._worker_repeats[-1] += moments
        else:
            self._workers.append(reading.workers)
            self._worker_repeats.append(moments)

    @property
    def kept(self) -> int:
        """How many different readings lie behind one another."""
        return len(self._readings)

    @property
    def last(self) -> Reading | None:
        """The latest reading."""
        return self._readings[-1] if self._readings else None

    @property
    def t_ms(self) -> Integers:
        """The moments, ms since the run began."""
        return np.arange(self.total, dtype=np.int64) * self.every_ms

    def column(self, value: Callable[[Reading], float]) -> Floats:
        """Return one number of each reading, moment by moment."""
        every = np.fromiter((value(reading) for reading in self._readings), np.float64, len(self._readings))
        return np.repeat(every, self._repeats)

    def process_column(self, value: Callable[[tuple[ProcessState, ...]], float]) -> Floats:
        """Return one number of the worker processes, moment by moment; it is asked only where one of them changed."""
        every = np.fromiter((value(workers) for workers in self._workers), np.float64, len(self._workers))
        return np.repeat(every, self._worker_repeats)
