"""How much a scenario may ask for; what is above is refused before anything of that size is built.

When a run without ``duration`` ends at the latest, though something is left to do.

It ends as soon as all is settled. What never settles, such as a job that kills every worker, needs an end all the same;
that must not come before a job that goes its slowest way has arrived.
"""

import math
from collections.abc import Iterator

from sim.core.durations import UNITS_MS, format_duration
from sim.faults.base import ScheduledFault
from sim.scenario.parts import Parts
from sim.scenario.queues import Backoff, ExponentialTime, LognormalTime, QueueConfig, UniformTime
from sim.scenario.schema import Scenario, Workers
from sim.scenario.workload import MAX_JOBS, BurstArrivals, ListedArrivals, PoissonArrivals, Workload
from sim.yaml_files.fields import MAX_MS
from sim.yaml_files.problems import Path, Problem

MIN_MS = UNITS_MS["h"]
"""At least so long a run goes on after the last thing that is arranged."""
MAX_SCHEDULE_MS = 7 * UNITS_MS["d"]
"""Waits between attempts count as far as they end within a week of the first failure; doubling soon takes years."""
_CALLS = 3
"""Calls to the database in one attempt, at most."""
_RECOVERIES = 2
"""A job that was found stalled once and is lost again has to be found once more."""
_FAR = 10
"""A drawn time is longer than so many of its means in one of 20,000 draws."""


def horizon_ms(scenario: Scenario, last_ms: int) -> int:
    """Return when a run that has not settled is given up, ms since it began; its ``duration`` where it has one.

    Args:
        last_ms: When the last job was offered and the last thing that is arranged happens, ms since the run began.
    """
    if scenario.duration is not None:
        return scenario.duration
    return max(last_ms, last_due_ms(scenario, last_ms)) + wait_ms(scenario)


def last_due_ms(scenario: Scenario, last_ms: int) -> int:
    """Return when the last job becomes due for the first time, ms since the run began.

    Args:
        last_ms: When the last job was offered; random arrivals are only known to come before it.
    """
    return max(
        (last_ms if isinstance(entry.arrivals, PoissonArrivals) else entry.last_ms) + entry.delay
        for entry in scenario.workload
    )


def wait_ms(scenario: Scenario) -> int:
    """Return how long a run is given to settle after the last job is due: an hour, or twice one job's longest way."""
    return min(MAX_MS, max(MIN_MS, 2 * longest_way_ms(scenario)))


def longest_way_ms(scenario: Scenario) -> int:
    """Return the longest time that a job takes whose every attempt fails and whose workers die twice, ms.

    Attempts at their longest, the waits between them, what it takes to find a job whose worker died, and the time until
    another process takes a dead one's place.
    """
    return max(_way_ms(scenario, queue) for queue in scenario.queues) if scenario.queues else 0


def _way_ms(scenario: Scenario, queue: str) -> int:
    config, workers = scenario.queues[queue], scenario.workers_of(queue)
    slow_ms = max((fault.slows_calls_ms for fault in scenario.faults), default=0)
    attempt_ms = _longest_service_ms(config) + _CALLS * (scenario.database.latency + slow_ms)
    if workers.blocking:
        attempt_ms *= workers.concurrency
    recovery_ms = workers.lock_duration + 2 * workers.stalled_interval
    return (
        config.attempts * attempt_ms
        + _schedule_ms(config.backoff, config.attempts)
        + _RECOVERIES * recovery_ms
        + max((fault.restarts_ms for fault in scenario.faults), default=0)
        + max((fault.loads_ms for fault in scenario.faults), default=0)
        + (workers.start_spread or 0)
        + workers.guard_interval
        + workers.retry_process_delay
    )


def _schedule_ms(backoff: Backoff | None, attempts: int) -> int:
    """Add up the waits between attempts, by the slower of the two semantics, as far as they fit into the week."""
    if backoff is None:
        return 0
    total_ms = 0
    for failures in range(1, attempts):
        doubled = 1 if backoff.type == "fixed" else (1 << min(failures, 64)) - 1
        if total_ms + backoff.delay * doubled > MAX_SCHEDULE_MS:
            break
        total_ms += backoff.delay * doubled
    return total_ms


def _longest_service_ms(config: QueueConfig) -> int:
    service = config.service
    if isinstance(service, UniformTime):
        return service.max
    if isinstance(service, ExponentialTime):
        return min(MAX_MS, _FAR * service.mean)
    if isinstance(service, LognormalTime):
        return min(MAX_MS, round(service.median * math.exp(4 * service.sigma)))
    return service


