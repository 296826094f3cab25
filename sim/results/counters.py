"""What the trace says, as counters and durations: gathered when somebody asks, and only of what is new."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import numpy as np

from sim.metrics.catalogue import COUNTERS, METRICS
from sim.results.awaited import Awaited
from sim.results.samples import Floats, Integers
from sim.results.trace import Event, EventKind, Trace


def _grown() -> dict[EventKind, list[tuple[str, str | None]]]:
    """List by kind of event which counters it lets grow, and for which reason it does not."""
    found: dict[EventKind, list[tuple[str, str | None]]] = {}
    for name, metric in METRICS.items():
        for event, unless_why, if_late in metric.growths:
            if not if_late:
                found.setdefault(EventKind(event), []).append((name, unless_why))
    return found


_GROWN = _grown()
_GROWN_BY_LATE = [name for name, metric in METRICS.items() if any(growth.if_late for growth in metric.growths)]
"""Counters of deliveries that come later than promised."""


class Timed(NamedTuple):
    """Durations that became known one after another.

    Attributes:
        at_ms: When each was known, ms since the run began, rising.
        took_ms: How long each was.
    """

    at_ms: list[int]
    took_ms: list[int]

    def add(self, at_ms: int, took_ms: int) -> None:
        """Keep one more."""
        self.at_ms.append(at_ms)
        self.took_ms.append(took_ms)


class QueueCounters:
    """One queue's.

    Attributes:
        counted: By counter the moments at which it grew, ms since the run began, rising.
        processing: Attempts, from the start of the handler to its report; killed ones never report.
        delivery: Jobs, from when they were due to the first effect.
        awaited: Who waits for which of its jobs.
        durations: Both by their names.
        oldest: Since when the job that has waited longest has stood in line, from each moment on; -1 for none.
    """

    def __init__(self) -> None:
        self.counted: dict[str, list[int]] = {name: [] for name in COUNTERS}
        self.processing = Timed([], [])
        self.delivery = Timed([], [])
        self.durations = {"processing": self.processing, "delivery": self.delivery}
        self.awaited = Awaited()
        self.oldest = Timed([], [])
        self.line: OrderedDict[str, int] = OrderedDict()

    def note_line(self, t_ms: int) -> None:
        """Take note of who has waited longest now."""
        first = next(iter(self.line.values()), -1)
        if not self.oldest.took_ms or self.oldest.took_ms[-1] != first:
            self.oldest.add(t_ms, first)


class WorkerCounters:
    """One process's: when it started, began or ended an attempt, and which of the ended ones had failed."""

    def __init__(self) -> None:
        self.progress: list[int] = []
        self.ended: list[int] = []
        self.failed: list[int] = []


class Counters:
    """Counters and durations of every queue and worker of one run."""

    def __init__(self, trace: Trace, queues: Iterable[str]) -> None:
        self._trace = trace
        self._read = 0
        self.queues = {name: QueueCounters() for name in queues}
        self.workers: dict[str, WorkerCounters] = {}
        self._running: dict[tuple[str, int], int] = {}

    def catch_up(self) -> "Counters":
        """Read what has been written into the trace since the last time, and return itself."""
        queues = self.queues
        for record in self._trace.since(self._read):
            if record.queue is None:
                self._world(record)
            elif record.job is not None:  # what an operator does to a whole queue shows in its gauges
                own = queues[record.queue]
                event = record.kind
                for counter, unless_why in _GROWN.get(event, ()):
                    if unless_why is None or (record.more or {}).get("why") != unless_why:
                        own.counted[counter].append(record.t_ms)
                step = _STEPS.get(event)
                if step is not None:
                    step(self, own, record.job, record)
        self._read = len(self._trace)
        return self

    def worker(self, name: str) -> WorkerCounters:
        """Return one process's."""
        return self.workers.setdefault(name, WorkerCounters())

    def _world(self, record: Event) -> None:
        if record.kind is EventKind.WORKER_STARTED and record.worker is not None:
            self.worker(record.worker).progress.append(record.t_ms)
        elif record.kind is EventKind.WORKER_CRASHED and self._trace.mode == "in-process":
            for own in self.queues.values():
                own.line.clear()
                own.note_line(record.t_ms)

    # -- what each event of a job says --------------------------------------------------------------------------------

    def _arrival(self, own: QueueCounters, job: str, record: Event) -> None:
        own.awaited.offer(record.t_ms, job, record.more)

    def _effect(self, own: QueueCounters, job: str, record: Event) -> None:
        if record.more is not None and record.more.get("missing"):
            return
        delivered = own.awaited.deliver(record.t_ms, job)
        if delivered is not None:
            took_ms, late = delivered
            own.delivery.add(record.t_ms, took_ms)
            for counter in _GROWN_BY_LATE if late else ():
                own.counted[counter].append(record.t_ms)

    def _start(self, own: QueueCounters, job: str, record: Event) -> None:
        self._running[job, record.attempt] = record.t_ms
        if record.worker is not None:
            self.worker(record.worker).progress.append(record.t_ms)
        self._leave(own, job, record)

    def _end(self, own: QueueCounters, job: str, record: Event) -> None:
        t_ms = record.t_ms
        started_ms = self._running.pop((job, record.attempt), None)
        if started_ms is None:
            return
        own.processing.add(t_ms, t_ms - started_ms)
        if record.worker is not None:
            worker = self.worker(record.worker)
            worker.progress.append(t_ms)
            worker.ended.append(t_ms)
            if record.kind is not EventKind.COMPLETED:
                worker.failed.append(t_ms)

    def _enqueue(self, own: QueueCounters, job: str, record: Event) -> None:
        own.awaited.delay(record.t_ms, job, (record.more or {}).get("delay_ms", 0))
        self._accept(own, job, record)

    def _accept(self, own: QueueCounters, job: str, record: Event) -> None:
        """It stands in line, unless it has to wait for its time first."""
        if (record.more or {}).get("delay_ms"):
            self._leave(own, job, record)
        else:
            self._line_up(own, job, record)

    def _line_up(self, own: QueueCounters, job: str, record: Event) -> None:
        own.line.setdefault(job, record.t_ms)
        own.note_line(record.t_ms)

    def _leave(self, own: QueueCounters, job: str, record: Event) -> None:
        own.line.pop(job, None)
        own.note_line(record.t_ms)

    def _reject(self, own: QueueCounters, job: str, record: Event) -> None:
        own.awaited.give_up(record.t_ms, job)

    def _give_up(self, own: QueueCounters, job: str, record: Event) -> None:
        own.awaited.give_up(record.t_ms, job)
        self._leave(own, job, record)

    def _take_back(self, own: QueueCounters, job: str, record: Event) -> None:
        own.awaited.take_back(record.t_ms, job)
        self._line_up(own, job, record)

    def _restore(self, own: QueueCounters, job: str, record: Event) -> None:
        own.line.pop(job, None)
        if (record.more or {}).get("place") == "waiting":
            own.line[job] = record.t_ms
        own.note_line(record.t_ms)


