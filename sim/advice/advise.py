"""Read a scenario as a reviewer would."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.advice.as_it_stands import unexplained
from sim.advice.checks import CHECKS
from sim.advice.finding import SEVERITIES, Finding, Severity
from sim.advice.permanent_errors import permanent_failures
from sim.advice.reading import LEAST, Reading
from sim.scenario.load import parse_scenario, read_text
from sim.scenario.schema import Scenario
from sim.scenario.yaml_source import read_yaml

HURTS = (Severity.LOSE, Severity.DUPLICATE)


@dataclass(frozen=True)
class Advice:
    """What there is to say of a scenario.

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
    reading = Reading(scenario, read_yaml(text).data)
    found = [finding for check in CHECKS for finding in check(reading)]
    hopeless = [queue.name for queue in reading.queues if permanent_failures(reading, queue) >= LEAST]
    found += unexplained(reading.stands, list(scenario.queues), found, hopeless)
    return Advice(scenario, sorted(found, key=lambda finding: SEVERITIES.index(finding.severity)))
