"""A comparison in the terminal, on one screen of 80 columns."""

import shlex
from collections.abc import Iterator, Sequence
from io import StringIO
from itertools import pairwise
from textwrap import wrap
from typing import TYPE_CHECKING

from sim.comparisons.comparison import Comparison, MeasureComparison, ModeComparison
from sim.comparisons.one_job import JobDifference, fate
from sim.comparisons.sides import ModePair
from sim.comparisons.words import (
    PARTS,
    all_alike,
    heading,
    measure_in_words,
    rows,
    sentences,
    side_names,
)
from sim.core.program import as_called
from sim.results.job_story import StoryLine
from sim.results.sweep_rows import TIMES
from sim.results.sweep_text import bounds, number
from sim.results.text import OVERLAYS
from sim.results.trace import EventKind

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

WIDTH = 80
MAX_SETTINGS = 12
"""Settings that differ and are listed; the rest is counted."""
MAX_LINES = 40
"""Of a screen: a job's story leaves out what has no room."""
_PART_LINES = (20, 3)
"""Of a part of a job's story; a longer one leaves out its middle. The most, and what there is in any case."""
_STORY_INDENT = 20
_TELLING = (
    *(EventKind.EFFECT, EventKind.EFFECT_DEDUPLICATED, EventKind.KILLED, EventKind.FAILED, EventKind.REJECTED),
    *(EventKind.LOST, EventKind.DATA_LOST, EventKind.RESTORED, EventKind.EVICTED, EventKind.DEAD_LETTERED),
)
"""What is left out last."""


def print_comparison(comparison: Comparison, console: "Console") -> None:
    """Print what differs in the settings and in the runs, and the job that shows it best."""
    _print_measures(comparison, console)
    _print_job(comparison, console)
    _print_commands(comparison, console)


def _print_measures(comparison: Comparison, console: "Console") -> None:
    from rich.text import Text

    for label, name in zip("AB", side_names(comparison), strict=True):
        console.print(Text(f"{label}  {name}", style="bold"))
    console.print(Text(heading(comparison), style="dim"))
    console.print()
    _print_settings(comparison, console)
    for mode in comparison.modes.values():
        _print_mode(mode, console)


def _print_commands(comparison: Comparison, console: "Console") -> None:
    from rich.text import Text

    if comparison.number is not None:
        console.print(Text(f"\nRun {comparison.number} of each:"))
        for side in (comparison.a, comparison.b):
            for place, line in enumerate(command_lines(as_called(side.command(comparison.number)), WIDTH - 3)):
                console.print(Text(f"{'   ' if place else f'{side.label}  '}{line}", style="dim"), soft_wrap=True)


def command_lines(command: str, width: int) -> list[str]:
    """Break a command before its options so that the lines fit into a width and can be copied together."""
    parts = list(_command_parts(shlex.split(command)))
    lines = [parts[0]]
    for place, part in enumerate(parts[1:], start=2):
        longer = f"{lines[-1]} {part}"
        if len(longer) <= (width if place == len(parts) else width - 2):
            lines[-1] = longer
        else:
            lines[-1] += " \\"
            lines.append(f"  {part}")
    return lines


def _command_parts(words: Sequence[str]) -> Iterator[str]:
    """Yield the parts of a command that stay on a line: the program, the file, and each option with its value."""
    starts = [place for place, word in enumerate(words) if word.startswith("--")]
    cuts = [0, starts[0] - 1, *starts, len(words)]
    for start, end in pairwise(cuts):
        yield shlex.join(words[start:end])


def _print_settings(comparison: Comparison, console: "Console") -> None:
    from rich.table import Table
    from rich.text import Text

    settings = comparison.settings
    if not settings:
        console.print(Text("What differs: nothing that changes a run."))
        return
    table = Table.grid(padding=(0, 2))
    table.add_column(overflow="fold", max_width=38)
    table.add_column(overflow="fold", max_width=36)
    table.add_column(overflow="fold", max_width=36)
    table.add_row(*(Text(text, style="bold") for text in ("What differs", "A", "B")))
    for one in settings[:MAX_SETTINGS]:
        table.add_row(Text(one.path), Text(_cut(one.a)), Text(_cut(one.b)))
    console.print(table)
    if len(settings) > MAX_SETTINGS:
        console.print(Text(f"and {len(settings) - MAX_SETTINGS:,} more settings", style="dim"))


def _cut(text: str, most: int = 72) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _print_mode(mode: ModeComparison, console: "Console") -> None:
    from rich.text import Text

    console.print()
    alike = all_alike(mode)
    if alike is not None:
        console.print(Text(f"{mode.modes.name}: {alike}"))
        return
    console.print(_table(mode))
    console.print(Text(" ".join(sentences(mode))))


