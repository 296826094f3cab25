"""Advice as it reads in a terminal."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.advise.advise import Advice
from sim.advise.finding import HEADINGS, SEVERITIES, Finding, Severity
from sim.advise.trials import Trial
from sim.core.program import as_called, program_name
from sim.results.text import in_words, shown_measures

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
