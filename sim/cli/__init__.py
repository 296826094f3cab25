"""The command line: one file for each subcommand."""

import atexit
import gc
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

import click

from sim.cli.completion import VARIABLE
from sim.cli.endings import stopped_by, stopping_on_signals
from sim.cli.exit_codes import BAD_INPUT, BROKEN_PIPE, INTERNAL, INTERRUPTED
from sim.cli.lazy_group import LazyGroup, ReaderLeft
from sim.core.errors import SimError
from sim.core.gc_tuning import fewer_collections
from sim.core.program import as_called, program_name
from sim.core.text import printable


def _tell_version(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from sim.core.version import version

        click.echo(f"jobworker-sim {version()}")
        ctx.exit()


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_tell_version,
    help="Show the version and exit.",
)
def cli() -> None:
    """What happens to background jobs when things break?

    Runs retry and retention logic with Bull's semantics in simulated time, injects
    the faults that a scenario file describes, and shows what was delivered,
    duplicated and lost in in-process mode and in queue mode, side by side.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code; the console script and ``python -m sim`` exit with it.

    Args:
        arguments: Left out, those of the process.

    Returns:
        0: fine; 1: an expectation is violated; 2: wrong usage or input; 3: a fault of the program itself; 129, 130,
        143: ended by SIGHUP, Ctrl-C or SIGTERM; 141: nobody reads on.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    atexit.register(gc.freeze)  # the system takes all memory back at once; to look through it takes long
    try:
        with stopping_on_signals(), fewer_collections():
            code = _run(arguments)
            if sys.stdout is not None:
                sys.stdout.flush()
    except BrokenPipeError:
        _silence()
        return BROKEN_PIPE
    except (click.Abort, KeyboardInterrupt) as error:
        stopped = stopped_by(error)
        return INTERRUPTED if stopped is None else stopped.exit_code
    except OSError as error:
        return _refused(error)
    except Exception as error:
        from sim.cli.internal_error import tell_internal_error

        tell_internal_error(error, arguments)
        return INTERNAL
    return code


def _run(arguments: Sequence[str] | None) -> int:
    try:
        code = cli.main(arguments, prog_name=program_name(), complete_var=VARIABLE, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return BAD_INPUT
    except SimError as error:
        click.echo(printable(as_called(str(error))), err=True)
        return BAD_INPUT
    except ReaderLeft:
        raise BrokenPipeError from None
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # rich ends with 1 when nobody reads on
            raise end.__context__ from None
        return end.code if isinstance(end.code, int) else INTERNAL if end.code is not None else 0
    return code if isinstance(code, int) else 0


def _refused(error: OSError) -> int:
    """Say what the operating system refused: a file, a port, room on the disk."""
    place = f"{error.filename}: " if error.filename else ""
    with suppress(OSError):
        click.echo(printable(f"{place}{error.strerror or error}"), err=True)
    return BAD_INPUT


def _silence() -> None:
    """Let the interpreter flush its streams at exit without complaint, though nobody reads them."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (BrokenPipeError, AttributeError):
            os.dup2(nowhere, stream.fileno())
