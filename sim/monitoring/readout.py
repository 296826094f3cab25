"""Every metric as it is at this moment, for an exposition or a page."""

import numpy as np

from sim.monitoring.catalogue import READ
from sim.monitoring.metrics import Metrics
from sim.monitoring.samples import ProcessState
from sim.monitoring.tally import nearest_rank


class Readout:
    """The metrics of one moment: of a running world now, of a finished run at its end."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._t_ms, self._reading = metrics.now()
        self._tally = metrics.tally

    def value(self, queue: str | None, metric: str) -> float | None:
        """Return a metric's value in its own unit; None where there is none."""
        reading, metrics = self._reading, self._metrics
        if metric == "redis_up":
            return float(reading.redis_up)
        assert queue is not None
        own = self._tally.queues[queue]
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