_STEPS: Mapping[EventKind, Callable[[Counters, QueueCounters, str, Event], None]] = {
    EventKind.OFFERED: Counters._arrival,
    EventKind.ENQUEUED: Counters._enqueue,
    EventKind.REJECTED: Counters._reject,
    EventKind.IGNORED: Counters._reject,
    EventKind.PROMOTED: Counters._line_up,
    EventKind.POPPED: Counters._leave,
    EventKind.STARTED: Counters._start,
    EventKind.EFFECT: Counters._effect,
    EventKind.ATTEMPT_FAILED: Counters._end,
    EventKind.RETRY_SCHEDULED: Counters._accept,
    EventKind.DROPPED: Counters._leave,
    EventKind.COMPLETED: Counters._end,
    EventKind.ACK_REJECTED: Counters._end,
    EventKind.FAILED: Counters._give_up,
    EventKind.STALLED: Counters._line_up,
    EventKind.REMOVED: Counters._give_up,
    EventKind.RETRIED: Counters._take_back,
    EventKind.REPLAYED: Counters._take_back,
    EventKind.DATA_LOST: Counters._leave,
    EventKind.RESTORED: Counters._restore,
}
"""What is done with each event of a job; all others say nothing that is counted here."""


def so_far(times: list[int], t_ms: Integers) -> Floats:
    """Count how many of the sorted times lie at or before each moment; at moment 0 nothing has happened yet."""
    found = np.searchsorted(np.asarray(times, dtype=np.int64), t_ms, side="right").astype(np.float64)
    found[t_ms <= 0] = 0
    return found


def growth(times: list[int], t_ms: Integers, over_ms: int) -> Floats:
    """Count how many of the sorted times lie within ``over_ms`` before each moment, as Prometheus's ``increase``."""
    return so_far(times, t_ms) - so_far(times, t_ms - over_ms)


def latest(changes: Timed, t_ms: Integers) -> Integers:
    """Return what stood at each moment; -1 before the first change."""
    place = np.searchsorted(np.asarray(changes.at_ms, dtype=np.int64), t_ms, side="right") - 1
    values = np.asarray([*changes.took_ms, -1], dtype=np.int64)
    return values[place]


def percentile(timed: Timed, t_ms: Integers, window_ms: int, percent: int) -> Floats:
    """Return, at each moment, the duration that ``percent`` of 100 of the window's did not exceed, seconds.

    The nearest rank: a duration that was really seen. Where the window is empty there is none (NaN).
    """
    at_ms = np.asarray(timed.at_ms, dtype=np.int64)
    took = np.asarray(timed.took_ms, dtype=np.int64)
    first = np.searchsorted(at_ms, t_ms - window_ms, side="right")
    last = np.searchsorted(at_ms, t_ms, side="right")
    last[t_ms <= 0] = 0
    found = np.full(len(t_ms), np.nan)
    before: tuple[int, int] | None = None
    value = np.nan
    for place, span in enumerate(zip(first.tolist(), last.tolist(), strict=True)):
        if span != before:
            before = span
            value = nearest_rank(took[span[0] : span[1]], percent)
        found[place] = value
    return found


def nearest_rank(took_ms: Integers, percent: int) -> float:
    """Return the duration that ``percent`` of 100 do not exceed, seconds; NaN of none."""
    count = len(took_ms)
    if not count:
        return float("nan")
    rank = -(-count * percent // 100)
    return float(np.partition(took_ms, rank - 1)[rank - 1]) / 1_000
