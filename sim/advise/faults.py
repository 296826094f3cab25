"""What a scenario's faults amount to for one queue: windows of trouble, and how many jobs come in a part of them."""

from typing import NamedTuple

from sim.faults.base import Fault, ScheduledFault
from sim.faults.database_failure import DatabaseFailure
from sim.faults.handler_error import HandlerError
from sim.faults.poison_job import PoisonJob
from sim.faults.worker_crash import WorkerCrash
from sim.scenario.schema import Scenario


class Window(NamedTuple):
    """A time in which something is broken.

    Attributes:
        number: The fault's number in the file, from 0.
        begin_ms: When it begins, ms since the run began; None where the moment is drawn.
        strikes: How often it comes, a mean where moments are drawn; 1 for each listed moment.
    """

    number: int
    kind: str
    begin_ms: int | None
    duration_ms: int
    strikes: float = 1


def windows(scenario: Scenario, *kinds: str) -> list[Window]:
    """List the windows of some kinds of faults, in the order of the file."""
    found: list[Window] = []
    for number, fault in enumerate(scenario.faults):
        if fault.kind in kinds:
            found += _windows(scenario, number, fault)
    return found


def dependency_outages(scenario: Scenario, queue: str) -> list[Window]:
    """List the windows in which every attempt of a queue's jobs fails for a reason that passes."""
    found: list[Window] = []
    for number, fault in enumerate(scenario.faults):
        total = isinstance(fault, DatabaseFailure) and fault.rate == 1
        if isinstance(fault, HandlerError) and fault.duration is not None:
            total = fault.error == "transient" and fault.rate == 1 and fault.jobs is None
            total = total and fault.first_attempts is None and (fault.queues is None or queue in fault.queues)
        if total:
            found += _windows(scenario, number, fault)
    return found


def flaky_rate(scenario: Scenario, queue: str) -> float:
    """Return the chance that an attempt of a queue fails for a passing reason at any time, 0 to 1."""
    works = 1.0
    for fault in scenario.faults:
        if isinstance(fault, HandlerError) and fault.error == "transient" and _at_any_time(fault, queue):
            works *= 1 - fault.rate
    return 1 - works


def permanent_rate(scenario: Scenario, queue: str) -> float:
    """Return the chance that handlers of a queue raise a permanent error at any time, 0 to 1."""
    works = 1.0
    for fault in scenario.faults:
        if isinstance(fault, HandlerError) and fault.error == "permanent" and _at_any_time(fault, queue):
            works *= 1 - fault.rate
    return 1 - works


def errors_after_effects(scenario: Scenario, queue: str) -> list[int]:
    """List the numbers of the faults that make handlers of a queue raise after their effect, from 0."""
    return [
        number
        for number, fault in enumerate(scenario.faults)
        if isinstance(fault, HandlerError) and fault.step == "after-effect" and _meets(fault, queue)
    ]


def _meets(fault: HandlerError, queue: str) -> bool:
    """Tell whether a fault strikes jobs of a queue, and names none of another."""
    jobs = fault.jobs is None or all(job.rpartition("-")[0] == queue for job in fault.jobs)
    return jobs and (fault.queues is None or queue in fault.queues)


def _at_any_time(fault: HandlerError, queue: str) -> bool:
    """Tell whether a handler's errors meet every attempt at every job of a queue alike."""
    everyone = fault.jobs is None and fault.first_attempts is None
    return everyone and fault.at is None and (fault.queues is None or queue in fault.queues)


class Crashes(NamedTuple):
    """What kills the workers of a queue.

    Attributes:
        poison: Jobs that kill whoever runs them.
        random: Pairs of a mean gap, ms, and the share of the queue's processes that each strike hits.
        moments: Pairs of a listed moment, ms since the run began, and that share.
        in_jobs: Crashes at a step of some job.
    """

    poison: list[str]
    random: list[tuple[int, float]]
    moments: list[tuple[int, float]]
    in_jobs: int


def crashes(scenario: Scenario, queue: str) -> Crashes:
    """Gather the crashes of a queue's workers."""
    poison: list[str] = []
    random: list[tuple[int, float]] = []
    moments: list[tuple[int, float]] = []
    in_jobs = 0
    for fault in scenario.faults:
        if isinstance(fault, PoisonJob):
            poison += [job for job in fault.jobs if job.rpartition("-")[0] == queue]
        if not isinstance(fault, WorkerCrash):
            continue
        share = share_hit(scenario, queue, fault.target)
        if not share:
            continue
        if fault.mean_interval is not None:
            random.append((fault.mean_interval, share))
        elif fault.jobs is not None:
            in_jobs += sum(job.rpartition("-")[0] == queue for job in fault.jobs)
        else:
            in_jobs += fault.on_job is not None
            moments += [(moment, share) for moment in fault.moments]
    return Crashes(list(dict.fromkeys(poison)), random, moments, in_jobs)


def share_hit(scenario: Scenario, queue: str, target: str) -> float:
    """Return which share of a queue's processes a target names, 0 to 1."""
    processes = scenario.workers_of(queue).processes
    if target in ("workers", queue):
        return float(processes > 0)
    return 1 / processes if processes and target.rpartition("-")[0] == queue else 0.0


def _windows(scenario: Scenario, number: int, fault: Fault) -> list[Window]:
    duration_ms = (getattr(fault, "duration", None) or 0) + getattr(fault, "loading", 0)
    if not isinstance(fault, ScheduledFault) or fault.mean_interval is None:
        return [Window(number, fault.kind, moment, duration_ms) for moment in getattr(fault, "moments", [])]
    until_ms = scenario.last_arrival_ms if fault.until is None else fault.until
    strikes = max(0, until_ms - fault.start) / fault.mean_interval
    return [Window(number, fault.kind, None, duration_ms, strikes)] if strikes else []
