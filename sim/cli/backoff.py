"""``backoff``: show when each attempt of a failing job starts."""

from pathlib import Path

import click

from sim.cli.scenario_path import ScenarioPath

PLACE = 120


@click.command()
@click.argument("scenario", type=ScenarioPath(), required=False)
@click.option("--semantics", type=click.Choice(["documented", "bull-4.16", "both"]), default="both", show_default=True)
@click.option("--queue", help="Only this queue.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON instead of tables.")
def command(scenario: Path | None, semantics: str, queue: str | None, as_json: bool) -> None:
    """Show when each attempt of a job that always fails starts.

    For the three queues of the reliability model, or for the queues of SCENARIO.
    """
    from sim.reports.backoff_table import print_backoff, queues_to_show

    profiles = ["documented", "bull-4.16"] if semantics == "both" else [semantics]
    print_backoff(queues_to_show(scenario, queue), profiles, as_json=as_json)
