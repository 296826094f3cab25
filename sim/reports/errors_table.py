"""The error log as people read it: what went wrong how often, grouped by message.

The error log on a terminal: its messages and how often each came, in place of thousands of lines.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from sim.results.text import duration_in_words

if TYPE_CHECKING:
    from rich.console import Console


MAX_GROUPS = 10
"""Messages that a report shows; those that came first."""


@dataclass
class ErrorGroup:
    """Failed attempts of one mode and queue with the same message.

    Attributes:
        first: The first of them, as the error log has it.
        ends: How many of them had each ``next``.
        jobs: How many jobs they belong to.
    """

    first: dict[str, Any]
    count: int = 0
    ends: dict[str, int] = field(default_factory=dict)
    _jobs: set[str] = field(default_factory=set)

    @property
    def jobs(self) -> int:
        """How many jobs failed so."""
        return len(self._jobs)

    @property
    def message(self) -> str:
        """What was said; the error's name where messages are left out."""
        first = self.first
        return str(first.get("message", first.get("error", "(left out)")))

    @property
    def when(self) -> str:
        """When it happened first, since the run began."""
        return duration_in_words(self.first["t_ms"]) if "t_ms" in self.first else ""

    @property
    def became(self) -> str:
        """What happened next, such as ``retry 12, failed 3``."""
        return ", ".join(f"{what} {count:,}" for what, count in self.ends.items())

    def add(self, line: dict[str, Any]) -> None:
        """Count one more."""
        self.count += 1
        self._jobs.add(f"{line.get('job')}")
        what = line.get("next")
        if what is not None:
            self.ends[what] = self.ends.get(what, 0) + 1


def group_errors(lines: Iterable[dict[str, Any]]) -> list[ErrorGroup]:
    """Group the lines of an error log by mode, queue and message, in the order in which these came first."""
    groups: dict[tuple[Any, ...], ErrorGroup] = {}
    for line in lines:
        key = tuple(line.get(name) for name in ("mode", "queue", "error", "message"))
        if key not in groups:
            groups[key] = ErrorGroup(line)
        groups[key].add(line)
    return list(groups.values())


def print_errors(errors: Iterable[dict[str, Any]], console: "Console") -> None:
    """Print the messages of an error log, the first ones of each mode and queue, at 80 columns."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    groups = group_errors(errors)
    count = sum(group.count for group in groups)
    if not count:
        console.print("The error log is empty: no attempt failed.")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("mode", "queue"):
        table.add_column(heading, overflow="fold")
    table.add_column("times", justify="right", no_wrap=True)
    table.add_column("first at", justify="right")
    table.add_column("message", overflow="fold", ratio=2)
    table.add_column("what happened next", overflow="fold", ratio=1)
    for group in islice(groups, MAX_GROUPS):
        first = group.first
        names = [str(first.get(name, "")) for name in ("mode", "queue")]
        cells = [*names, f"{group.count:,}", group.when, group.message, group.became]
        table.add_row(*map(Text, cells))
    console.print(table)
    left = len(groups) - MAX_GROUPS
    if left > 0:
        console.print(f"And {left:,} more {'message' if left == 1 else 'messages'}.")
    what = "1 failed attempt is" if count == 1 else f"All {count:,} failed attempts are"
    console.print(f"{what} written, a line each, by --error-log FILE.", highlight=False)
