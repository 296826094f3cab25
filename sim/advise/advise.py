"""Review a scenario's configuration.

Every check, in the order in which findings of one severity are reported.

A check is a function that takes the scenario's reading and yields findings. A new one is a function in a module of its
theme (or a file of its own) and its entry here.
Advice as it reads in a terminal.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.advise import (
    blind_alerts,
    capacity,
    failed_jobs,
    idempotency,
    locks,
    redis_persistence,
    redis_submits,
    retries,
    thundering_herd,
    worker_crashes,
)
from sim.advise.as_it_stands import unexplained
from sim.advise.finding import HEADINGS, SEVERITIES, Finding, Severity
from sim.advise.reading import LEAST, Reading
from sim.advise.retries import permanent_failures
from sim.advise.trials import Trial
from sim.core.program import as_called, program_name
from sim.results.text import in_words, shown_measures
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
    retries.permanent_errors,
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
    reading = Reading(scenario, read_yaml(text).data)
    found = [finding for check in CHECKS for finding in check(reading)]
    hopeless = [queue.name for queue in reading.queues if permanent_failures(reading, queue) >= LEAST]
    found += unexplained(reading.stands, list(scenario.queues), found, hopeless)
    return Advice(scenario, sorted(found, key=lambda finding: SEVERITIES.index(finding.severity)))


STYLES = {Severity.LOSE: "bold red", Severity.DUPLICATE: "bold yellow", Severity.DELAY: "bold", Severity.KNOW: ""}
"""Colour repeats what the headings say."""


def print_advice(advice: Advice, console: Console, *, verbose: bool = False) -> None:
    """Print every finding under its severity, and a line that counts them; it reads well at 80 columns.

    What is worth knowing has a line or two, and of a check that speaks of several queues the reasons stand once.

    Args:
        verbose: Whether to print everything of every finding.
    """
    console.print()
    console.print(Text(advice.scenario.title, style="bold"))
    console.print(Text(advice.scenario.question, style="italic"))
    number = 0
    told: set[str] = set()
    for severity in SEVERITIES:
        own = [finding for finding in advice.findings if finding.severity is severity]
        if own:
            console.print()
            console.print(Text(HEADINGS[severity].upper(), style=STYLES[severity]))
        for finding in own:
            number += 1
            if severity is Severity.KNOW and not verbose:
                console.print(_laid_out(number, finding, [("what", finding.what)]))
                continue
            console.print()
            brief = finding.check in told and not verbose
            told.add(finding.check)
            console.print(_laid_out(number, finding, _rows(finding, brief=brief)))
            if not brief:
                _print_command(finding, console)
    console.print()
    console.print(Text(verdict(advice), style="bold"))
    if not verbose and any(one.severity is Severity.KNOW for one in advice.findings):
        console.print("Use --verbose for the arithmetic, sources and settings of every finding.")


def verdict(advice: Advice) -> str:
    """Count the findings in one line."""
    counts = advice.counts()
    parts = [f"{counts[one.value]} {HEADINGS[one]}" for one in SEVERITIES if counts[one.value]]
    return f"{', '.join(parts)}." if parts else "No findings."


def flow(value: Any) -> str:
    """Write a setting as a scenario file has it, on one line: ``queues: {order: {attempts: 6}}``."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(own)}" for key, own in value.items()) + "}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _laid_out(number: int, finding: Finding, rows: Iterable[tuple[str, str]]) -> Table:
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(justify="right", no_wrap=True, min_width=10)
    grid.add_column(ratio=1)
    name = f"{finding.check}{f' ({finding.queue})' if finding.queue else ''}"
    grid.add_row(str(number), Text(name, style=STYLES[finding.severity] or "bold"))
    for head, text in rows:
        grid.add_row(Text(head, style="dim"), Text(as_called(text)))
    return grid


def _rows(finding: Finding, *, brief: bool) -> Iterator[tuple[str, str]]:
    """Yield what there is to say of a finding; in brief without what an earlier one of its check has said."""
    yield "what", finding.what
    yield "arithmetic", finding.arithmetic
    if finding.trial is not None:
        yield "evidence", f"{finding.trial.setup} {_counted(finding.trial)}"
    for source in () if brief else finding.why:
        yield "why", f"“{source.says}” ({source.where})"
    yield "fix", finding.fix
    for section, own in (finding.setting or {}).items():
        yield "", f"{section}: {flow(own)}"


def _counted(trial: Trial) -> str:
    outcomes, overlays = shown_measures([trial.counts])
    counts = trial.counts.as_dict()
    parts = [f"{counts[name]:,} {in_words(name)}" for name in (*outcomes, *overlays) if counts[name]]
    return f"Of {counts['offered']:,}: {', '.join(parts)}."


def _print_command(finding: Finding, console: Console) -> None:
    """Print the command on a line of its own that is never wrapped, so that it can be copied."""
    if finding.see is not None:
        console.print(Text.assemble(("   see ", "dim"), f"{program_name()} run {finding.see}"), soft_wrap=True)
