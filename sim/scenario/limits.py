"""How much a scenario may ask for; what is above is refused before anything of that size is built."""

from collections.abc import Iterator

from sim.core.durations import format_duration
from sim.faults.base import ScheduledFault
from sim.scenario.parts import Parts
from sim.scenario.schema import Workers
from sim.scenario.workload import MAX_JOBS, BurstArrivals, ListedArrivals, Workload
from sim.yaml_files.fields import MAX_MS
from sim.yaml_files.problems import Path, Problem

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
            text = f"the last job would be offered after {format_duration(entry.last_ms)}; the limit is {_LONGEST}"
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
        ticks[queue] = parts.span_ms // own.guard_interval
        if own.stalled_interval:
            ticks[queue] += parts.span_ms // own.stalled_interval * own.processes
    total = sum(ticks.values())
    if total <= MAX_TICKS or parts.span_ms > MAX_MS:
        return
    worst = max(ticks, key=lambda queue: ticks[queue])
    path: Path = ("workers", worst) if worst in parts.workers else ("duration",) if parts.duration_ms else ("workload",)
    span = format_duration(parts.span_ms)
    text = f"the workers' timers would fire {total:,} times in {span}; the limit is {MAX_TICKS:,}"
    yield Problem(
        path, f"{text}: use a longer stalled_interval and guard_interval, fewer processes or a shorter run", True
    )


def _strikes(parts: Parts) -> Iterator[Problem]:
    for number, fault in parts.faults.items():
        if not isinstance(fault, ScheduledFault) or fault.mean_interval is None:
            continue
        until_ms = parts.last_ms if fault.until is None else fault.until
        strikes = max(0, until_ms - fault.start) // fault.mean_interval
        if strikes > MAX_STRIKES:
            text = f"about {strikes:,} faults; the limit is {MAX_STRIKES:,}"
            yield Problem(("faults", number, "mean_interval"), text)


_LONGEST = format_duration(MAX_MS)
