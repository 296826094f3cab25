"""Several files given to one command: one that fails is reported, and the others still run."""

from collections.abc import Callable, Iterable
from typing import TypeVar

import click

from sim.cli.exit_codes import BAD_INPUT, HOLDS, INTERNAL

T = TypeVar("T")


def one_by_one(things: Iterable[T], do: Callable[[T], int], failed: Callable[[T, str], None] | None = None) -> int:
    """Do something for each thing, in order, and return the exit code of all: the highest of theirs.

    Args:
        do: Returns the thing's exit code: 0, 1 or 2. What it raises is reported on standard error: an error in
            what was given counts as 2, a fault of the program as 3.
        failed: Is handed the thing that raised, and why in one line.
    """
    from sim.cli.internal_error import tell_internal_error
    from sim.core.errors import SimError
    from sim.core.program import as_called
    from sim.core.replay import in_a_line
    from sim.core.text import printable

    code = HOLDS
    for thing in things:
        try:
            code = max(code, do(thing))
            continue
        except (BrokenPipeError, click.ClickException, click.Abort):
            raise
        except (SimError, OSError) as error:
            why = printable(as_called(_in_words(error)))
            click.echo(why, err=True)
            code = max(code, BAD_INPUT)
        except Exception as error:
            why = f"internal error: {in_a_line(error)}"
            tell_internal_error(error, None)
            code = INTERNAL
        if failed is not None:
            failed(thing, " ".join(why.split()))
    return code


def _in_words(error: Exception) -> str:
    if not isinstance(error, OSError):
        return str(error)
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{error.strerror or error}"