MAX_TICKS = 50_000_000
MAX_STRIKES = 100_000
MAX_PROCESSES = 1_000
MAX_SLOTS = 10_000


def check_limits(parts: Parts) -> Iterator[Problem]:
    """Find what asks for more than the limits, each with the number asked for."""
    yield from _jobs(parts)
    yield from _last_arrival(parts)
    yield from _processes(parts)
    yield from _slots(parts)
    yield from _ticks(parts)
    yield from _strikes(parts)


def _count_path(number: int, entry: Workload) -> Path:
    """Name the key that makes an entry's jobs many."""
    if isinstance(entry.arrivals, ListedArrivals):
        return ("workload", number, "arrivals", "at")
    if isinstance(entry.arrivals, BurstArrivals):
        name = "size" if entry.arrivals.size > entry.arrivals.bursts else "bursts"
        return ("workload", number, "arrivals", name)
    return ("workload", number, "arrivals", "count")


def _jobs(parts: Parts) -> Iterator[Problem]:
    total = 0
    for number, entry in parts.workload.items():
        total += entry.jobs
        if entry.jobs > MAX_JOBS:
            yield Problem(
                _count_path(number, entry), f"{entry.jobs:,} jobs; the limit is {MAX_JOBS:,} for the scenario"
            )
    if total > MAX_JOBS and all(entry.jobs <= MAX_JOBS for entry in parts.workload.values()):
        yield Problem(("workload",), f"{total:,} jobs in all; the limit is {MAX_JOBS:,}", True)


def _last_arrival(parts: Parts) -> Iterator[Problem]:
    for number, entry in parts.workload.items():
        if entry.last_ms > MAX_MS:
            text = f"the last job would come after {format_duration(entry.last_ms)}; the limit is {_LONGEST}"
            yield Problem(("workload", number, "arrivals"), text, True)


def _processes(parts: Parts) -> Iterator[Problem]:
    total = sum(parts.processes(queue) for queue in parts.queue_names if parts.whole or queue in parts.workers)
    if total > MAX_PROCESSES:
        path = ("workers",) if "workers" in parts.data else ("queues",)
        yield Problem(path, f"{total:,} worker processes in all; the limit is {MAX_PROCESSES:,}", True)


def _slots(parts: Parts) -> Iterator[Problem]:
    """Count the jobs that could run at the same time."""
    slots = {queue: own.processes * own.concurrency for queue, own in parts.workers.items()}
    total = sum(slots.values())
    if total > MAX_SLOTS:
        worst = max(slots, key=lambda queue: slots[queue])
        text = f"{total:,} jobs at the same time (processes times concurrency); the limit is {MAX_SLOTS:,}"
        yield Problem(("workers", worst), text, True)


def _ticks(parts: Parts) -> Iterator[Problem]:
    """Count how often the timers of the whole run would ring: one of each process, and one of each queue."""
    ticks: dict[str, int] = {}
    for queue in parts.queue_names:
        own = parts.workers.get(queue) or Workers()
        ticks[queue] = parts.span_ms // own.stalled_interval * own.processes + parts.span_ms // own.guard_interval
    total = sum(ticks.values())
    if total <= MAX_TICKS or parts.span_ms > MAX_MS:
        return
    worst = max(ticks, key=lambda queue: ticks[queue])
    path: Path = ("workers", worst) if worst in parts.workers else ("duration",) if parts.duration_ms else ("workload",)
    span = format_duration(parts.span_ms)
    text = f"the workers' timers would ring {total:,} times in {span}; the limit is {MAX_TICKS:,}"
    yield Problem(
        path, f"{text}: longer stalled_interval and guard_interval, fewer processes or a shorter run would fit", True
    )


def _strikes(parts: Parts) -> Iterator[Problem]:
    for number, fault in parts.faults.items():
        if not isinstance(fault, ScheduledFault) or fault.mean_interval is None:
            continue
        until_ms = parts.last_ms if fault.until is None else fault.until
        strikes = max(0, until_ms - fault.start) // fault.mean_interval
        if strikes > MAX_STRIKES:
            text = f"about {strikes:,} strikes; the limit is {MAX_STRIKES:,}"
            yield Problem(("faults", number, "mean_interval"), text)


_LONGEST = format_duration(MAX_MS)
