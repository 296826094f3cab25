"""How long attempts at a job work: drawn once a job, or anew for each attempt."""

import math
from collections.abc import Callable
from functools import partial
from statistics import NormalDist

from sim.engine.random_streams import Streams
from sim.scenario.queues import QueueConfig
from sim.scenario.workload import Workload
from sim.yaml_files.distributions import ExponentialTime, TimeDistribution, UniformTime

MAX_SERVICE_MS = 400 * 86_400_000
USUAL_MS = 200
"""What jobs that nobody offered take where the queue's time is drawn, ms."""
_NORMAL = NormalDist()


class ServiceTimes:
    """How long each job of a queue works; only times other than the usual one take room.

    Attributes:
        default_ms: The usual time, ms; jobs that nobody offered take it too.
    """

    def __init__(self, default_ms: int) -> None:
        self._by_job: dict[str, int] = {}
        self.default_ms = default_ms

    def remember(self, job: str, service_ms: int, entry: Workload) -> None:
        """Remember a job's length, ms, and of which entry of the workload it is."""
        if service_ms != self.default_ms or job in self._by_job:
            self._by_job[job] = service_ms

    def of(self, job: str, attempt: int) -> int:
        """Return how long an attempt at a job works, ms."""
        return self._by_job.get(job, self.default_ms)


class DrawnServiceTimes(ServiceTimes):
    """Times that are drawn anew for each attempt, by the number of the attempt: the same in both modes and for real."""

    def __init__(self, queue: str, service: int | TimeDistribution, streams: Streams) -> None:
        super().__init__(service if isinstance(service, int) else USUAL_MS)
        self._usual = service
        self._draw: Callable[[str, int], float] = partial(streams.unit, f"service-of-attempt:{queue}")
        self._own: dict[str, int | TimeDistribution] = {}

    def remember(self, job: str, service_ms: int, entry: Workload) -> None:
        """Remember which times a job's are drawn from, where they are not those of the queue."""
        if entry.service is not None:
            self._own[job] = entry.service

    def of(self, job: str, attempt: int) -> int:
        """Draw how long an attempt at a job works, ms."""
        service = self._own.get(job, self._usual)
        return service if isinstance(service, int) else time_at(service, self._draw(job, attempt))


def service_times(queue: str, config: QueueConfig, streams: Streams) -> ServiceTimes:
    """Return what tells how long the jobs of a queue work; none is remembered yet."""
    if config.service_drawn == "per-attempt":
        return DrawnServiceTimes(queue, config.service, streams)
    return ServiceTimes(config.service if isinstance(config.service, int) else USUAL_MS)


def time_at(distribution: TimeDistribution, unit: float) -> int:
    """Return the time that a share of all are shorter than, ms.

    Args:
        unit: That share, at least 0 and less than 1.
    """
    if isinstance(distribution, ExponentialTime):
        drawn = -distribution.mean * math.log1p(-unit)
    elif isinstance(distribution, UniformTime):
        drawn = distribution.min + unit * (distribution.max - distribution.min)
    else:
        drawn = distribution.median * math.exp(distribution.sigma * _NORMAL.inv_cdf(unit)) if unit else 0.0
    return round(min(drawn, MAX_SERVICE_MS))
