"""What was seen of one mode of a run: readings of the world, what the trace counts, and who is who in them."""

from collections.abc import Callable
from functools import cached_property

import numpy as np

from sim.core.errors import SimError
from sim.metrics.base import ProcessState
from sim.metrics.catalogue import STORED
from sim.results.counters import Counters
from sim.results.samples import Floats, Integers, Samples
from sim.results.trace import Trace
from sim.scenario.monitoring import MetricsConfig
from sim.scenario.schema import Scenario
from sim.yaml_files.fields import ModeName


class NotSampled(SimError):
    """A question about series to a run that took no samples."""

    def __str__(self) -> str:
        return "this run took no samples; add metrics: {interval: 1s} to the scenario, or run it with metrics='1s'"


class Observation:
    """One mode of a run as an operator could watch it.

    Args:
        samples: The readings; None where none were taken.
    """

    def __init__(self, scenario: Scenario, mode: ModeName, trace: Trace, samples: Samples | None) -> None:
        self.scenario = scenario
        self.mode = mode
        self.queue_names = list(scenario.queues)
        self._samples = samples
        self._trace = trace

    @property
    def config(self) -> MetricsConfig:
        """How samples are taken, as the scenario says or by default."""
        return self.scenario.sampling or MetricsConfig()

    @property
    def is_sampled(self) -> bool:
        """Whether there are series."""
        return self._samples is not None

    @property
    def samples(self) -> Samples:
        """The readings.

        Raises:
            NotSampled: None were taken.
        """
        if self._samples is None:
            raise NotSampled
        return self._samples

    @property
    def every_ms(self) -> int:
        """Time between two samples, ms."""
        return self.samples.every_ms

    @property
    def t_ms(self) -> Integers:
        """The moments of sampling, ms since the run began: 0, ``every_ms``, and so on."""
        return self.samples.t_ms

    @property
    def counters(self) -> Counters:
        """Counters and durations of the run so far."""
        return self._counters.catch_up()

    @cached_property
    def _counters(self) -> Counters:
        return Counters(self._trace, self.scenario.queues)

    def workers_of(self, queue: str) -> list[str]:
        """Name the processes that run a queue's jobs."""
        if self.mode == "in-process":
            return ["application"]
        return [f"{queue}-{n}" for n in range(1, self.scenario.workers_of(queue).processes + 1)]

    def place_of(self, worker: str) -> int:
        """Return where a process stands in each reading."""
        return 0 if self.mode == "in-process" else self._places[worker]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {worker: place for place, worker in enumerate(self.scenario.worker_names)}

    # -- one number for each moment of sampling -----------------------------------------------------------------------

    def jobs(self, queue: str, name: str) -> Floats:
        """Count the jobs of a queue in the store, by the name of a stored metric; NaN where they cannot be read."""
        place, gauge = self.queue_names.index(queue), STORED.index(name)
        return self.samples.column(lambda reading: np.nan if reading.counts is None else reading.counts[place][gauge])

    def process(self, worker: str, value: Callable[[ProcessState], float]) -> Floats:
        """Return a number of a process."""
        place = self.place_of(worker)
        return self.samples.process_column(lambda workers: value(workers[place]))

    def processes(self, queue: str, counts: Callable[[ProcessState], bool]) -> Floats:
        """Count the worker processes of a queue of which something is so."""
        places = [self.place_of(worker) for worker in self.workers_of(queue)]
        return self.samples.process_column(lambda workers: sum(counts(workers[place]) for place in places))
