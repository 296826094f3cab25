"""``advise``: review a scenario's configuration: what will hurt, and why."""

import json
import sys
from pathlib import Path

import click

from sim.cli.exit_codes import VIOLATED
from sim.cli.scenario_path import ScenarioPath

PLACE = 80


@click.command()
@click.argument("scenario", type=ScenarioPath())
@click.option("--json", "json_to", metavar="FILE|-", help="Write the advice as JSON; - is standard output.")
@click.option("--verbose", is_flag=True, help="Print arithmetic, sources and settings of every finding.")
def command(scenario: Path, json_to: str | None, verbose: bool) -> None:
    """Review the configuration of SCENARIO and say what will hurt.

    Every finding has a number, the run or arithmetic that shows it, its source, and
    the setting that fixes it. Queue mode only.

    Exit code 0: nothing loses or duplicates jobs; 1: something does; 2: the scenario
    or a file cannot be used.
    """
    from sim.advise.advise import advise

    advice = advise(scenario)
    if json_to != "-":
        from sim.advise.listing import print_advice
        from sim.reports.terminal import Terminal

        print_advice(advice, Terminal(), verbose=verbose)
    if json_to is not None:
        text = json.dumps(advice.as_dict(), indent=2, ensure_ascii=False) + "\n"
        if json_to == "-":
            click.echo(text, nl=False)
        else:
            from sim.core.file_set import write_text

            write_text(Path(json_to), text)
    if advice.hurts:
        sys.exit(VIOLATED)
