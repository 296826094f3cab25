"""The command line: one file for each subcommand."""

import os
import sys
from collections.abc import Sequence

import click

from sim.cli.lazy_group import LazyGroup, ReaderLeft
from sim.core.errors import SimError

BAD_INPUT = 2
INTERRUPTED = 130
BROKEN_PIPE = 141


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
def cli() -> None:
    """What happens to background jobs when things break?

    Runs retry and retention logic with Bull's semantics in simulated time, breaks
    what a scenario file says, and shows what was delivered, duplicated and lost:
    in-process mode beside queue mode.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code; the console script and ``python -m sim`` exit with it.

    Args:
        arguments: Left out, those of the process.

    Returns:
        0: fine; 1: an expectation is violated; 2: wrong usage or input; 130: interrupted; 141: nobody reads on.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = _run(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        _silence()
        return BROKEN_PIPE
    return code


def _run(arguments: Sequence[str] | None) -> int:
    try:
        code = cli.main(arguments, prog_name="python -m sim", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except SimError as error:
        click.echo(str(error), err=True)
        return BAD_INPUT
    except ReaderLeft:
        raise BrokenPipeError from None
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        click.echo(f"{place}{error.strerror or error}", err=True)
        return BAD_INPUT
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # rich ends with 1 when nobody reads on
            raise end.__context__ from None
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return code if isinstance(code, int) else 0


def _silence() -> None:
    """Let the interpreter flush its streams at exit without complaint, though nobody reads them."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (BrokenPipeError, AttributeError):
            os.dup2(nowhere, stream.fileno())
