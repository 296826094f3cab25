"""``scenarios``: list the scenarios that come with the project."""

import re
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, NamedTuple

import click

from sim.cli.scenario_path import shown
from sim.core.errors import SimError
from sim.core.program import program_name
from sim.core.spelling import nearest

if TYPE_CHECKING:
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

    @property
    def words(self) -> str:
        return " ".join((self.file, self.title, self.question, self.faults)).casefold()


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--search", metavar="WORD", help="Only scenarios with every WORD in name, title, question or faults.")
def command(folder: Path | None, search: str | None) -> int:
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
    for entry in entries if search is None else _found(entries, search):
        _print(entry)
    if folder is None:
        click.echo(f"Run one by its number, name or file: {program_name()} run frozen-worker")
    return code


def _entry(number: int, file: Path, scenario: "Scenario") -> _Entry:
    kinds = list(dict.fromkeys(fault.kind for fault in scenario.faults))
    return _Entry(number, shown(file), scenario.title, scenario.question, ", ".join(kinds) or "none")


def _found(entries: list[_Entry], search: str) -> list[_Entry]:
    wanted = search.casefold().split()
    found = [entry for entry in entries if all(word in entry.words for word in wanted)]
    if not found:
        known = sorted({word for entry in entries for word in re.findall(r"[\w-]{3,}", entry.words)})
        near = [nearest(word, known) for word in wanted if not any(word in entry.words for entry in entries)]
        hint = f"; did you mean {' '.join(word for word in near if word)}?" if any(near) else ""
        raise SimError(f"--search {search}: found in no name, title, question or fault{hint}")
    return found


def _print(entry: _Entry) -> None:
    from rich.text import Text

    from sim.reports.terminal import SafeConsole

    console = SafeConsole(width=_WIDTH, highlight=False)
    for first, rest, text, style in (
        (f"{entry.number:>3}  ", "     ", entry.title, "bold"),
        ("     ", "     ", entry.question, ""),
        ("     ", "             ", f"faults: {entry.faults}", ""),
    ):
        for line in wrap(text, _WIDTH, initial_indent=first, subsequent_indent=rest):
            console.print(Text(line, style=style))
    console.print(Text(f"     {entry.file}\n"), soft_wrap=True)
