"""When a run without ``duration`` ends at the latest, although something is left to do.

It ends as soon as all is settled. What never settles, such as a job that kills every worker, needs an end all the same;
that must not come before a job that goes its slowest way has arrived.
"""

import math

from sim.core.durations import UNITS_MS
from sim.core.once_each import once_each
from sim.queue.semantics import BULL
from sim.scenario.backoff import RetryBackoff
from sim.scenario.retry_waits import wait_span
from sim.scenario.schema import Scenario
from sim.scenario.workload import PoissonArrivals
from sim.yaml_files.distributions import ExponentialTime, LognormalTime, TimeDistribution, UniformTime
from sim.yaml_files.fields import MAX_MS

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
        (last_ms if isinstance(entry.arrivals, PoissonArrivals) else entry.last_ms)
        + entry.delay
        + max((last_ms + one.span_ms for one in entry.schedules), default=0)
        for entry in scenario.workload
    )


@once_each
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
    attempt_ms = _longest_service_ms(scenario, queue) + _CALLS * _longest_call_ms(scenario, slow_ms)
    if workers.blocking:
        attempt_ms *= workers.concurrency
    postponed_ms = sum(fault.postpones_ms for fault in scenario.faults)
    recovery_ms = workers.lock_duration + 2 * workers.stalled_interval
    return (
        config.attempts * attempt_ms
        + _schedule_ms(config.backoff, config.attempts)
        + (config.attempts + 1) * postponed_ms
        + _RECOVERIES * recovery_ms
        + max((fault.restarts_ms for fault in scenario.faults), default=0)
        + max((fault.loads_ms for fault in scenario.faults), default=0)
        + (workers.start_spread or 0)
        + workers.guard_interval
        + workers.retry_process_delay
    )


def _longest_service_ms(scenario: Scenario, queue: str) -> int:
    own = (_longest_ms(entry.service) for entry in scenario.workload if entry.queue == queue and entry.service)
    return max(_longest_ms(scenario.queues[queue].service), *own, 0)


def _schedule_ms(backoff: RetryBackoff | None, attempts: int) -> int:
    """Add up the longest waits between attempts, by the slower of the two semantics, as far as they fit the week."""
    if backoff is None:
        return 0
    total_ms = 0
    for failures in range(1, attempts):
        spans = [wait_span(backoff, failures, BULL, permanent=permanent) for permanent in (False, True)]
        longest_ms = math.ceil(max((span.most_ms for span in spans if span is not None), default=0))
        if total_ms + longest_ms > MAX_SCHEDULE_MS:
            break
        total_ms += longest_ms
    return total_ms


def _longest_call_ms(scenario: Scenario, slow_ms: int) -> int:
    """Return how long one call to the database may take, ms, with those that everybody else makes before it."""
    database = scenario.database
    work_ms = _longest_ms(database.latency) + slow_ms
    slots = sum(one.processes * one.concurrency for one in map(scenario.workers_of, scenario.queues))
    if database.cores is not None:
        work_ms *= 1 + slots // database.cores
    if database.call_timeout is not None:
        work_ms = min(work_ms, database.call_timeout)
    seats = min(n for n in (database.pool, database.connections, slots + 1) if n is not None)
    wait_ms = work_ms * (slots // seats) if database.pool_timeout is None else database.pool_timeout
    return min(MAX_MS, work_ms + wait_ms)


def _longest_ms(time: int | TimeDistribution) -> int:
    if isinstance(time, UniformTime):
        return time.max
    if isinstance(time, ExponentialTime):
        return min(MAX_MS, _FAR * time.mean)
    if isinstance(time, LognormalTime):
        return min(MAX_MS, round(time.median * math.exp(4 * time.sigma)))
    return time
