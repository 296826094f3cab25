"""The health of workers: the document's four indicators, each with its threshold, at every moment of sampling.

Source: reliability-model.md, Worker Health.
"""

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.results.counters import Timed, WorkerCounters, growth, latest
from sim.results.observation import Observation
from sim.results.run_lengths import run_lengths
from sim.results.samples import Integers
from sim.scenario.monitoring import HealthConfig

Booleans = NDArray[np.bool_]


class Status(IntEnum):
    """How well a worker is."""

    HEALTHY = 0
    DEGRADED = 1
    DOWN = 2


PROCESS = "process not running"
REDIS = "Redis connection lost"
PROGRESS = "no jobs processed"
FAILURES = "excessive failures"
INDICATORS: dict[str, Status] = {
    PROCESS: Status.DOWN,
    REDIS: Status.DOWN,
    PROGRESS: Status.DEGRADED,
    FAILURES: Status.DEGRADED,
}
"""What each indicator makes of a worker when it is violated."""


class Spell(NamedTuple):
    """A stretch of time in which a worker was in one state.

    Attributes:
        start_ms: The first moment at which that was seen, ms since the run began.
        end_ms: The first at which it was seen no more; the last sample where it lasted.
        lasted: Whether it was so at the last sample.
        reasons: The indicators that were violated at any time of it.
    """

    status: Status
    start_ms: int
    end_ms: int
    lasted: bool
    reasons: tuple[str, ...]


class Health:
    """How well every worker was.

    Attributes:
        t_ms: The moments of sampling, ms since the run began.
    """

    def __init__(self, t_ms: Integers, violated: dict[tuple[str, str], dict[str, Booleans]]) -> None:
        self.t_ms = t_ms
        self._violated = violated
        self._status = {key: self._judge(own) for key, own in violated.items()}

    def _judge(self, violated: dict[str, Booleans]) -> Integers:
        status = np.zeros(len(self.t_ms), dtype=np.int64)
        for indicator, moments in violated.items():
            status = np.maximum(status, moments * int(INDICATORS[indicator]))
        return status

    @property
    def workers(self) -> list[tuple[str, str]]:
        """Queue and name of every worker."""
        return list(self._violated)

    def of(self, queue: str, worker: str) -> Integers:
        """Return a worker's status at each moment, as the numbers of ``Status``."""
        return self._status[queue, worker]

    def of_queue(self, queue: str) -> Integers:
        """Return a queue's status at each moment: down when all of its workers are, degraded when any is unhealthy."""
        own = [status for (name, _worker), status in self._status.items() if name == queue]
        if not own:
            return np.zeros(len(self.t_ms), dtype=np.int64)
        all_down = np.min(own, axis=0) == Status.DOWN
        return np.where(all_down, int(Status.DOWN), np.minimum(np.max(own, axis=0), int(Status.DEGRADED)))

    def violated(self, queue: str, worker: str, indicator: str) -> Booleans:
        """Say at which moments an indicator of a worker was violated."""
        return self._violated[queue, worker][indicator]

    def spells(self, queue: str, worker: str) -> list[Spell]:
        """Tell a worker's life as stretches of one status, in order."""
        found = []
        for first, after, value in run_lengths(self.of(queue, worker)):
            lasted = after == len(self.t_ms)
            reasons = tuple(
                indicator
                for indicator in INDICATORS
                if value and self._violated[queue, worker][indicator][first:after].any()
            )
            end_ms = int(self.t_ms[after - 1 if lasted else after])
            found.append(Spell(Status(value), int(self.t_ms[first]), end_ms, lasted, reasons))
        return found


def judge_workers(seen: Observation, thresholds: HealthConfig) -> Health:
    """Hold every worker of every queue against the thresholds, at every moment of sampling."""
    violated: dict[tuple[str, str], dict[str, Booleans]] = {}
    counters, t_ms = seen.counters, seen.t_ms
    for queue in seen.queue_names:
        waits = seen.jobs(queue, "waiting") > 0
        oldest = latest(counters.queues[queue].oldest, t_ms)
        for worker in seen.workers_of(queue):
            own = counters.worker(worker)
            violated[queue, worker] = {
                PROCESS: _not_running(seen, worker, thresholds),
                REDIS: _without_redis(seen, worker, thresholds),
                PROGRESS: _no_progress(t_ms, own, waits, oldest, thresholds),
                FAILURES: _failing(t_ms, own, thresholds),
            }
    return Health(t_ms, violated)


def _not_running(seen: Observation, worker: str, thresholds: HealthConfig) -> Booleans:
    """Dead, or silent for too long; one that has never been started yet is not missed."""
    dead = seen.process(worker, lambda state: state.started and not state.alive) > 0
    since = seen.process(worker, lambda state: np.nan if state.silent_since_ms is None else state.silent_since_ms)
    silent: Booleans = seen.t_ms - since >= thresholds.unresponsive_after
    return dead | silent


def _without_redis(seen: Observation, worker: str, thresholds: HealthConfig) -> Booleans:
    """Without its connection for too long, counted from the first sample that found it so; a dead one needs none."""
    without = seen.process(worker, lambda state: state.alive and not state.connected) > 0
    t_ms = seen.t_ms
    found = np.zeros(len(t_ms), dtype=np.bool_)
    for first, after, value in run_lengths(without):
        if value:
            moments = t_ms[first:after]
            found[first:after] = moments - moments[0] >= thresholds.redis_away_after
    return found


def _no_progress(
    t_ms: Integers, own: WorkerCounters, waits: Booleans, oldest: Integers, thresholds: HealthConfig
) -> Booleans:
    """Jobs wait, and it has neither begun nor ended one for too long."""
    last = latest(Timed(own.progress, own.progress), t_ms)
    since = np.maximum(last, oldest)
    stuck: Booleans = waits & (t_ms - since >= thresholds.no_progress_after)
    return stuck


def _failing(t_ms: Integers, own: WorkerCounters, thresholds: HealthConfig) -> Booleans:
    """More than the share of what ended within the window failed, and enough ended to say so."""
    ended = growth(own.ended, t_ms, thresholds.failure_window)
    failed = growth(own.failed, t_ms, thresholds.failure_window)
    found: Booleans = (ended >= thresholds.failure_least) & (failed > thresholds.failure_rate * ended)
    return found
