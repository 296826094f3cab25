"""The answers of a sweep as tables in the terminal, at 80 columns."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.report.answers import PARTS, Difference, PointAnswer, Summary
from sim.report.sweep_result import TIMES, SweepResult
from sim.report.sweep_words import bounds, number, percent, runs_sentence, short_names
from sim.report.words import in_words

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

SHOWN = ("delivered", "duplicated", "lost", "failed")
"""Measures that are shown unless others are asked for."""
_RARE = ("duplicated", "lost", "rejected", "pending")
_FEW_POINTS = 2
_WIDEST_SETTING = 22


def print_sweep(result: SweepResult, console: "Console", measures: Sequence[str] = SHOWN) -> None:
    """Print what a sweep says: means with their intervals, how the modes differ, and with few points what is rare."""
    from rich.text import Text

    answers = result.answers
    console.print()
    console.print(Text(result.title, style="bold"))
    console.print(Text(result.question, style="italic"))
    semantics = " and ".join(dict.fromkeys(result.semantics))
    console.print(Text(f"{_runs(answers)}, seed {result.seed}, semantics {semantics}", style="dim"))
    for name, path in zip(short_names(result.paths), result.paths, strict=True):
        console.print(Text(f"{name}: {path}", style="dim"))
    _print_table(console, _title(measures), answer_table(answers, measures))
    summaries = [found[name] for answer in answers for found in answer.modes.values() for name in measures]
    if any(not summary.runs_with_any for summary in summaries):
        console.print(Text("(≤ …): in no run; at most this share of the runs has any (95 %)", style="dim"))
    if all(answer.differences for answer in answers):
        title = "Queue minus in-process, per run, with 95 % interval"
        _print_table(console, title, difference_table(answers, measures))
    if len(answers) <= _FEW_POINTS:
        _print_sentences(answers, measures, console)


def answer_table(answers: Sequence[PointAnswer], measures: Sequence[str] = SHOWN) -> "Table":
    """Lay out one row for each mode at each point; under every mean stands its interval."""
    table = _table(answers, measures, mode=True)
    for answer in answers:
        for place, (mode, found) in enumerate(answer.modes.items()):
            first = [_settings(answer) if place == 0 else ""] if answer.settings else []
            table.add_row(*first, mode, *(_summary_cell(found.get(measure)) for measure in measures))
        if answer.settings:
            table.add_section()
    return table


def difference_table(answers: Sequence[PointAnswer], measures: Sequence[str] = SHOWN) -> "Table":
    """Lay out how far queue mode lies above in-process mode, run by run; bold where the interval leaves out zero."""
    table = _table(answers, measures, mode=False)
    for answer in answers:
        first = [_settings(answer)] if answer.settings else []
        table.add_row(*first, *(_difference_cell(answer.differences.get(measure), measure) for measure in measures))
        if len(answer.settings) > 2:
            table.add_section()
    return table


def _runs(answers: Sequence[PointAnswer]) -> str:
    counts = [answer.runs for answer in answers]
    if len(set(counts)) == 1 and len(counts) > 1:
        return f"{counts[0]:,} run{'' if counts[0] == 1 else 's'} at each of {len(counts):,} points"
    points = f" at {len(counts):,} points" if len(counts) > 1 else ""
    return f"{sum(counts):,} run{'' if sum(counts) == 1 else 's'}{points}"


def _title(measures: Sequence[str]) -> str:
    parts = sum(measure in PARTS for measure in measures)
    what = "Share of the jobs" if parts == len(measures) else "Mean per run"
    if 0 < parts < len(measures):
        what = "Share of the jobs, or mean per run"
    return f"{what}, with 95 % interval"


def _print_table(console: "Console", title: str, table: "Table") -> None:
    from rich.text import Text

    console.print()
    console.print(Text(title, style="bold"))
    console.print(table)


def _table(answers: Sequence[PointAnswer], measures: Sequence[str], *, mode: bool) -> "Table":
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    if answers and answers[0].settings:
        table.add_column("", max_width=_WIDEST_SETTING, overflow="fold")
    if mode:
        table.add_column("", no_wrap=True)
    for measure in measures:
        table.add_column(in_words(measure.removesuffix("_ms")), justify="right", overflow="fold")
    return table


def _settings(answer: PointAnswer) -> "Text":
    from rich.text import Text

    names = short_names([path for path, _value in answer.settings])
    return Text("\n".join(f"{name} {value}" for name, (_, value) in zip(names, answer.settings, strict=True)))


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
    if not summary.runs_with_any and summary.measure not in TIMES:
        cell.append(f"\n(≤ {percent(summary.share_with_any.high)})", style="dim")
    elif interval is None:
        cell.append("\none run", style="dim")
    elif summary.is_alike:
        cell.append("\nevery run", style="dim")
    elif share:
        low, high = (written(bound).removesuffix(" %") for bound in interval)
        cell.append(f"\n{low}–{high}", style="dim")
    else:
        cell.append(f"\n{written(interval.low)} – {written(interval.high)}", style="dim")
    return cell


def _difference_cell(difference: Difference | None, measure: str) -> "Text":
    from rich.text import Text

    if difference is None:
        return Text("-", style="dim")
    sign = "+" if difference.mean > 0 else ""
    cell = Text(sign + number(measure, difference.mean), style="bold" if difference.is_clear else "")
    interval = difference.interval
    alike = interval is not None and interval.low == interval.high
    cell.append("\n" + ("every run" if alike else bounds(measure, interval)), style="not bold dim")
    return cell


def _print_sentences(answers: Sequence[PointAnswer], measures: Sequence[str], console: "Console") -> None:
    """Say in how many runs anything happened, and how often that is to be expected."""
    from rich.text import Text

    rare = [measure for measure in measures if measure in _RARE]
    if rare:
        console.print()
        console.print(Text("In how many runs", style="bold"))
    for answer in answers:
        if answer.settings and rare:
            console.print(Text(", ".join(f"{path}={value}" for path, value in answer.settings) + ":"))
        for mode, found in answer.modes.items():
            for measure in rare:
                console.print(Text(f"{mode}: {runs_sentence(found[measure]).removesuffix(' (95 %)')}"))
