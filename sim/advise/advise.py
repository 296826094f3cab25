"""Review a scenario's configuration: every check, in the order in which findings of one severity are reported.

A check is a function that takes the scenario's reading and yields findings. A new one is a function in a module of its
theme (or a file of its own) and its entry here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.advise import (
    blind_alerts,
    capacity,
    failed_jobs,
    idempotency,
    locks,
    permanent_errors,
    redis_persistence,
    redis_submits,
    retries,
    thundering_herd,
    worker_crashes,
)
from sim.advise.as_it_stands import unexplained
from sim.advise.finding import SEVERITIES, Finding, Severity
from sim.advise.permanent_errors import permanent_failures
from sim.advise.reading import LEAST, Reading
from sim.advise.schedules import with_arrivals
from sim.scenario.load import parse_scenario, read_text
from sim.scenario.schema import Scenario
from sim.yaml_files.source import read_yaml

Check = Callable[[Reading], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    capacity.no_workers,
    redis_persistence.persistence,
    redis_submits.submits_while_down,
    idempotency.lost_replies,
    retries.retry_horizon,
    retries.flaky_dependency,
    permanent_errors.permanent_errors,
    thundering_herd.thundering_herd,
    failed_jobs.retention,
    failed_jobs.dead_letters,
    failed_jobs.completed_kept,
    worker_crashes.stalled_limit,
    worker_crashes.crash_recovery,
    idempotency.no_idempotency_key,
    locks.blocked_past_lock,
    locks.frozen_past_lock,
    locks.redis_down_past_lock,
    locks.lives_on_renewals,
    capacity.utilisation,
    capacity.burst_backlog,
    capacity.drain_after_outage,
    blind_alerts.unseen_faults,
)


HURTS = (Severity.LOSE, Severity.DUPLICATE)


@dataclass(frozen=True)
class Advice:
    """The findings on one scenario.

    Attributes:
        findings: Worst first; those of one severity in the order of the checks, and then of the scenario's queues.
    """

    scenario: Scenario
    findings: list[Finding]

    @property
    def hurts(self) -> bool:
        """Whether anything loses or duplicates."""
        return any(finding.severity in HURTS for finding in self.findings)

    def counts(self) -> dict[str, int]:
        """Count the findings of each severity."""
        return {one.value: sum(finding.severity is one for finding in self.findings) for one in SEVERITIES}

    def as_dict(self) -> dict[str, Any]:
        """The advice as the JSON contract writes it."""
        return {
            "scenario": self.scenario.title,
            "semantics": self.scenario.profiles,
            "counts": self.counts(),
            "findings": [finding.as_dict() for finding in self.findings],
        }


def advise(path: str | Path) -> Advice:
    """Read a scenario file and say what will hurt in queue mode.

    Raises:
        ScenarioError: The file cannot be used; the error says where and why.
    """
    return advise_text(read_text(path), str(path))


def advise_text(text: str, name: str = "scenario") -> Advice:
    """Say what will hurt, of a scenario that is given as text.

    Args:
        name: What errors call it, in place of a file's path.

    Raises:
        ScenarioError: The text cannot be used.
    """
    scenario = parse_scenario(text, name)
    reading = Reading(with_arrivals(scenario), read_yaml(text).data)
    found = [finding for check in CHECKS for finding in check(reading)]
    hopeless = [queue.name for queue in reading.queues if permanent_failures(reading, queue) >= LEAST]
    found += unexplained(reading.stands, list(scenario.queues), found, hopeless)
    return Advice(scenario, sorted(found, key=lambda finding: SEVERITIES.index(finding.severity)))
