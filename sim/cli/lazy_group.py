"""A group of subcommands that are loaded when they are called."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click
from click.shell_completion import CompletionItem

from sim.core.spelling import nearest

COMMANDS = {
    "run": ("sim.cli.run", "Run a scenario and show what was delivered, duplicated and lost."),
    "serve": ("sim.cli.serve", "Serve a live run: a web page, and its Redis on a port."),
    "rehearse": ("sim.cli.rehearse", "Run a scenario for real and compare with its prediction."),
    "exercise": ("sim.cli.exercise", "Training: exercises that check themselves."),
    "lessons": ("sim.cli.lessons", "Copy the lessons, which are notebooks, to a folder of yours."),
    "alerts": ("sim.cli.alerts", "Show which alert notices which fault, or export the alerts."),
    "sweep": ("sim.cli.sweep", "Run a scenario a thousand times, over a grid of values."),
    "advise": ("sim.cli.advise", "Say what will hurt in a scenario's configuration, and why."),
    "new": ("sim.cli.new", "Write a scenario of your own, to begin with."),
    "check": ("sim.cli.check", "Check scenario files without running them."),
    "scenarios": ("sim.cli.scenarios", "List the scenarios that come with the project."),
    "backoff": ("sim.cli.backoff", "Show when each attempt of a failing job comes."),
    "completion": ("sim.cli.completion", "Print the script with which a shell completes the command."),
    "schema": ("sim.cli.schema", "Print the JSON Schema of scenario files, for editors."),
}
"""By name: the module that has the subcommand as ``command``, and its line in ``--help``."""


class ReaderLeft(Exception):
    """Nobody reads standard output any more, as with ``| head -1``; click would turn that into exit code 1."""


@contextmanager
def _noticing_that_the_reader_left() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise ReaderLeft from None


class LazyGroup(click.Group):
    """Knows its subcommands from a table, so that ``--help`` imports none of them."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Parse the arguments, and print help where that is asked for.

        Raises:
            ReaderLeft: Nobody reads it.
        """
        with _noticing_that_the_reader_left():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the subcommand.

        Raises:
            ReaderLeft: Nobody reads what it prints.
        """
        with _noticing_that_the_reader_left():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one subcommand; None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the subcommands' lines from the table."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_module, line) in COMMANDS.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete subcommands from the table, and options as ever."""
        found = [CompletionItem(name, help=line) for name, (_, line) in COMMANDS.items() if name.startswith(incomplete)]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the subcommand that was asked for, or suggest the nearest.

        Raises:
            click.UsageError: There is none of that name.
        """
        name = args[0]
        if name not in COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            near = nearest(name, COMMANDS)
            hint = f"did you mean {near}?" if near else f"there are: {', '.join(COMMANDS)}"
            raise click.UsageError(f"no command {name!r}; {hint}", ctx)
        return super().resolve_command(ctx, args)
