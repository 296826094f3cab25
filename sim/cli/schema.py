"""``schema``: the JSON Schema of scenario files."""

import click


@click.command()
def command() -> None:
    """Print the JSON Schema of scenario files, for editors that complete and check them."""
    import json

    from sim.scenario.json_schema import json_schema

    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))
