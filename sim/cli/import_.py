"""``import``: make a scenario of your own Bull configuration."""

from pathlib import Path
from shlex import quote

import click

from sim.cli.new import must_be_new, write_new
from sim.core.program import program_name

PLACE = 95


@click.command()
@click.argument("options", metavar="FILE", type=click.Path(path_type=Path))
@click.argument("name", metavar="[NAME]", required=False)
def command(options: Path, name: str | None) -> int:
    """Write a commented scenario to NAME.yaml from FILE, which has options of Bull in JSON or YAML.

    FILE has what you pass to `new Queue(name, {...})`: `settings`, `limiter`, `redis`, `defaultJobOptions`, and what
    `add()` gets under `add`. Every option is converted, or named with the reason why it is not. No file is overwritten.

    Exit code 0: the scenario is written and can be run; 2: the file has an unknown option or a wrong value.
    """
    from sim.bull_import.read import read_options
    from sim.bull_import.report import print_answers
    from sim.bull_import.write import scenario_text
    from sim.reports.terminal import Terminal
    from sim.scenario.load import parse_scenario, read_text

    target = Path(name or options.with_suffix("").name)
    target = target if target.suffix in (".yaml", ".yml") else target.with_name(f"{target.name}.yaml")
    if target == options:
        target = target.with_name(f"{options.stem}-scenario.yaml")
    queues = read_options(read_text(options), str(options))
    must_be_new(target)
    file = quote(str(target))
    text = scenario_text(queues, options.name, program_name(), file)
    parse_scenario(text, str(target))
    write_new(target, text)
    print_answers(queues, Terminal())
    click.echo(f"wrote {target}\n\nSay what jobs come and what breaks, and then:\n  {program_name()} run {file}")
    return 0
