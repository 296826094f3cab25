"""The metrics of one mode of a run, as series over simulated time."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import numpy as np

from sim.core.errors import UnknownName
from sim.core.extras import need
from sim.core.renamed import no_attribute
from sim.metrics.base import ProcessState
from sim.metrics.catalogue import METRICS, PERCENTILES
from sim.results.alerts import Episode, evaluate
from sim.results.counters import QueueCounters, growth, latest, nearest_rank, percentile, so_far
from sim.results.health import Health, judge_workers
from sim.results.observation import NotSampled, Observation
from sim.results.samples import Floats, Now, Samples
from sim.results.trace import Trace
from sim.scenario.monitoring import HealthConfig
from sim.scenario.schema import Scenario
from sim.yaml_files.fields import ModeName

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["Metrics", "NotSampled", "Percentiles"]


class Percentiles(NamedTuple):
    """Durations of a whole run, seconds; NaN where there were none.

    Attributes:
        n: How many there were.
    """

    n: int
    p50: float
    p95: float
    p99: float


class Metrics(Observation):
    """What an operator could have seen of one mode.

    Gauges are read at each sample; counters and durations come from the trace. While Redis
    does not answer, the gauges of jobs are missing (NaN), as an exporter could not read them either.

    Args:
        samples: The readings; None where none were taken, and only ``counters`` and ``now`` have something to say.
        look: Reads the world as it is now; None once the run is over.
    """

    def __init__(
        self,
        scenario: Scenario,
        mode: ModeName,
        trace: Trace,
        samples: Samples | None,
        *,
        look: Callable[[], Now] | None = None,
    ) -> None:
        super().__init__(scenario, mode, trace, samples)
        self._look = look
        self._last: Now | None = None
        self._kept: dict[tuple[Any, ...], Floats] = {}
        self._kept_at = (0, 0)
        self._health: Health | None = None

    # -- moments --------------------------------------------------------------------------------------------------

    def now(self) -> Now:
        """Read everything as it is now; at the end of the run, as it was then."""
        if self._look is not None:
            return self._look()
        assert self._last is not None
        return self._last

    def end(self) -> None:
        """Let go of the world; the last reading stays."""
        if self._look is not None:
            self._last, self._look = self._look(), None

    # -- series ---------------------------------------------------------------------------------------------------

    def series(self, queue: str | None, metric: str, *, over_ms: int | None = None) -> Floats:
        """Return one metric of a queue, one number for each moment of ``t_ms``; times in seconds.

        Args:
            queue: None only for a metric of the whole system.
            metric: By its name in docs/monitoring.md, such as ``oldest_waiting_s``.
            over_ms: For a counter: its growth within this time.

        Raises:
            NotSampled: The run took no samples.
            UnknownName: There is no such metric or queue.
        """
        if metric not in METRICS:
            raise UnknownName("metric", metric, list(METRICS))
        if METRICS[metric].per_queue and queue not in self.queue_names:
            raise UnknownName("queue", str(queue), self.queue_names)
        fresh = (self.samples.total, len(self._trace))
        if fresh != self._kept_at:
            self._kept, self._kept_at, self._health = {}, fresh, None
        key = (queue if METRICS[metric].per_queue else None, metric, over_ms)
        if key not in self._kept:
            self._kept[key] = METRICS[metric].value(_SeriesOf(self, queue or "", over_ms))
        return self._kept[key]

    def processing(self, queue: str) -> Percentiles:
        """Say how long the attempts of a queue took over the whole run."""
        return _whole(self.counters.queues[queue].processing.took_ms)

    def delivery(self, queue: str) -> Percentiles:
        """Say how long the jobs of a queue took from when they were due to the first effect, over the whole run."""
        return _whole(self.counters.queues[queue].delivery.took_ms)

    def to_frame(self) -> "DataFrame":
        """Return everything as a pandas frame: a row for each moment and queue, a column for each metric.

        The columns ``t_s`` (seconds since the run began) and ``queue`` come first; docs/monitoring.md has the metrics
        with their units.

        Raises:
            MissingExtra: pandas is not installed; the error says what to install.
            NotSampled: The run took no samples.
        """
        need("a frame", "notebook", "pandas")
        import pandas as pd

        frames = []
        for queue in self.queue_names:
            columns: dict[str, Any] = {"t_s": self.t_ms / 1_000, "queue": queue}
            columns |= {metric: self.series(queue, metric) for metric in METRICS}
            frames.append(pd.DataFrame(columns))
        return pd.concat(frames, ignore_index=True)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            raise no_attribute(self, name, {"frame": "metrics.to_frame()"})

    # -- judgements -----------------------------------------------------------------------------------------------

    @property
    def health(self) -> Health:
        """How well each worker was at each moment, by the scenario's thresholds or the default ones."""
        if self._health is None or len(self._health.t_ms) != self.samples.total:
            self._health = judge_workers(self, self.scenario.health or HealthConfig())
        return self._health

    @property
    def alerts(self) -> list[Episode]:
        """Every period in which an alert of the scenario was pending or firing, in order of its start."""
        found: list[Episode] = []
        for alert in self.scenario.alerts:
            per_queue = METRICS[alert.metric].per_queue
            queues = [alert.queue] if alert.queue else self.queue_names if per_queue else [None]
            for queue in queues:
                values = self.series(queue, alert.metric, over_ms=alert.over)
                found += evaluate(alert, queue, self.t_ms, values)
        return sorted(found, key=lambda episode: episode.active_ms)


