"""``scenarios``: list the scenarios that come with the project."""

import re
from collections.abc import Iterable
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, NamedTuple

import click

from sim.cli.scenario_path import shown
from sim.core.errors import SimError
from sim.core.program import program_name
from sim.core.spelling import nearest

if TYPE_CHECKING:
    from sim.scenario.incident import Incident
    from sim.scenario.schema import Scenario

PLACE = 110

_WIDTH = 80


class _Entry(NamedTuple):
    """What the list says of a scenario; the number is its place among all."""

    number: int
    file: str
    title: str
    question: str
    faults: str
    incident: "Incident | None"
    variants: tuple[str, ...]

    @property
    def words(self) -> str:
        report = () if self.incident is None else (self.incident.report, *self.incident.also, self.incident.noticed)
        return " ".join((self.file, self.title, self.question, self.faults, *report)).casefold()


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--search", metavar="WORD", help="Only scenarios with every WORD in name, title, question or faults.")
@click.option("--incidents", is_flag=True, help="Only those that tell a public report, by what people noticed first.")
def command(folder: Path | None, search: str | None, incidents: bool) -> int:
    """List the scenarios in DIR, or those that come with the project, with title, question, faults and file.

    Exit code 2: a file cannot be used, or nothing is found.
    """
    from sim.core.errors import ScenarioError
    from sim.scenario.load import load_scenario
    from sim.scenario.shipped import shipped_scenarios

    top = shipped_scenarios() if folder is None else folder
    files = sorted(top.rglob("*.yaml")) if top.is_dir() else []
    if not files:
        raise SimError(f"{top}: {'has no scenarios (*.yaml)' if top.is_dir() else 'there is no such folder'}")
    code = 0
    entries = []
    for number, file in enumerate(files, 1):
        try:
            entries.append(_entry(number, file, load_scenario(file)))
        except ScenarioError as error:
            click.echo(str(error), err=True)
            code = 2
    entries = [entry for entry in entries if not incidents or entry.incident is not None]
    found = entries if search is None else _found(entries, search)
    if incidents:
        _print_incidents(found)
    else:
        for entry in found:
            _print(entry)
    if folder is None:
        click.echo(f"Run one by its number, name or file: {program_name()} run frozen-worker")
    return code


def _entry(number: int, file: Path, scenario: "Scenario") -> _Entry:
    kinds = list(dict.fromkeys(fault.kind for fault in scenario.faults))
    faults, variants = ", ".join(kinds) or "none", tuple(scenario.variants)
    return _Entry(number, shown(file), scenario.title, scenario.question, faults, scenario.incident, variants)


def _found(entries: list[_Entry], search: str) -> list[_Entry]:
    wanted = search.casefold().split()
    found = [entry for entry in entries if all(word in entry.words for word in wanted)]
    if not found:
        known = sorted({word for entry in entries for word in re.findall(r"[\w-]{3,}", entry.words)})
        near = [nearest(word, known) for word in wanted if not any(word in entry.words for entry in entries)]
        hint = f"; did you mean {' '.join(word for word in near if word)}?" if any(near) else ""
        raise SimError(f"--search {search}: found in no name, title, question or fault{hint}")
    return found


def _print_incidents(entries: list[_Entry]) -> None:
    """Print them under what people noticed first; the file's stem runs it, and with a colon its cure."""
    from sim.scenario.incident import SYMPTOMS

    for symptom, heading in SYMPTOMS.items():
        told = [(entry, entry.incident) for entry in entries if entry.incident and entry.incident.symptom == symptom]
        if told:
            click.echo(f"{heading}\n")
        for entry, incident in told:
            name = Path(entry.file).stem
            commands = " and ".join([f"run {name}", *(f"run {name}:{variant}" for variant in entry.variants)])
            lines = (
                (entry.title, "bold"),
                (incident.noticed, ""),
                (f"{', '.join([incident.report, *incident.also])} · {incident.minutes} min", ""),
                (commands, ""),
            )
            _print_block(entry.number, lines)


def _print(entry: _Entry) -> None:
    lines = ((entry.title, "bold"), (entry.question, ""), (f"faults: {entry.faults}", ""))
    _print_block(entry.number, lines, entry.file)


def _print_block(number: int, texts: Iterable[tuple[str, str]], last: str = "") -> None:
    """Print lines of 80 columns, the first one with the number; the last line is not broken."""
    from rich.text import Text

    from sim.reports.terminal import SafeConsole

    console = SafeConsole(width=_WIDTH, highlight=False)
    head = f"{number:>3}  "
    for text, style in texts:
        further = " " * (13 if text.startswith("faults: ") else 5)
        for line in wrap(text, _WIDTH, initial_indent=head, subsequent_indent=further, break_on_hyphens=False):
            console.print(Text(line, style=style))
        head = " " * 5
    console.print(Text(f"     {last}\n" if last else ""), soft_wrap=True)
