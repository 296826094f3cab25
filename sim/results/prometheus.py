"""The metrics of a run in Prometheus's text format."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric as Family

from sim.metrics.base import ProcessState
from sim.metrics.catalogue import BUCKETS_S, DURATIONS, METRICS, STORED
from sim.results.counters import Counters, QueueCounters, Timed, nearest_rank
from sim.results.metrics import Metrics
from sim.results.samples import Floats, Reading


class MetricsSnapshot:
    """The metrics of one moment: of a running world now, of a finished run at its end."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._t_ms, self._reading = metrics.now()
        self._counters = metrics.counters

    def value(self, queue: str | None, metric: str) -> float | None:
        """Return a metric's value in its own unit; None where there is none."""
        seen = _QueueNow(self._metrics, queue or "", self._t_ms, self._reading, self._counters)
        value = float(METRICS[metric].value(seen)[0])
        return None if np.isnan(value) else value


class _QueueNow:
    """What is seen of one queue at one moment: a metric is read from it."""

    def __init__(self, metrics: Metrics, queue: str, t_ms: int, reading: Reading, counters: Counters) -> None:
        self._metrics = metrics
        self._queue = queue
        self._t_ms = t_ms
        self._reading = reading
        self._counters = counters

    @property
    def _own(self) -> QueueCounters:
        return self._counters.queues[self._queue]

    def jobs(self, name: str) -> Floats:
        """Count what stands in the store; NaN while Redis does not answer."""
        counts = self._reading.counts
        place = self._metrics.queue_names.index(self._queue)
        return _one(np.nan if counts is None else counts[place][STORED.index(name)])

    def redis_up(self) -> Floats:
        """Say whether Redis answers: 1 or 0."""
        return _one(self._reading.redis_up)

    def processes(self, counts: Callable[[ProcessState], bool]) -> Floats:
        """Count the worker processes of which something is so."""
        metrics = self._metrics
        places = [metrics.place_of(worker) for worker in metrics.workers_of(self._queue)]
        return _one(sum(counts(self._reading.workers[place]) for place in places))

    def unhealthy_processes(self) -> Floats:
        """Count the worker processes that were degraded or down at the last sample; NaN where none was taken."""
        metrics = self._metrics
        return metrics.series(self._queue, "workers_unhealthy")[-1:] if metrics.is_sampled else _one(np.nan)

    def waited_s(self) -> Floats:
        """Say how long the job at the head of the line has stood there, seconds; 0 where there is none."""
        since_ms = self._own.oldest.took_ms[-1] if self._own.oldest.took_ms else -1
        return _one((self._t_ms - since_ms) / 1_000 if since_ms >= 0 else 0.0)

    def undelivered_s(self) -> Floats:
        """Say how long ago the job was due that is waited for longest, seconds; 0 where there is none."""
        return self._own.awaited.undelivered_s(np.array([self._t_ms], dtype=np.int64))

    def overdue(self) -> Floats:
        """Count the jobs that are waited for longer than promised."""
        return self._own.awaited.overdue(np.array([self._t_ms], dtype=np.int64))

    def counted(self, name: str) -> Floats:
        """Count what has happened so far."""
        return _one(len(self._own.counted[name]))

    def percentile(self, of: str, percent: int) -> Floats:
        """Return what ``percent`` of 100 durations within the window did not exceed, seconds; NaN for none."""
        timed, window_ms = self._own.durations[of], self._metrics.config.window
        first = np.searchsorted(np.asarray(timed.at_ms, dtype=np.int64), self._t_ms - window_ms, "right")
        return _one(nearest_rank(np.asarray(timed.took_ms[int(first) :], dtype=np.int64), percent))


def _one(value: float) -> Floats:
    return np.array([value], dtype=np.float64)


class Collector:
    """Hands out the metrics of one mode whenever it is asked: those of a running world as they are at that moment.

    >>> registry.register(Collector(world.metrics))
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Family]:
        """Return every family with its samples; what cannot be read while Redis does not answer is left out."""
        now = MetricsSnapshot(self._metrics)
        families: dict[str, Family] = {}
        for name, metric in METRICS.items():
            if metric.family not in families:
                labels = ["queue", "state"] if metric.state else ["queue"] if metric.per_queue else []
                make = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
                families[metric.family] = make(metric.family, metric.meaning, labels=labels)
            for queue in self._metrics.queue_names if metric.per_queue else [None]:
                value = now.value(queue, name)
                if value is not None:
                    own = ([queue] if queue is not None else []) + ([metric.state] if metric.state else [])
                    families[metric.family].add_metric(own, value)  # type: ignore[attr-defined]  # all of them have it
        yield from families.values()
        yield from self._histograms()

    def describe(self) -> Iterable[Family]:
        """Say nothing beforehand, so that registering reads nothing."""
        return []

    def _histograms(self) -> Iterator[Family]:
        for what in DURATIONS:
            family = HistogramMetricFamily(what.histogram, what.meaning, labels=["queue"])
            for queue, own in self._metrics.counters.queues.items():
                timed = own.durations[what.name]
                family.add_metric([queue], _buckets(timed), sum(timed.took_ms) / 1_000)
            yield family


def _buckets(timed: Timed) -> list[tuple[str, float]]:
    """Count the durations up to each bound."""
    rising = sorted(timed.took_ms)
    found: list[tuple[str, float]] = []
    place = 0
    for bound in BUCKETS_S:
        while place < len(rising) and rising[place] <= bound * 1_000:
            place += 1
        found.append((str(bound), place))
    return [*found, ("+Inf", len(rising))]


def exposition(metrics: Metrics) -> str:
    """Write the metrics as they are now, or as they were at the end of the run, in Prometheus's text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Collector(metrics))
    return generate_latest(registry).decode()
