"""The metrics of a run in Prometheus's text format.

Every metric as it is at this moment, for an exposition or a page.
A scenario's alerts as a Prometheus rule file.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import yaml
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric as Family

from sim.core.durations import UNITS_MS, format_duration
from sim.results.counters import Timed, nearest_rank
from sim.results.metric_catalogue import BUCKETS_S, METRICS, READ
from sim.results.metrics import Metrics
from sim.results.samples import ProcessState
from sim.scenario.monitoring import Alert, MetricsConfig


class MetricsSnapshot:
    """The metrics of one moment: of a running world now, of a finished run at its end."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._t_ms, self._reading = metrics.now()
        self._counters = metrics.counters

    def value(self, queue: str | None, metric: str) -> float | None:
        """Return a metric's value in its own unit; None where there is none."""
        reading, metrics = self._reading, self._metrics
        if metric == "redis_up":
            return float(reading.redis_up)
        assert queue is not None
        own = self._counters.queues[queue]
        if metric in READ:
            return self._jobs(queue, metric)
        if metric == "oldest_waiting_age":
            standing = (self._jobs(queue, "waiting") or 0) + (self._jobs(queue, "paused") or 0)
            if reading.counts is None:
                return None
            since = own.oldest.took_ms[-1] if own.oldest.took_ms else -1
            return (self._t_ms - since) / 1_000 if standing and since >= 0 else 0.0
        if metric == "workers_down":
            return float(sum(state.started and not state.alive for state in self._workers(queue)))
        if metric == "workers_unhealthy":
            return float(metrics.series(queue, metric)[-1]) if metrics.is_sampled else None
        if metric in own.counted:
            return float(len(own.counted[metric]))
        what, _, percent = metric.rpartition("_p")
        timed = own.processing if what == "processing" else own.delivery
        first = np.searchsorted(np.asarray(timed.at_ms, dtype=np.int64), self._t_ms - metrics.config.window, "right")
        value = nearest_rank(np.asarray(timed.took_ms[int(first) :], dtype=np.int64), int(percent))
        return None if np.isnan(value) else value

    def _jobs(self, queue: str, gauge: str) -> float | None:
        counts = self._reading.counts
        return None if counts is None else float(counts[self._metrics.queue_names.index(queue)][READ.index(gauge)])

    def _workers(self, queue: str) -> list[ProcessState]:
        metrics = self._metrics
        return [self._reading.workers[metrics.place_of(worker)] for worker in metrics.workers_of(queue)]


_HISTOGRAMS = {
    "processing": ("jobqueue_processing_seconds", "How long an attempt took, from its handler's start to its report."),
    "delivery": ("jobqueue_delivery_seconds", "How long a job took from its offer to its first effect."),
}


class Collector:
    """Hands out the metrics of one mode whenever it is asked: those of a running world as they are at that moment.

    >>> registry.register(Collector(world.metrics))  # doctest: +SKIP
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
        for what, (name, meaning) in _HISTOGRAMS.items():
            family = HistogramMetricFamily(name, meaning, labels=["queue"])
            for queue, own in self._metrics.counters.queues.items():
                timed = own.processing if what == "processing" else own.delivery
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


GROUP = "jobqueue"


def rule_file(alerts: list[Alert], config: MetricsConfig, title: str) -> str:
    """Write the alerts as rules that Prometheus judges at the same interval."""
    group = {
        "name": GROUP,
        "interval": promql_duration(config.every),
        "rules": [_rule(alert) for alert in alerts],
    }
    text: str = yaml.safe_dump({"groups": [group]}, sort_keys=False, width=120, allow_unicode=True)
    return f"# Alerts of the scenario: {' '.join(title.split())}\n{text}"


def _rule(alert: Alert) -> dict[str, Any]:
    rule: dict[str, Any] = {"alert": alert.name, "expr": expression(alert)}
    if alert.for_:
        rule["for"] = promql_duration(alert.for_)
    growth = f" grew within {format_duration(alert.over)} by" if alert.over is not None else ""
    said = f"{alert.metric}{growth} {alert.when}" + (f" for {format_duration(alert.for_)}" if alert.for_ else "")
    whose = "" if not METRICS[alert.metric].per_queue else "queue {{ $labels.queue }}: "
    rule["annotations"] = {"summary": f"{whose}{said} (now {{{{ $value }}}})"}
    return rule


def expression(alert: Alert) -> str:
    """Write an alert's condition in PromQL; times are in seconds there."""
    series = METRICS[alert.metric].selector(alert.queue)
    if alert.over is not None:
        series = f"increase({series}[{promql_duration(alert.over)}])"
    return f"{series} {alert.condition.operator} {alert.condition.limit:.15g}"


def promql_duration(ms: int) -> str:
    """Write milliseconds as Prometheus reads them: whole numbers of each unit, ``1m30s500ms``."""
    if ms == 0:
        return "0s"
    text = ""
    for unit, size_ms in UNITS_MS.items():
        count, ms = divmod(ms, size_ms)
        text += f"{count}{unit}" if count else ""
    return text
