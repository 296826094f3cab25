"""A group of subcommands that are found by their files, and loaded when they are called."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from sim.core.spelling import nearest

_NAMED = re.compile(r'"""``([a-z-]+)``: (.+?\.)(?:"""|\n)')
_PLACED = re.compile(r"^PLACE = (\d+)$", re.M)


def _commands(folder: Path) -> dict[str, tuple[str, str]]:
    """Find the files that are subcommands: those whose docstring begins with their own name, in double ticks.

    They are read and not imported. A name that Python reserves has an underline behind it in the file.
    ``PLACE`` is a file's place in ``--help``; without one it comes last.
    """
    found = []
    for file in sorted(folder.glob("*.py")):
        text = file.read_text(encoding="utf-8")
        named, placed = _NAMED.match(text), _PLACED.search(text)
        if named and named[1].replace("-", "_") == file.stem.removesuffix("_"):
            place = int(placed[1]) if placed else sys.maxsize
            found.append((place, named[1], (f"sim.cli.{file.stem}", named[2][0].upper() + named[2][1:])))
    return {name: command for _place, name, command in sorted(found)}


COMMANDS = _commands(Path(__file__).parent)
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
    """Knows its subcommands from their files, so that ``--help`` imports none of them."""

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
        """List the names in the order of their places."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one subcommand; None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the subcommands' lines."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_module, line) in COMMANDS.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete subcommands, and options as ever."""
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
            raise click.UsageError(f"no such command: {name!r}; {hint}", ctx)
        return super().resolve_command(ctx, args)
