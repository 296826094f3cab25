"""``check``: check scenario files without running them."""

from pathlib import Path

import click

from sim.cli.exit_codes import HOLDS
from sim.cli.scenario_path import ScenarioPath

PLACE = 100


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=ScenarioPath())
def command(files: tuple[Path, ...]) -> int:
    """Check every FILE, and each of its variants, and report each problem with its line and column.

    Notes say which jobs will still be pending when the run ends, because of delays or too few workers.

    Exit code 0: every file can be run; 2: one cannot.
    """
    from sim.advise.outlook import outlook
    from sim.cli.several import one_by_one
    from sim.core.text import one_line
    from sim.scenario.load import load_scenario

    def look(file: Path) -> int:
        scenario = load_scenario(file)
        click.echo(one_line(f"{file}: ok"))
        for note in outlook(scenario):
            click.echo(one_line(f"{file}: note: {note}"))
        if scenario.variant is None:
            return one_by_one([Path(f"{file}:{name}") for name in scenario.variants], look)
        return HOLDS

    return one_by_one(files, look)
