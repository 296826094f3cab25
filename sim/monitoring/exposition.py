"""The metrics of a run in Prometheus's text format."""

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric as Family

from sim.monitoring.catalogue import BUCKETS_S, METRICS
from sim.monitoring.metrics import Metrics
from sim.monitoring.readout import Readout
from sim.monitoring.tally import Timed

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
        now = Readout(self._metrics)
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
            for queue, own in self._metrics.tally.queues.items():
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
