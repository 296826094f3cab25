"""What is printed when the program itself fails, so that whoever reads the report can reproduce it."""

import hashlib
import os
import platform
import shlex
import stat
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path

from sim.core.program import program_name
from sim.core.replay import in_a_line, options_of
from sim.core.version import version

_MAX_BYTES = 1 << 20


def tell_internal_error(error: Exception, arguments: Sequence[str] | None) -> None:
    """Say on standard error that the program itself failed, and what a report of it needs."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    told = [
        f"internal error: {in_a_line(error)}",
        "This is a bug in the program, not in your input. Please report it with these lines:",
        f"  version    {version()}, Python {platform.python_version()}",
        f"  command    {shlex.join([*program_name().split(), *given])}",
    ]
    files = _scenarios(given)
    told += [f"  scenario   {path} (SHA-256 {digest})" for path, digest in files]
    options = options_of(error)
    if options is not None:
        path = shlex.quote(files[0][0]) if files else "SCENARIO"
        told.append(f"  replay     {program_name()} run {path} {options}")
    told.append(_where_the_traceback_is(error))
    _say("\n".join(told))


def _scenarios(arguments: Sequence[str]) -> list[tuple[str, str]]:
    """List the files that the command was given which may be scenarios, each with its SHA-256."""
    found: list[tuple[str, str]] = []
    for text in arguments:
        path = Path(text)
        try:
            about = path.stat()
            if stat.S_ISREG(about.st_mode) and about.st_size <= _MAX_BYTES:
                found.append((text, hashlib.sha256(path.read_bytes()).hexdigest()))
        except (OSError, ValueError):
            continue
    return found


def _where_the_traceback_is(error: Exception) -> str:
    """Put the traceback into a file of its own; where there is no room for one, into the message."""
    text = "".join(traceback.format_exception(error))
    try:
        handle, name = tempfile.mkstemp(prefix="jobworker-sim-", suffix=".traceback.txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError:
        return text
    return f"  traceback  {name}"


def _say(text: str) -> None:
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:
        return  # nobody hears it; the exit code tells
