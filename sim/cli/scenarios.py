"""``scenarios``: what there is to run."""

from pathlib import Path
from textwrap import wrap

import click

from sim.cli.scenario_path import shown
from sim.core.errors import SimError

_WIDTH = 80


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
def command(folder: Path | None) -> int:
    """List the scenarios in DIR, or those that come with the project.

    Each with its file, title, question and faults. Exit code 2: a file cannot be used.
    """
    from sim.core.errors import ScenarioError
    from sim.scenario.load import load_scenario
    from sim.scenario.shipped import shipped_scenarios

    top = shipped_scenarios() if folder is None else folder
    files = sorted(top.rglob("*.yaml")) if top.is_dir() else []
    if not files:
        raise SimError(f"{top}: {'holds no scenarios (*.yaml)' if top.is_dir() else 'there is no such folder'}")
    code = 0
    for number, file in enumerate(files, 1):
        try:
            scenario = load_scenario(file)
        except ScenarioError as error:
            click.echo(str(error), err=True)
            code = 2
            continue
        kinds = list(dict.fromkeys(fault.kind for fault in scenario.faults))
        _print(number, shown(file), scenario.title, scenario.question, ", ".join(kinds) or "none")
    return code


def _print(number: int, file: str, title: str, question: str, faults: str) -> None:
    from rich.text import Text

    from sim.report.terminal import SafeConsole

    console = SafeConsole(width=_WIDTH, highlight=False)
    for first, rest, text, style in (
        (f"{number:>3}  ", "     ", title, "bold"),
        ("     ", "     ", question, ""),
        ("     ", "             ", f"faults: {faults}", ""),
    ):
        for line in wrap(text, _WIDTH, initial_indent=first, subsequent_indent=rest):
            console.print(Text(line, style=style))
    console.print(Text(f"     {file}\n"), soft_wrap=True)
