"""The answers of a sweep as tables in the terminal, at 80 columns."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.results.failed_runs import left_out
from sim.results.sweep_answers import PARTS, REASONS, Difference, PointAnswer, Summary, measures_that_add_up
from sim.results.sweep_result import SweepResult
from sim.results.sweep_rows import TIMES
from sim.results.sweep_text import bounds, number, percent, runs_sentence, short_names, stop_sentence
from sim.results.text import in_words
from sim.yaml_files.problems import listed

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

_RARE = ("duplicated", "late", *REASONS)
_FEW_POINTS = 2
_MAX_EARLY = 4
_MAX_COLUMNS = 4
_WIDEST_SETTING = 22


def print_sweep(result: SweepResult, console: "Console", measures: Sequence[str] = ()) -> None:
    """Print what a sweep says: means with their intervals, how the modes differ, and with few points what is rare.

    Args:
        measures: Left out, those that add up to what was offered.
    """
    from rich.text import Text

    answers = result.answers
    console.print()
    console.print(Text(result.title, style="bold"))
    console.print(Text(result.question, style="italic"))
    semantics = " and ".join(dict.fromkeys(result.semantics))
    console.print(Text(f"{_runs(answers)}, seed {result.seed}, semantics {semantics}", style="dim"))
    if result.stop is not None:
        console.print(Text(stop_sentence(result.stop), style="" if result.stop.is_narrow else "bold yellow"))
    for name, path in zip(short_names(result.paths), result.paths, strict=True):
        console.print(Text(f"{name}: {path}", style="dim"))
    if result.failures:
        console.print(Text(left_out(result.failures, result.runs), style="bold red"))
    _print_early_ends(answers, console)
    tables = _tables(answers, measures)
    for title, columns in tables:
        _print_table(console, title, answer_table(answers, columns))
    if all(answer.differences for answer in answers):
        title = "Difference (queue − in-process), jobs per run, with 95% interval"
        _print_table(console, title, difference_table(answers, tables[0][1]))
    rare = [name for name in measures or _RARE if name in _RARE and (measures or result.promises or name != "late")]
    if len(answers) <= _FEW_POINTS:
        always = measures or ("duplicated", "late", "lost", *measures_that_add_up(answers))
        _print_sentences(answers, [name for name in rare if name in always], console)
    else:
        _print_never_seen(answers, rare, console)


def answer_table(answers: Sequence[PointAnswer], measures: Sequence[str]) -> "Table":
    """Lay out one row for each mode at each point; under every mean stands its interval."""
    table = _table(answers, measures, mode=True)
    for answer in answers:
        for place, (mode, found) in enumerate(answer.modes.items()):
            first = [_settings(answer) if place == 0 else ""] if answer.settings else []
            table.add_row(*first, mode, *(_summary_cell(found.get(measure)) for measure in measures))
        if answer.settings:
            table.add_section()
    return table


def difference_table(answers: Sequence[PointAnswer], measures: Sequence[str]) -> "Table":
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


def _tables(answers: Sequence[PointAnswer], measures: Sequence[str]) -> list[tuple[str, Sequence[str]]]:
    """Choose titles and columns: one table, or two where one with every reason would be wider than 80 columns."""
    if measures:
        return [(_title(measures), measures)]
    chosen = measures_that_add_up(answers)
    if len(chosen) <= _MAX_COLUMNS:
        return [(_title(chosen), chosen)]
    reasons = [name for name in chosen if name in REASONS]
    return [
        (_title(chosen), [name for name in chosen if name not in reasons]),
        ("Why not delivered: share of all jobs, with 95% interval", reasons),
    ]


def _title(measures: Sequence[str]) -> str:
    parts = sum(measure in PARTS for measure in measures)
    what = "Share of the jobs" if parts == len(measures) else "Mean per run"
    if 0 < parts < len(measures):
        what = "Share of the jobs, or mean per run"
    return f"{what}, with 95% interval"


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
    lines = [(name, value) for name, (_, value) in zip(names, answer.settings, strict=True)]
    return Text("\n".join(f"{name}{_between(name, value)}{value}" for name, value in lines))


def _between(name: str, value: str) -> str:
    """Put a value beside its name, or below it where both are wider than their column would be at its narrowest."""
    return " " if len(name) + len(value) < _WIDEST_SETTING - 6 else "\n  "


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
        cell.append("\none run", style="dim")
    elif not summary.runs_with_any and summary.measure not in TIMES:
        cell.append("\nno run", style="dim")
    elif summary.is_alike:
        cell.append("\nevery run", style="dim")
    elif share:
        low, high = (written(bound).removesuffix("%") for bound in interval)
        cell.append(f"\n{low}–{high}", style="dim")
    else:
        low, high = written(interval.low), written(interval.high)
        unit = " s" if low.endswith(" s") and high.endswith(" s") else ""
        cell.append(f"\n{low.removesuffix(unit)} – {high}" if unit else f"\n{low} – {high}", style="dim")
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


def _print_early_ends(answers: Sequence[PointAnswer], console: "Console") -> None:
    """Say where runs ended before all was settled, since what is pending there might still have been delivered."""
    from rich.text import Text

    early = [(answer, mode, count) for answer in answers for mode, count in answer.ended_early.items()]
    for answer, mode, count in early[:_MAX_EARLY]:
        place = "".join(f", {path}={value}" for path, value in answer.settings)
        text = f"Stopped early, {mode}{place}: {count:,} of {answer.runs:,} runs ended with jobs pending."
        console.print(Text(text, style="bold yellow"))
    if early:
        more = f"The same in {len(early) - _MAX_EARLY:,} more rows. " if len(early) > _MAX_EARLY else ""
        console.print(Text(f"{more}A longer `duration` in the scenario gives them time; `run` says how long."))


def _print_sentences(answers: Sequence[PointAnswer], rare: Sequence[str], console: "Console") -> None:
    """Say in how many runs anything happened, and how often that is to be expected."""
    from rich.text import Text

    if not rare:
        return
    console.print()
    console.print(Text("How many runs are affected, with 95% bounds", style="bold"))
    for answer in answers:
        if answer.settings:
            console.print(Text(", ".join(f"{path}={value}" for path, value in answer.settings) + ":"))
        for mode, found in answer.modes.items():
            for measure in rare:
                console.print(Text(f"{mode}: {runs_sentence(found[measure]).removesuffix(' (95%)')}"))


def _print_never_seen(answers: Sequence[PointAnswer], rare: Sequence[str], console: "Console") -> None:
    """Say of what happened in no run at all how often it may happen."""
    from rich.text import Text

    every = [found for answer in answers for found in answer.modes.values()]
    never = [measure for measure in rare if not any(found[measure].runs_with_any for found in every)]
    if not never:
        return
    fewest = min((found[never[0]] for found in every), key=lambda summary: summary.runs)
    runs = f"{fewest.runs:,} run{'' if fewest.runs == 1 else 's'}"
    console.print()
    console.print(Text(f"In no run at any point: {listed([in_words(name) for name in never], 'and')}."))
    bound = percent(fewest.share_with_any.high)
    console.print(
        Text(f"Zero in {runs} at a point means that at most {bound} of its runs have any (95%).", style="dim")
    )
