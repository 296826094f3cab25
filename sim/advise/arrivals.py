"""How many jobs come, and how fast: counted where the moments are known, the mean where they are random.

How long attempts take: the mean, the longest of many, and how many take longer than some time.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from sim.handlers.base import DATABASE, Effect, Instruction, JobInput, Query, Work
from sim.handlers.database import ApplicationDatabase
from sim.handlers.registry import HANDLERS
from sim.results.samples import Floats, Integers
from sim.scenario.queues import ExponentialTime, LognormalTime, TimeDistribution, UniformTime
from sim.scenario.workload import BurstArrivals, ListedArrivals, PoissonArrivals, Workload

ENOUGH_STOCK = 1_000


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


Service = int | TimeDistribution


def mean_ms(service: Service) -> float:
    """Return the mean."""
    if isinstance(service, UniformTime):
        return (service.min + service.max) / 2
    if isinstance(service, ExponentialTime):
        return service.mean
    if isinstance(service, LognormalTime):
        return service.median * math.exp(service.sigma**2 / 2)
    return service


def share_above(service: Service, limit_ms: float) -> float:
    """Return the share of attempts that take longer than a time, 0 to 1."""
    if isinstance(service, UniformTime):
        if service.max == service.min:
            return float(service.max > limit_ms)
        return min(1.0, max(0.0, (service.max - limit_ms) / (service.max - service.min)))
    if isinstance(service, ExponentialTime):
        return math.exp(-limit_ms / service.mean)
    if isinstance(service, LognormalTime):
        return math.erfc(math.log(limit_ms / service.median) / service.sigma / math.sqrt(2)) / 2 if limit_ms else 1.0
    return float(service > limit_ms)


def longest_ms(service: Service, jobs: int) -> int:
    """Return the longest of so many jobs: the bound where there is one, else what one of them is expected to exceed."""
    if isinstance(service, UniformTime):
        return service.max
    if isinstance(service, ExponentialTime | LognormalTime):
        low, high = 0.0, 400 * 86_400_000.0
        while high - low > 0.5:
            middle = (low + high) / 2
            low, high = (middle, high) if share_above(service, middle) * jobs > 1 else (low, middle)
        return round(high)
    return service


def database_calls(handler: str) -> int:
    """Count the calls to the database in one attempt that goes well."""
    return sum(
        isinstance(step, Query) or (isinstance(step, Effect) and step.system == DATABASE) for step in _steps(handler)
    )


def share_after_effect(handler: str) -> float:
    """Return which part of an attempt's work comes after its effect, 0 to 1."""
    steps = _steps(handler)
    place = next(number for number, step in enumerate(steps) if isinstance(step, Effect))
    return sum(step.share for step in steps[place:] if isinstance(step, Work))


def _steps(handler: str) -> list[Instruction]:
    """Carry one attempt out on a database that nothing is wrong with, and list what the handler asked for."""
    own = HANDLERS[handler]
    database = ApplicationDatabase(ENOUGH_STOCK)
    attempt = own.handle(JobInput("job-1", own.sample_data(1, valid=True), False))
    steps: list[Instruction] = []
    answer: Any = None
    while True:
        try:
            step = attempt.send(answer)
        except StopIteration:
            database.hand_back()
            return steps
        steps.append(step)
        made = None if isinstance(step, Work) else database.run(step.body)
        answer = made if isinstance(step, Query) else None
