"""``schema``: print the JSON Schema of scenario files, for editors."""

import json

import click

PLACE = 140


@click.command()
def command() -> None:
    """Print the JSON Schema of scenario files; editors use it to complete and check them."""
    from sim.scenario.json_schema import json_schema

    click.echo(json.dumps(json_schema(), indent=2))