class _SeriesOf:
    """What was seen of one queue, at every moment of sampling: a metric is read from it."""

    def __init__(self, metrics: Metrics, queue: str, over_ms: int | None) -> None:
        self._metrics = metrics
        self._queue = queue
        self._over_ms = over_ms

    @property
    def _own(self) -> QueueCounters:
        return self._metrics.counters.queues[self._queue]

    def jobs(self, name: str) -> Floats:
        """Count what stands in the store; NaN while Redis does not answer."""
        return self._metrics.jobs(self._queue, name)

    def redis_up(self) -> Floats:
        """Say whether Redis answers: 1 or 0."""
        return self._metrics.samples.column(lambda reading: float(reading.redis_up))

    def processes(self, counts: Callable[[ProcessState], bool]) -> Floats:
        """Count the worker processes of which something is so."""
        return self._metrics.processes(self._queue, counts)

    def unhealthy_processes(self) -> Floats:
        """Count the worker processes that are degraded or down."""
        metrics, health = self._metrics, self._metrics.health
        workers = metrics.workers_of(self._queue)
        unhealthy = [(health.of(self._queue, worker) > 0).astype(np.float64) for worker in workers]
        return np.sum(unhealthy, axis=0) if unhealthy else np.zeros(len(metrics.t_ms))

    def waited_s(self) -> Floats:
        """Say how long the job at the head of the line has stood there, seconds; 0 where there is none."""
        t_ms = self._metrics.t_ms
        since = latest(self._own.oldest, t_ms)
        return np.where((since < 0) | (t_ms <= 0), 0.0, (t_ms - since) / 1_000)

    def undelivered_s(self) -> Floats:
        """Say how long ago the job was due that is waited for longest, seconds; 0 where there is none."""
        return self._own.awaited.undelivered_s(self._metrics.t_ms)

    def overdue(self) -> Floats:
        """Count the jobs that are waited for longer than promised."""
        return self._own.awaited.overdue(self._metrics.t_ms)

    def counted(self, name: str) -> Floats:
        """Count what happened up to each moment, or within the time that an alert looks back."""
        times, t_ms = self._own.counted[name], self._metrics.t_ms
        return so_far(times, t_ms) if self._over_ms is None else growth(times, t_ms, self._over_ms)

    def percentile(self, of: str, percent: int) -> Floats:
        """Return what ``percent`` of 100 durations within the window did not exceed, seconds."""
        return percentile(self._own.durations[of], self._metrics.t_ms, self._metrics.config.window, percent)


def _whole(took_ms: list[int]) -> Percentiles:
    array = np.asarray(took_ms, dtype=np.int64)
    p50, p95, p99 = (nearest_rank(array, percent) for percent in PERCENTILES)
    return Percentiles(len(array), p50, p95, p99)
