"""``check``: validate scenario files without running them."""

import sys
from pathlib import Path

import click


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def command(files: tuple[Path, ...]) -> None:
    """Check FILES and name every problem with its line and column.

    Exit code 0: all can be used; 2: one cannot.
    """
    from sim.core.errors import ScenarioError
    from sim.scenario.load import load_scenario

    bad = False
    for file in files:
        try:
            scenario = load_scenario(file)
        except ScenarioError as error:
            bad = True
            click.echo(str(error), err=True)
        else:
            click.echo(f"{file}: ok: {scenario.jobs:,} jobs, {len(scenario.faults)} faults")
    if bad:
        sys.exit(2)
