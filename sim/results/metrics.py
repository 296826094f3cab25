"""The metrics of one mode of a run, as series over simulated time."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from sim.core.errors import SimError, UnknownName
from sim.core.extras import need
from sim.results.counters import Counters, growth, latest, nearest_rank, percentile, so_far
from sim.results.health import Episode, Health, evaluate, judge_workers
from sim.results.metric_catalogue import METRICS, PERCENTILES, READ
from sim.results.samples import Floats, Integers, Now, Samples
from sim.results.trace import Trace
from sim.scenario.monitoring import HealthConfig, MetricsConfig
from sim.scenario.schema import Scenario
from sim.yaml_files.fields import ModeName


class NotSampled(SimError):
    """A question about series to a run that took no samples."""

    def __str__(self) -> str:
        return "this run took no samples; say metrics: {every: 1s} in the scenario, or run it with metrics='1s'"


class Percentiles(NamedTuple):
    """Durations of a whole run, seconds; NaN where there were none.

    Attributes:
        n: How many there were.
    """

    n: int
    p50: float
    p95: float
    p99: float


class Metrics:
    """What an operator could have seen of one mode.

    Gauges are what was read at each moment of sampling; counters and durations are what the ledger says. While Redis
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
        self.scenario = scenario
        self.mode = mode
        self.queue_names = list(scenario.queues)
        self._samples = samples
        self._look = look
        self._last: Now | None = None
        self._counters = Counters(trace, scenario.queues)
        self._kept: dict[tuple[Any, ...], Floats] = {}
        self._kept_at = (0, 0)
        self._health: Health | None = None

    # -- moments --------------------------------------------------------------------------------------------------

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

    def workers_of(self, queue: str) -> list[str]:
        """Name the processes that run a queue's jobs."""
        if self.mode == "in-process":
            return ["application"]
        return [f"{queue}-{n}" for n in range(1, self.scenario.workers_of(queue).processes + 1)]

    def place_of(self, worker: str) -> int:
        """Return where a process stands in each reading."""
        return 0 if self.mode == "in-process" else self.scenario.worker_names.index(worker)

    # -- series ---------------------------------------------------------------------------------------------------

    def series(self, queue: str | None, metric: str, *, over_ms: int | None = None) -> Floats:
        """Return one metric of a queue, one number for each moment of ``t_ms``; times in seconds.

        Args:
            queue: None is right for a metric of the whole world only.
            over_ms: Of a counter: what it grew by within this time.

        Raises:
            NotSampled: The run took no samples.
            UnknownName: There is no such metric or queue.
        """
        if metric not in METRICS:
            raise UnknownName("metric", metric, list(METRICS))
        if METRICS[metric].per_queue and queue not in self.queue_names:
            raise UnknownName("queue", str(queue), self.queue_names)
        fresh = (self.samples.total, len(self._counters._trace))
        if fresh != self._kept_at:
            self._kept, self._kept_at, self._health = {}, fresh, None
        key = (queue if METRICS[metric].per_queue else None, metric, over_ms)
        if key not in self._kept:
            self._kept[key] = self._compute(queue or "", metric, over_ms)
        return self._kept[key]

    def _compute(self, queue: str, metric: str, over_ms: int | None) -> Floats:
        samples, t_ms = self.samples, self.t_ms
        if metric in READ:
            return self._jobs(self.queue_names.index(queue), READ.index(metric))
        if metric == "redis_up":
            return samples.column(lambda reading: float(reading.redis_up))
        if metric == "workers_down":
            places = [self.place_of(worker) for worker in self.workers_of(queue)]
            return samples.column(
                lambda reading: sum(reading.workers[n].started and not reading.workers[n].alive for n in places)
            )
        if metric == "workers_unhealthy":
            health = self.health
            unwell = [(health.of(queue, worker) > 0).astype(np.float64) for worker in self.workers_of(queue)]
            return np.sum(unwell, axis=0) if unwell else np.zeros(len(t_ms))
        own = self.counters.queues[queue]
        if metric == "oldest_waiting_age":
            return self._oldest_age(queue)
        if metric in own.counted:
            times = own.counted[metric]
            return so_far(times, t_ms) if over_ms is None else growth(times, t_ms, over_ms)
        what, _, percent = metric.rpartition("_p")
        timed = own.processing if what == "processing" else own.delivery
        return percentile(timed, t_ms, self.config.window, int(percent))

    def _jobs(self, queue: int, place: int) -> Floats:
        return self.samples.column(lambda reading: np.nan if reading.counts is None else reading.counts[queue][place])

    def _oldest_age(self, queue: str) -> Floats:
        """The age of the oldest in line; 0 where nobody waits, missing where that cannot be read."""
        t_ms = self.t_ms
        since = latest(self.counters.queues[queue].oldest, t_ms)
        age = np.where((since < 0) | (t_ms <= 0), 0.0, (t_ms - since) / 1_000)
        waiting = self.series(queue, "waiting") + self.series(queue, "paused")
        return np.where(np.isnan(waiting), np.nan, np.where(waiting > 0, age, 0.0))

    def processing(self, queue: str) -> Percentiles:
        """Say how long the attempts of a queue took over the whole run."""
        return _whole(self.counters.queues[queue].processing.took_ms)

    def delivery(self, queue: str) -> Percentiles:
        """Say how long the jobs of a queue took from the offer to the first effect, over the whole run."""
        return _whole(self.counters.queues[queue].delivery.took_ms)

    def frame(self) -> Any:
        """Return everything as a pandas frame: a row for each moment and queue, a column for each metric.

        Raises:
            MissingExtra: pandas is not installed.
        """
        need("a frame", "notebook", "pandas")
        import pandas as pd

        frames = []
        for queue in self.queue_names:
            columns: dict[str, Any] = {"t_s": self.t_ms / 1_000, "queue": queue}
            columns |= {metric: self.series(queue, metric) for metric in METRICS}
            frames.append(pd.DataFrame(columns))
        return pd.concat(frames, ignore_index=True)

    # -- judgements -----------------------------------------------------------------------------------------------

    @property
    def health(self) -> Health:
        """How well each worker was at each moment, by the scenario's thresholds or the default ones."""
        if self._health is None or len(self._health.t_ms) != self.samples.total:
            self._health = judge_workers(self, self.scenario.health or HealthConfig())
        return self._health

    @property
    def alerts(self) -> list[Episode]:
        """Every stretch of time in which an alert of the scenario was pending or firing, in the order of beginning."""
        found: list[Episode] = []
        for alert in self.scenario.alerts:
            per_queue = METRICS[alert.metric].per_queue
            queues = [alert.queue] if alert.queue else self.queue_names if per_queue else [None]
            for queue in queues:
                values = self.series(queue, alert.metric, over_ms=alert.over)
                found += evaluate(alert, queue, self.t_ms, values)
        return sorted(found, key=lambda episode: episode.active_ms)


def _whole(took_ms: list[int]) -> Percentiles:
    array = np.asarray(took_ms, dtype=np.int64)
    p50, p95, p99 = (nearest_rank(array, percent) for percent in PERCENTILES)
    return Percentiles(len(array), p50, p95, p99)
