"""The jobs that arrive in a run, drawn before it begins."""

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import count, cycle, repeat
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engine.random_streams import Streams
from sim.engine.service_times import MAX_SERVICE_MS
from sim.scenario.schema import Scenario
from sim.scenario.workload import NUMBER, Arrivals, BurstArrivals, ConstantArrivals, ListedArrivals, Workload
from sim.yaml_files.distributions import ExponentialTime, TimeDistribution, UniformTime

PART = 10_000


class Arrival(NamedTuple):
    """One job that somebody wants done.

    Attributes:
        name: Such as ``email-17``, the 17th offer to that queue.
        number: 17.
        at_ms: When it is offered, ms since the run began.
        service_ms: How long one attempt at it works, the same for every attempt and in both modes; what counts where
            times are drawn anew for each attempt is ``ServiceTimes``.
        valid: Whether its data is.
        job_id: The id that it is submitted with; None where the queue gives it a number.
        group: Its group for the rate limiter; None where nothing is said.
    """

    name: str
    queue: str
    number: int
    at_ms: int
    service_ms: int
    valid: bool
    workload: Workload
    job_id: str | None
    group: str | None


_arrival = tuple.__new__
"""Makes an arrival from its fields in a third of the time that its own constructor takes."""


def draw_arrivals(scenario: Scenario, streams: Streams) -> Iterator[Arrival]:
    """Yield every job in the order of the offers; at equal times in the order of the workload's entries."""
    entries = [_entry_arrivals(place, entry, scenario, streams) for place, entry in enumerate(scenario.workload)]
    services = _services(scenario, streams)
    numbers = dict.fromkeys(scenario.queues, 0)
    for at_ms, place, valid, job_id, group in entries[0] if len(entries) == 1 else merge(*entries):
        entry = scenario.workload[place]
        queue = entry.queue
        numbers[queue] = number = numbers[queue] + 1
        service_ms = next(services[place])
        yield _arrival(Arrival, (f"{queue}-{number}", queue, number, at_ms, service_ms, valid, entry, job_id, group))


def _entry_arrivals(
    place: int, entry: Workload, scenario: Scenario, streams: Streams
) -> Iterator[tuple[int, int, bool, str | None, str | None]]:
    """Yield time, place, validity, own id and group of every job of one entry, in the order of time."""
    times = _arrival_times(entry.arrivals, streams, f"{entry.queue}:{place}")
    valid = _validity(entry, streams, f"{entry.queue}:{place}")
    return zip(times, repeat(place), valid, own_ids(entry), _groups(entry, scenario))


def own_ids(entry: Workload) -> Iterable[str | None]:
    """Yield the ids that an entry's jobs are submitted with, in the order of the offers."""
    job_id = entry.job_id
    if isinstance(job_id, list):
        return cycle(job_id)
    if job_id is None or NUMBER not in job_id:
        return repeat(job_id)
    numbers = count(1) if entry.distinct_ids is None else cycle(range(1, entry.distinct_ids + 1))
    return (job_id.replace(NUMBER, str(number)) for number in numbers)


def _groups(entry: Workload, scenario: Scenario) -> Iterable[str | None]:
    if isinstance(entry.groups, list):
        return cycle(entry.groups)
    limiter = scenario.queues[entry.queue].limiter
    if entry.groups is None or limiter is None:
        return repeat(None)
    return cycle([f"{limiter.group_key}-{number}" for number in range(1, entry.groups + 1)])


def _validity(entry: Workload, streams: Streams, name: str) -> Iterable[bool]:
    if not entry.invalid:
        return repeat(True)
    return _plain(streams.generator(f"invalid:{name}").random(entry.jobs) >= entry.invalid)


def _arrival_times(arrivals: Arrivals, streams: Streams, name: str) -> Iterable[int]:
    if isinstance(arrivals, ListedArrivals):
        return sorted(arrivals.at)
    start, every = arrivals.start, arrivals.interval
    if isinstance(arrivals, BurstArrivals):
        size = arrivals.size
        return (at_ms for burst in range(arrivals.bursts) for at_ms in repeat(start + every * burst, size))
    if isinstance(arrivals, ConstantArrivals):
        return range(start, start + every * arrivals.count, every)
    gaps = streams.generator(f"arrivals:{name}").exponential(every, arrivals.count)
    return _plain(start + np.rint(np.cumsum(gaps)).astype(np.int64))


def _services(scenario: Scenario, streams: Streams) -> list[Iterator[int]]:
    """Draw the service times of each entry: its own, or with the others of its queue those of the queue."""
    drawn: dict[str, Iterator[int]] = {}
    found: list[Iterator[int]] = []
    for place, entry in enumerate(scenario.workload):
        queue = entry.queue
        if entry.service is not None:
            found.append(_service_times(entry.service, entry.jobs, streams, f"{queue}:{place}"))
            continue
        if queue not in drawn:
            count = sum(one.jobs for one in scenario.workload if one.queue == queue and one.service is None)
            drawn[queue] = _service_times(scenario.queues[queue].service, count, streams, queue)
        found.append(drawn[queue])
    return found


def _service_times(service: int | TimeDistribution, count: int, streams: Streams, name: str) -> Iterator[int]:
    if isinstance(service, int):
        return repeat(service)
    generator = streams.generator(f"service:{name}")
    if isinstance(service, ExponentialTime):
        drawn = generator.exponential(service.mean, count)
    elif isinstance(service, UniformTime):
        drawn = generator.uniform(service.min, service.max, count)
    else:
        drawn = generator.lognormal(np.log(service.median), service.sigma, count)
    return _plain(np.minimum(np.rint(drawn), MAX_SERVICE_MS).astype(np.int64))


def _plain(numbers: NDArray[Any]) -> Iterator[Any]:
    """Yield the items of an array as Python's own, part by part: all at once they would take four times its space."""
    for begin in range(0, len(numbers), PART):
        yield from numbers[begin : begin + PART].tolist()
