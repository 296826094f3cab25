"""The terminal that tables are printed on."""

import os
import sys

from rich.console import Console


class Terminal(Console):
    """Rich's console, which a reader may leave before the end: ``python -m sim run ... --out results | head``.

    What comes after the printing, such as writing the files that were asked for, is still done.
    """

    def on_broken_pipe(self) -> None:
        """Print nothing more; the default would end the program."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
