"""What the program is called on the command line that started it."""

import re
import sys
from pathlib import Path

MODULE = "python -m sim"
"""What texts, files and JSON call it, which do not depend on how the program was started."""
SCRIPT = "jobworker-sim"
"""The command that an installation brings."""
_MODULE = re.compile(r"\bpython\s+-m\s+sim\b(?!\.)")


def program_name() -> str:
    """Return ``jobworker-sim`` where the installed command was called, and ``python -m sim`` everywhere else."""
    return SCRIPT if Path(sys.argv[0] if sys.argv else "").stem == SCRIPT else MODULE


def as_called(text: str, name: str | None = None) -> str:
    """Write the commands in a text that a person reads so that they work as this one did.

    Args:
        name: What the program was called; default: its name this time.
    """
    return _MODULE.sub(name or program_name(), text)
