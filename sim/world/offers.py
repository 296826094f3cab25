"""The jobs that a scenario offers, drawn before the run begins."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.scenario.queues import ExponentialTime, TimeDistribution, UniformTime
from sim.scenario.schema import Scenario
from sim.scenario.workload import Arrivals, BurstArrivals, ConstantArrivals, ListedArrivals, Workload
from sim.world.streams import Streams


class Offer(NamedTuple):
    """One job that somebody wants done.

    Attributes:
        name: Such as ``email-17``, the 17th offer to that queue.
        number: 17.
        at_ms: When it is offered, ms since the run began.
        service_ms: How long one attempt at it works; the same for every attempt and in both modes.
        valid: Whether its data is.
    """

    name: str
    queue: str
    number: int
    at_ms: int
    service_ms: int
    valid: bool
    workload: Workload


def draw_offers(scenario: Scenario, streams: Streams) -> Iterator[Offer]:
    """Yield every job in the order of the offers; at equal times in the order of the workload's entries."""
    times: list[NDArray[np.int64]] = []
    entries: list[NDArray[np.int64]] = []
    valid: list[NDArray[np.bool_]] = []
    for place, entry in enumerate(scenario.workload):
        arrivals = _arrival_times(entry.arrivals, streams.generator(f"arrivals:{entry.queue}:{place}"))
        times.append(arrivals)
        entries.append(np.full(len(arrivals), place, dtype=np.int64))
        chances = streams.generator(f"invalid:{entry.queue}:{place}").random(len(arrivals))
        valid.append(chances >= entry.invalid)
    all_times = np.concatenate(times)
    all_entries = np.concatenate(entries)
    all_valid = np.concatenate(valid)
    order = np.argsort(all_times, kind="stable")
    services = {
        queue: iter(
            _times(config.service, int(sum(e.jobs for e in scenario.workload if e.queue == queue)), streams, queue)
        )
        for queue, config in scenario.queues.items()
    }
    numbers = dict.fromkeys(scenario.queues, 0)
    for index in order.tolist():
        entry = scenario.workload[int(all_entries[index])]
        queue = entry.queue
        numbers[queue] += 1
        number = numbers[queue]
        yield Offer(
            name=f"{queue}-{number}",
            queue=queue,
            number=number,
            at_ms=int(all_times[index]),
            service_ms=int(next(services[queue])),
            valid=bool(all_valid[index]),
            workload=entry,
        )


def _arrival_times(arrivals: Arrivals, generator: np.random.Generator) -> NDArray[np.int64]:
    if isinstance(arrivals, ListedArrivals):
        return np.array(sorted(arrivals.at), dtype=np.int64)
    if isinstance(arrivals, BurstArrivals):
        starts = arrivals.start + arrivals.every * np.arange(arrivals.bursts, dtype=np.int64)
        return np.repeat(starts, arrivals.size)
    if isinstance(arrivals, ConstantArrivals):
        return arrivals.start + arrivals.every * np.arange(arrivals.count, dtype=np.int64)
    gaps = generator.exponential(arrivals.every, arrivals.count)
    rounded: NDArray[np.int64] = arrivals.start + np.rint(np.cumsum(gaps)).astype(np.int64)
    return rounded


def _times(service: int | TimeDistribution, count: int, streams: Streams, queue: str) -> list[int]:
    if isinstance(service, int):
        return [service] * count
    generator = streams.generator(f"service:{queue}")
    if isinstance(service, ExponentialTime):
        drawn = generator.exponential(service.mean, count)
    elif isinstance(service, UniformTime):
        drawn = generator.uniform(service.min, service.max, count)
    else:
        drawn = generator.lognormal(np.log(service.median), service.sigma, count)
    longest = 400 * 86_400_000
    whole: list[int] = np.minimum(np.rint(drawn), longest).astype(np.int64).tolist()
    return whole
