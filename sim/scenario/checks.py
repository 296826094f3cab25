"""What only the whole scenario shows: names that do not exist, and requests that are absurd."""

from collections.abc import Iterator

from sim.core.durations import format_duration
from sim.scenario.fault_schema import HandlerError, PoisonJob, Struck, WorkerCrash, WorkerFreeze
from sim.scenario.fields import LONGEST_MS
from sim.scenario.queues import QueueConfig, UniformTime
from sim.scenario.schema import Scenario
from sim.scenario.workload import MOST_JOBS

MOST_PROCESSES = 1_000
MOST_STRIKES = 100_000
MOST_TICKS = 50_000_000
SETTLE_MS = 3_600_000

Problem = tuple[tuple[str | int, ...], str]


def find_problems(scenario: Scenario) -> list[Problem]:
    """List what is wrong with a scenario whose parts are each right, by path and what would be right."""
    return [*_names(scenario), *_limits(scenario), *_faults(scenario), *_values(scenario)]


def _known(names: list[str]) -> str:
    return ", ".join(names) or "none"


def _names(scenario: Scenario) -> Iterator[Problem]:
    queues = list(scenario.queues)
    for place, entry in enumerate(scenario.workload):
        if entry.queue not in scenario.queues:
            yield (
                ("workload", place, "queue"),
                (f"no queue {entry.queue!r}; order, email and payment come by themselves, others stand under queues:"),
            )
    for name in scenario.workers:
        if name not in scenario.queues:
            yield ("workers", name), f"no queue {name!r}; there are: {_known(queues)}"
    groups = [
        ((), scenario.expect),
        (("documented",), scenario.expect.documented),
        (("bull-4.16",), scenario.expect.bull),
    ]
    for prefix, group in groups:
        for mode, block in (("queue", group.queue), ("in-process", group.in_process)):
            for name in block.queues:
                if name not in scenario.queues:
                    where = ("expect", *prefix, mode, "queues", name)
                    yield where, f"no queue {name!r}; there are: {_known(queues)}"
    if len(set(scenario.modes)) < len(scenario.modes):
        yield ("modes",), "a mode stands here twice"
    if len(set(scenario.profiles)) < len(scenario.profiles):
        yield ("semantics",), "a profile stands here twice"


def _limits(scenario: Scenario) -> Iterator[Problem]:
    if scenario.jobs > MOST_JOBS:
        yield ("workload",), f"{scenario.jobs:,} jobs; the limit is {MOST_JOBS:,}"
    for place, entry in enumerate(scenario.workload):
        if entry.last_ms > LONGEST_MS:
            yield (
                ("workload", place, "arrivals"),
                f"the last job would come after {format_duration(entry.last_ms)}; the limit is 400d",
            )
    processes = sum(scenario.workers_of(queue).processes for queue in scenario.queues)
    if processes > MOST_PROCESSES:
        yield ("workers",), f"{processes:,} worker processes; the limit is {MOST_PROCESSES:,}"
    end_ms = _end_ms(scenario)
    ticks = 0
    for queue in scenario.queues:
        workers = scenario.workers_of(queue)
        ticks += end_ms // workers.guard_interval + end_ms // workers.stalled_interval * workers.processes
    if ticks > MOST_TICKS:
        yield (
            ("workers",),
            (
                f"timers would tick {ticks:,} times in {format_duration(end_ms)}; the limit is {MOST_TICKS:,}; "
                "make the run shorter or the intervals longer"
            ),
        )


def _end_ms(scenario: Scenario) -> int:
    if scenario.duration is not None:
        return scenario.duration
    last = max(entry.last_ms + entry.delay for entry in scenario.workload)
    for fault in scenario.faults:
        if isinstance(fault, Struck):
            last = max([last, *(moment + (getattr(fault, "duration", None) or 0) for moment in fault.moments)])
            last = max(last, fault.until or 0)
    return last + SETTLE_MS


def _faults(scenario: Scenario) -> Iterator[Problem]:
    offered = dict.fromkeys(scenario.queues, 0)
    for entry in scenario.workload:
        if entry.queue in offered:
            offered[entry.queue] += entry.jobs
    targets = ["workers", "application", *scenario.queues, *scenario.worker_names[:2_000]]
    for place, fault in enumerate(scenario.faults):
        if isinstance(fault, WorkerCrash | WorkerFreeze) and fault.target not in targets:
            yield ("faults", place, "target"), f"nothing called {fault.target!r}; there are: {_known(targets[:12])}"
        if isinstance(fault, HandlerError):
            for number, queue in enumerate(fault.queues or []):
                if queue not in scenario.queues:
                    known = _known(list(scenario.queues))
                    yield ("faults", place, "queues", number), f"no queue {queue!r}; there are: {known}"
        if isinstance(fault, HandlerError | PoisonJob | WorkerCrash):
            for number, job in enumerate(fault.jobs or []):
                queue, _, count = job.rpartition("-")
                if queue not in offered:
                    yield ("faults", place, "jobs", number), f"no queue {queue!r} for the job {job}"
                elif not 1 <= int(count) <= offered[queue]:
                    what = f"no job {job}; {queue} is offered {offered[queue]:,} jobs"
                    yield ("faults", place, "jobs", number), what
        if isinstance(fault, Struck) and fault.mean_every is not None:
            until = fault.until
            if until is None:
                until = max(entry.last_ms for entry in scenario.workload)
            strikes = max(0, until - fault.start) // fault.mean_every
            if strikes > MOST_STRIKES:
                what = f"would strike about {strikes:,} times; the limit is {MOST_STRIKES:,}"
                yield ("faults", place, "mean_every"), what
        if scenario.duration is not None and isinstance(fault, Struck):
            for moment in fault.moments:
                if moment >= scenario.duration:
                    end = format_duration(scenario.duration)
                    what = f"strikes at {format_duration(moment)}, but the run ends at {end}"
                    yield ("faults", place, "at"), what
                    break


def _values(scenario: Scenario) -> Iterator[Problem]:
    for name, queue in scenario.queues.items():
        yield from _service(name, queue)


def _service(name: str, queue: QueueConfig) -> Iterator[Problem]:
    if isinstance(queue.service, UniformTime) and queue.service.min > queue.service.max:
        yield ("queues", name, "service", "min"), "min is longer than max"
