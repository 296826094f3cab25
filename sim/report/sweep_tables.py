"""The answers of a sweep as tables in the terminal, at 80 columns."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.report.answers import PARTS, Difference, PointAnswer, Summary
from sim.report.sweep_result import TIMES, SweepResult
from sim.report.sweep_words import number, percent, runs_sentence, short_names
from sim.report.words import in_words

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

SHOWN = ("delivered", "duplicated", "lost", "failed")
"""Measures that are shown unless others are asked for."""
_MOST_SENTENCES = 12
_WIDEST_VALUE = 14


def print_sweep(result: SweepResult, console: "Console", measures: Sequence[str] = SHOWN) -> None:
    """Print what a sweep says: means with their intervals, the rare things in words, and how the modes differ."""
    from rich.text import Text

    answers = result.answers
    console.print()
    console.print(Text(result.title, style="bold"))
    console.print(Text(result.question, style="italic"))
    points = f" at {len(result.points):,} points" if len(result.points) > 1 else ""
    semantics = ", ".join(dict.fromkeys(result.semantics))
    console.print(Text(f"{result.runs:,} runs{points}, seed {result.seed}, semantics {semantics}", style="dim"))
    for place, name in enumerate(short_names(result.paths)):
        console.print(Text(f"{_column(place, len(result.paths))}{name} = {result.paths[place]}", style="dim"))
    console.print()
    console.print(answer_table(result, answers, measures))
    if result.answers and all(answer.differences for answer in answers):
        console.print(difference_table(result, answers, measures))
    _print_sentences(answers, measures, console)


def answer_table(result: SweepResult, answers: Sequence[PointAnswer], measures: Sequence[str] = SHOWN) -> "Table":
    """Lay out one row for each mode at each point; under every mean stands its interval."""
    shares = [measure for measure in measures if measure in PARTS]
    title = "Share of the jobs, and 95 % interval of the mean" if shares else "Mean per run, and its 95 % interval"
    if shares and len(shares) < len(measures):
        title = "Share of the jobs or mean per run, and 95 % interval"
    table = _table(result, title, measures)
    for answer in answers:
        for place, (mode, found) in enumerate(answer.modes.items()):
            cells = [_summary_cell(found.get(measure)) for measure in measures]
            table.add_row(*_values(answer, shown=place == 0), mode, *cells)
        table.add_section()
    return table


def difference_table(result: SweepResult, answers: Sequence[PointAnswer], measures: Sequence[str] = SHOWN) -> "Table":
    """Lay out how far queue mode lies above in-process mode, run by run."""
    table = _table(result, "Queue minus in-process, per run, and 95 % interval", measures, mode=False)
    for answer in answers:
        table.add_row(
            *_values(answer), *(_difference_cell(answer.differences.get(measure), measure) for measure in measures)
        )
    return table


def _table(result: SweepResult, title: str, measures: Sequence[str], *, mode: bool = True) -> "Table":
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for name in short_names(result.paths):
        table.add_column(name, max_width=_WIDEST_VALUE, overflow="fold")
    if mode:
        table.add_column("mode", no_wrap=True)
    for measure in measures:
        table.add_column(in_words(measure.removesuffix("_ms")), justify="right", overflow="fold")
    return table


def _values(answer: PointAnswer, *, shown: bool = True) -> list[str]:
    return [value if shown else "" for _path, value in answer.settings]


def _column(place: int, of: int) -> str:
    return "varied: " if place == 0 else " " * len("varied: ") if of else ""


def _summary_cell(summary: Summary | None) -> "Text":
    from rich.text import Text

    if summary is None:
        return Text("-", style="dim")
    share = summary.measure in PARTS and summary.offered > 0
    scale = summary.offered if share else 1.0

    def written(value: float) -> str:
        return percent(value / scale) if share else number(summary.measure, value)

    cell = Text(written(summary.mean))
    interval = summary.interval
    if interval is None:
        cell.append("\n(one run)", style="dim")
    elif summary.is_alike:
        cell.append("\nevery run", style="dim")
    else:
        low, high = written(interval.low), written(interval.high)
        dash = " – " if summary.measure in TIMES else "–"
        cell.append(f"\n{low.removesuffix(' %')}{dash}{high.removesuffix(' %')}", style="dim")
    return cell


def _difference_cell(difference: Difference | None, measure: str) -> "Text":
    from rich.text import Text

    if difference is None:
        return Text("-", style="dim")
    sign = "+" if difference.mean > 0 else ""
    cell = Text(sign + number(measure, difference.mean), style="bold" if difference.is_clear else "")
    interval = difference.interval
    if interval is None:
        cell.append("\n(one run)", style="not bold dim")
    elif interval.low == interval.high:
        cell.append("\nevery run", style="not bold dim")
    else:
        cell.append(f"\n{number(measure, interval.low)} to {number(measure, interval.high)}", style="not bold dim")
    return cell


def _print_sentences(answers: Sequence[PointAnswer], measures: Sequence[str], console: "Console") -> None:
    """Say in how many runs anything happened, for what happened in none or only in some of them."""
    from rich.text import Text

    from sim.report.sweep_words import settings_in_words

    sentences: list[str] = []
    for answer in answers:
        for mode, found in answer.modes.items():
            for measure in measures:
                summary = found.get(measure)
                if summary is None or measure in ("delivered", "attempts", *TIMES):
                    continue
                where = f"{settings_in_words(answer.settings)}, {mode}" if answer.settings else mode
                sentences.append(f"{where}: {runs_sentence(summary)}")
    for sentence in sentences[:_MOST_SENTENCES]:
        console.print(Text(sentence))
    if len(sentences) > _MOST_SENTENCES:
        console.print(Text(f"({len(sentences) - _MOST_SENTENCES:,} more such sentences: --json)", style="dim"))
