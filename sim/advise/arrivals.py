"""How many jobs arrive, and how fast: counted where their times are known, a mean where they are random."""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from sim.results.samples import Floats, Integers
from sim.scenario.workload import BurstArrivals, ListedArrivals, PoissonArrivals, Workload


class Stretch(NamedTuple):
    """A time in which jobs come at one rate.

    Attributes:
        per_ms: Jobs per millisecond.
    """

    begin_ms: int
    end_ms: int
    per_ms: float


def arrivals_between(entries: Iterable[Workload], begin_ms: float, end_ms: float, *, submitted: bool = False) -> float:
    """Count the jobs that become due from ``begin_ms`` up to ``end_ms``, which is left out.

    Args:
        submitted: Count by the moment of the submit; a delay comes after it.
    """
    return sum(_between(entry, begin_ms, end_ms, 0 if submitted else entry.delay) for entry in entries)


def _between(entry: Workload, begin_ms: float, end_ms: float, delay_ms: int) -> float:
    arrivals = entry.arrivals
    if end_ms <= begin_ms:
        return 0
    if isinstance(arrivals, ListedArrivals):
        return sum(begin_ms <= moment + delay_ms < end_ms for moment in arrivals.at)
    first_ms = arrivals.start + delay_ms
    if isinstance(arrivals, PoissonArrivals):
        last_ms = first_ms + arrivals.interval * arrivals.count
        return max(0.0, min(end_ms, last_ms) - max(begin_ms, first_ms)) / arrivals.interval
    rounds, size = (arrivals.bursts, arrivals.size) if isinstance(arrivals, BurstArrivals) else (arrivals.count, 1)
    before_end, before_begin = (
        min(rounds, max(0, -int(-(moment - first_ms) // arrivals.interval))) for moment in (end_ms, begin_ms)
    )
    return (before_end - before_begin) * size


class Rounds(NamedTuple):
    """The known moments of one entry, and how many jobs come at each.

    Attributes:
        at_ms: Rising, ms since the run began.
    """

    at_ms: Integers
    size: int


def rounds_between(entry: Workload, begin_ms: float, end_ms: float) -> Rounds:
    """List when jobs become due from ``begin_ms`` up to ``end_ms``, which is left out; nothing where it is drawn."""
    arrivals = entry.arrivals
    if isinstance(arrivals, PoissonArrivals):
        return Rounds(np.empty(0, dtype=np.int64), 1)
    if isinstance(arrivals, ListedArrivals):
        every = np.sort(np.asarray(arrivals.at, dtype=np.int64)) + entry.delay
        return Rounds(every[(every >= begin_ms) & (every < end_ms)], 1)
    rounds, size = (arrivals.bursts, arrivals.size) if isinstance(arrivals, BurstArrivals) else (arrivals.count, 1)
    first_ms = arrivals.start + entry.delay
    first, after = (
        min(rounds, max(0, math.ceil((moment - first_ms) / arrivals.interval))) for moment in (begin_ms, end_ms)
    )
    return Rounds(first_ms + arrivals.interval * np.arange(first, max(first, after), dtype=np.int64), size)


def drawn_between(entry: Workload, begin_ms: Floats, end_ms: Floats) -> Floats:
    """Expect so many jobs at random from each begin up to its end; 0 where the moments are known."""
    arrivals = entry.arrivals
    if not isinstance(arrivals, PoissonArrivals):
        return np.zeros(len(begin_ms))
    first_ms, last_ms = drawn_stretch(entry)
    spans: Floats = np.maximum(0.0, np.minimum(end_ms, last_ms) - np.maximum(begin_ms, first_ms))
    return spans / arrivals.interval


def drawn_stretch(entry: Workload) -> tuple[float, float]:
    """Say from when to when jobs become due at random, ms since the run began; twice 0 where the moments are known."""
    arrivals = entry.arrivals
    if not isinstance(arrivals, PoissonArrivals):
        return 0, 0
    first_ms = arrivals.start + entry.delay
    return first_ms, first_ms + arrivals.interval * arrivals.count


def first_moments(entries: Iterable[Workload]) -> Iterator[int]:
    """List when the jobs of each entry begin to come, and every moment of a list, ms since the run began."""
    for entry in entries:
        arrivals = entry.arrivals
        for moment in arrivals.at if isinstance(arrivals, ListedArrivals) else (arrivals.start,):
            yield moment + entry.delay


def stretches(entries: Sequence[Workload]) -> list[Stretch]:
    """Cut the time in which jobs come where the rate changes; a single job or burst has no rate."""
    own: list[Stretch] = []
    for entry in entries:
        arrivals = entry.arrivals
        if isinstance(arrivals, ListedArrivals):
            begin_ms, end_ms = min(arrivals.at), max(arrivals.at)
            if end_ms > begin_ms:
                rate = (len(arrivals.at) - 1) / (end_ms - begin_ms)
                own.append(Stretch(begin_ms + entry.delay, end_ms + entry.delay, rate))
            continue
        rounds, size = (arrivals.bursts, arrivals.size) if isinstance(arrivals, BurstArrivals) else (arrivals.count, 1)
        if rounds > 1:
            begin_ms = arrivals.start + entry.delay
            own.append(Stretch(begin_ms, begin_ms + arrivals.interval * rounds, size / arrivals.interval))
    cuts = sorted({moment for one in own for moment in (one.begin_ms, one.end_ms)})
    return [
        Stretch(begin, end, sum(one.per_ms for one in own if one.begin_ms <= begin and end <= one.end_ms))
        for begin, end in pairwise(cuts)
    ]


def is_random(entries: Iterable[Workload]) -> bool:
    """Tell whether the moments are drawn, so that counts are means."""
    return any(isinstance(entry.arrivals, PoissonArrivals) for entry in entries)
