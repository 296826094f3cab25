"""A scenario as the checks read it: each queue with its times, rates and horizons."""

import math
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from sim.advise.arrivals import Stretch, arrivals_between, first_moments, is_random, stretches
from sim.advise.as_it_stands import AsItStands
from sim.advise.faults import Window, flaky_rate
from sim.advise.service_times import Service, database_calls, longest_ms, mean_ms, share_above
from sim.advise.trials import Trials
from sim.queue.backoff import RetrySchedule
from sim.queue.semantics import PROFILES
from sim.scenario.retry_waits import schedule_of
from sim.scenario.schema import Scenario
from sim.yaml_files.fields import SemanticsName

LEAST = 0.5
"""Fewer jobs than this, on average, are none."""
LIMITER_STRETCH = 1.1
"""A limiter spaces jobs 1.1 times as far apart as it says. Source: BULL_FACTS 11."""


class QueueReading:
    """One queue: its settings, and what follows from them."""

    def __init__(self, scenario: Scenario, name: str) -> None:
        self.scenario = scenario
        self.name = name
        self.config = scenario.queues[name]
        self.workers = scenario.workers_of(name)
        self.entries = [entry for entry in scenario.workload if entry.queue == name]
        self.jobs = sum(entry.jobs for entry in self.entries)
        self.profiles: list[SemanticsName] = scenario.profiles

    # -- times ----------------------------------------------------------------------------------------------------

    @cached_property
    def waiting_ms(self) -> int:
        """What an attempt waits for the database in ordinary times, ms."""
        return database_calls(self.config.job) * self.scenario.database.latency_ms

    @cached_property
    def mean_ms(self) -> float:
        """Mean length of an attempt, ms."""
        if not self.jobs:
            return mean_ms(self.config.service) + self.waiting_ms
        return sum(jobs * mean_ms(service) for service, jobs in self._services) / self.jobs + self.waiting_ms

    @cached_property
    def longest_ms(self) -> int:
        """The longest attempt that the workload is expected to have, ms."""
        return max(longest_ms(service, max(1, jobs)) for service, jobs in self._services) + self.waiting_ms

    def jobs_above(self, limit_ms: float) -> float:
        """Expect so many jobs to have attempts that take longer than a time."""
        limit_ms = max(0.0, limit_ms - self.waiting_ms)
        return sum(jobs * share_above(service, limit_ms) for service, jobs in self._services)

    @cached_property
    def _services(self) -> list[tuple[Service, int]]:
        """How long attempts take, and at how many jobs: those of the queue, and those of entries."""
        own = [(entry.service, entry.jobs) for entry in self.entries if entry.service is not None]
        rest = self.jobs - sum(jobs for _service, jobs in own)
        return [*([(self.config.service, rest)] if rest or not own else []), *own]

    # -- retries --------------------------------------------------------------------------------------------------

    def retry_schedule(self, semantics: SemanticsName, attempts: int | None = None) -> RetrySchedule:
        """Work out when the attempts of a job that always fails come; with another number of attempts where given."""
        count = self.config.attempts if attempts is None else attempts
        return schedule_of(count, self.config.backoff, PROFILES[semantics])

    def horizon_ms(self, semantics: SemanticsName) -> int:
        """Return the time from the first attempt to the last, at least, ms."""
        return self.retry_schedule(semantics).horizon_ms

    @cached_property
    def shortest(self) -> SemanticsName:
        """Of the semantics that the scenario speaks of, the one that gives up first."""
        return min(self.profiles, key=self.horizon_ms)

    # -- rates ----------------------------------------------------------------------------------------------------

    @cached_property
    def slots(self) -> int:
        """Jobs that run at the same time; a handler that blocks its process has it to itself."""
        return self.workers.processes * (1 if self.workers.blocking else self.workers.concurrency)

    @cached_property
    def locks(self) -> int:
        """Jobs that its processes hold locked at the same time, whether or not they get to compute."""
        return self.workers.processes * self.workers.concurrency

    @cached_property
    def together(self) -> int:
        """Jobs that one process has locked when its handlers begin to block it; 1 where they do not.

        All its slots where jobs come faster than they are done, else what comes at most while one is done.
        """
        workers = self.workers
        if not workers.blocking or not workers.processes:
            return 1
        if self.utilisation() > 1:
            return workers.concurrency
        span_ms = max(1, self.longest_ms)
        most = max((arrivals_between(self.entries, t, t + span_ms) for t in first_moments(self.entries)), default=0)
        return max(1, min(workers.concurrency, math.ceil(most / workers.processes)))

    @cached_property
    def stretches(self) -> list[Stretch]:
        """The time in which jobs come, cut where the rate changes."""
        return stretches(self.entries)

    @cached_property
    def peak_per_ms(self) -> float:
        """The highest rate at which jobs come, per ms; 0 where there is a single job or burst."""
        return max((one.per_ms for one in self.stretches), default=0.0)

    @cached_property
    def attempts_a_job(self) -> float:
        """Mean starts of the handler for a job, with what fails by chance."""
        rate, attempts = flaky_rate(self.scenario, self.name), self.config.attempts
        return float(attempts) if rate == 1 else (1 - rate**attempts) / (1 - rate)

    def capacity_per_ms(self, more_ms: float = 0) -> float:
        """Return how many attempts can be finished per ms.

        Args:
            more_ms: Added to every attempt.
        """
        each_ms = max(1, self.mean_ms + more_ms)
        if self.config.timeout is not None:  # which frees the slot
            each_ms = min(each_ms, self.config.timeout)
        by_slots = self.slots / each_ms
        limiter = self.config.limiter
        return by_slots if limiter is None else min(by_slots, limiter.max / (LIMITER_STRETCH * limiter.duration))

    def startable(self, span_ms: int) -> float:
        """Return how many attempts can begin within a time if all slots are free."""
        at_once = float(self.slots) if self.config.limiter is None else 0.0
        return max(at_once, self.capacity_per_ms() * span_ms)

    def utilisation(self, more_ms: float = 0) -> float:
        """Return arrivals times service over slots at the highest rate; 1 means that nothing is left over."""
        capacity = self.capacity_per_ms(more_ms)
        wanted = self.peak_per_ms * self.attempts_a_job
        return wanted / capacity if capacity else float("inf") if wanted else 0.0

    def arriving(self, window: Window, start_ms: float, end_ms: float, *, submitted: bool = False) -> float:
        """Count the jobs that come in a part of a window, which is counted from the window's start."""
        if window.begin_ms is None:
            rate = sum(one.per_ms * (one.end_ms - one.begin_ms) for one in self.stretches)
            span = sum(one.end_ms - one.begin_ms for one in self.stretches)
            return window.strikes * max(0.0, end_ms - start_ms) * (rate / span if span else 0.0)
        begin_ms = window.begin_ms
        return arrivals_between(self.entries, begin_ms + start_ms, begin_ms + end_ms, submitted=submitted)

    @cached_property
    def is_random(self) -> bool:
        """Whether counts of arrivals are means."""
        return is_random(self.entries)

    def is_certain(self, windows: Iterable[Window]) -> bool:
        """Whether neither the arrivals nor the moments of these windows are drawn."""
        return not self.is_random and all(window.begin_ms is not None for window in windows)


class Reading:
    """A whole scenario.

    Args:
        scenario: As it was loaded.
        data: The same file as plain data; trials are made of its parts.
    """

    def __init__(self, scenario: Scenario, data: Mapping[str, Any]) -> None:
        self.scenario = scenario
        self.trials = Trials(data)
        self.stands = AsItStands(scenario, data)
        self.queues = [QueueReading(scenario, name) for name in scenario.queues]
