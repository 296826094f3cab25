"""The command line: one file for each subcommand, loaded when it is called."""

import sys
from importlib import import_module
from typing import Any

import click

COMMANDS = {
    "run": "Run a scenario and show what was delivered, duplicated and lost.",
    "check": "Check scenario files without running them.",
    "scenarios": "List the scenarios that come with the project.",
    "backoff": "Show when the attempts of a failing job come.",
    "schema": "Print the JSON Schema of scenario files.",
}


class LazyGroup(click.Group):
    """Loads a subcommand's module when it is called, so that ``--help`` costs nothing."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the subcommands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one subcommand; None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"sim.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of subcommands without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest the nearest name for one that does not exist."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            close = get_close_matches(args[0], COMMANDS, 1)
            hint = f"; did you mean {close[0]}?" if close else f"; there are: {', '.join(COMMANDS)}"
            raise click.UsageError(f"no command {args[0]!r}{hint}", ctx)
        return super().resolve_command(ctx, args)


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
def cli() -> None:
    """What happens to background jobs when things break?

    Runs retry and retention logic with Bull's semantics in simulated time, breaks
    what a scenario file says, and shows what was delivered, duplicated and lost:
    in-process mode beside queue mode.
    """


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; errors that people can mend are one line each and exit code 2."""
    from sim.core.errors import SimError

    try:
        return cli.main(args=arguments, prog_name="python -m sim")
    except SimError as error:
        click.echo(f"{error}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