def _table(mode: ModeComparison) -> "Table":
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    table.add_column(mode.modes.name, no_wrap=True)
    for title in ("A", "B", "B − A"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("95% interval")
    for name in rows(mode):
        found = mode.measures[name]
        if not found.varies and name in (*OVERLAYS, *TIMES):
            continue
        label = f"  {measure_in_words(name)}" if name in PARTS else measure_in_words(name)
        fewer = f" ({found.difference.runs:,} runs)" if found.difference.runs < mode.runs else ""
        apart = found.difference
        sign = "+" if apart.mean > 0 else ""
        table.add_row(
            label + fewer,
            *(number(name, side.mean) for side in (found.a, found.b)),
            f"{sign}{_signed(number(name, apart.mean))}",
            _interval(name, found),
            style="bold" if apart.is_clear else "",
        )
    return table


def _interval(name: str, found: MeasureComparison) -> str:
    apart = found.difference
    if not found.varies:
        return "no difference"
    if apart.interval is None:
        return "one run"
    if apart.interval.low == apart.interval.high:
        return "in every run"
    return _signed(bounds(name, apart.interval))


def _signed(text: str) -> str:
    """Write the minus sign of the heading."""
    return text.replace("-", "−")


def _print_job(comparison: Comparison, console: "Console") -> None:
    from rich.text import Text

    if comparison.number is None:
        return
    console.print()
    if comparison.not_paired is not None:
        console.print(Text(f"No job is told in both: {comparison.not_paired}."))
    elif comparison.job is None:
        console.print(Text(f"No job ends differently in run {comparison.number}."))
    else:
        for line in job_lines(comparison.job, comparison.number, MAX_LINES - _other_lines(comparison)):
            console.print(Text(line, style="bold" if line[:1].strip() else ""))


def _other_lines(comparison: Comparison) -> int:
    """Count the lines of a screen beside a job's story, with the empty one above it."""
    from sim.reports.terminal import SafeConsole

    console = SafeConsole(file=StringIO(), width=WIDTH)
    with console.capture() as printed:
        _print_measures(comparison, console)
        _print_commands(comparison, console)
    return len(printed.get().splitlines()) + 1


def job_lines(job: JobDifference, number: int, room: int) -> list[str]:
    """Tell a job's story in both: what is the same once, then what followed in A and in B.

    Args:
        number: Of the run.
        room: How many lines there are; where that is too few for a story that can be followed, it has more.
    """
    most, fewest = _PART_LINES
    told: list[str] = []
    for part in range(most, fewest - 1, -1):
        told = _job_lines(job, number, part)
        if len(told) <= room:
            break
    return told


def _job_lines(job: JobDifference, number: int, part: int) -> list[str]:
    shows = "{} goes another way" if job.ends_alike else "{} shows it"
    lines = [f"{shows.format(job.a.job)}, in run {number} ({ModePair(job.a.mode, job.b.mode).name} mode)"]
    lines += _story(job.both, job, part)
    for label, one, story in (("A", job.a, job.a_story), ("B", job.b, job.b_story)):
        lines += wrap(f"{label}: {fate(one)}", WIDTH, subsequent_indent="   ")
        lines += _story(story, job, part)
    if job.end:
        lines += ["Then in both:", *_story(job.end, job, part)]
    return lines


def _story(story: list[StoryLine], job: JobDifference, most: int) -> list[str]:
    """Write a part of a story; one that is too long leaves out the stretch of its middle that says least."""
    hidden = len(story) - most + 1 if len(story) > most else 0
    places = range(1, len(story) - hidden)
    first = min(places, key=lambda at: _weight(story[at : at + hidden])) if hidden else len(story)
    lines: list[str] = []
    for place, line in enumerate(story):
        if hidden and place == first:
            lines.append(f"{'':>14}… {hidden} more")
        if not first <= place < first + hidden:
            lines += _wrapped(line.written(long=job.is_long))
    return lines


def _weight(story: list[StoryLine]) -> int:
    """Say how much some lines tell: effects and ends most, what broke around the job more than its usual course."""
    return sum(3 if line.kind in _TELLING else 1 if line.of_the_job else 2 for line in story)


def _wrapped(line: str) -> list[str]:
    """Break a line at 80 columns; what follows is indented below its text."""
    indent = len(line) - len(line.lstrip())
    return wrap(line.lstrip(), WIDTH - 1, initial_indent=" " * indent, subsequent_indent=" " * _STORY_INDENT)
