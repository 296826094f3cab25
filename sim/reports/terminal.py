"""The terminal that tables are printed on."""

import os
import sys
from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from sim.core.text import printable


class SafeConsole(Console):
    """Rich's console, on which no text does anything but stand there, wherever it came from."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Write out what the terminal would act on; styles are added after this."""
        for segment in super().render(renderable, options):
            if segment.control or segment.text.isprintable():
                yield segment
            else:
                yield Segment(printable(segment.text), segment.style, segment.control)


class Terminal(SafeConsole):
    """A console that a reader may leave before the end: ``python -m sim run ... --out results | head``.

    What comes after the printing, such as writing the files that were asked for, is still done.
    """

    def on_broken_pipe(self) -> None:
        """Print nothing more; the default would end the program."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
