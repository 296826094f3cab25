"""``check``: look at scenario files without running them."""

from pathlib import Path

import click

from sim.cli.scenario_path import ScenarioPath


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=ScenarioPath())
def command(files: tuple[Path, ...]) -> int:
    """Check every FILE and name each problem with its line and column.

    Notes say what will still be pending when the run ends, because of delays or too few workers.

    Exit code 0: all of them can be run; 2: one cannot.
    """
    from sim.advise.outlook import outlook
    from sim.core.errors import ScenarioError
    from sim.core.text import one_line
    from sim.scenario.load import load_scenario

    code = 0
    for file in files:
        try:
            scenario = load_scenario(file)
        except ScenarioError as error:
            click.echo(str(error), err=True)
            code = 2
        else:
            click.echo(one_line(f"{file}: ok"))
            for note in outlook(scenario):
                click.echo(one_line(f"{file}: note: {note}"))
    return code
