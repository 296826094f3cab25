"""The error log on a terminal: its messages and how often each came, in place of thousands of lines."""

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
from sim.reports.error_groups import group_errors

MAX_GROUPS = 10
"""Messages that a report shows; those that came first."""


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
    what = "the failed attempt" if count == 1 else f"all {count:,} failed attempts, one per line"
    console.print(f"--error-log FILE writes {what}.", highlight=False)
