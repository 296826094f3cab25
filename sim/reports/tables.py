"""A result as tables in the terminal."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sim.plots.styles import OUTCOME_LOOKS
from sim.results.delivery_text import CAPTION, delivery_table
from sim.results.outcomes import Counts
from sim.results.result import Check, Result
from sim.results.run_end_text import early_ends
from sim.results.text import MEANINGS, duration_in_words, in_words, mode_sentence, remarks, table_rows, verdict
from sim.scenario.schema import Scenario
from sim.yaml_files.fields import ModeName

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from sim.results.detection import Detections
    from sim.results.metrics import Metrics

_FOLDED = ("fault", "alert", "worker", "fires when", "alerts after", "because")
_NARROWEST = 15
"""A column of names or sentences keeps so many characters where the table is too wide."""


def print_result(result: Result, console: "Console") -> None:
    """Print what a run came to: a header, a sentence and a column for each mode, and what happened to the expectations.

    It reads well at 80 columns; colour repeats what words already say.
    """
    print_outcomes(result, console)
    if result.expectations:
        console.print(expectation_table(result.expectations))
    console.print(verdict(result), style="bold" if result.holds else "bold red", highlight=False, markup=False)


def print_outcomes(result: Result, console: "Console") -> None:
    """Print what a run came to, and nothing of what the scenario expects."""
    _print_header(result, console)
    for text in early_ends(result):
        console.print(text, style="bold yellow", highlight=False, markup=False)
    for mode, one in result.modes.items():
        line = " ".join([mode_sentence(result, one), *remarks(one)])
        _print_text(console, f"{mode}: ", line)
    console.print()
    totals = {mode: one.totals for mode, one in result.modes.items()}
    console.print(outcome_table(totals))
    names = list(result.scenario.queues)
    if len(names) > 1:
        console.print(queue_table(result, names))
    print_delivery(result, console)
    _print_monitoring(result, console)


def _print_monitoring(result: Result, console: "Console") -> None:
    """Print what monitoring made of queue mode, where the scenario speaks of alerts or health."""
    one = result.modes.get("queue")
    if one is None or one.metrics is None or not (result.scenario.alerts or result.scenario.health):
        return
    print_monitoring(one.metrics, one.detections, console)


def print_monitoring(metrics: "Metrics", detections: "Detections", console: "Console") -> None:
    """Print who noticed which fault, what each alert did, and how well each worker was."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from sim.results.monitoring_rows import monitoring_tables

    for caption, headings, rows in monitoring_tables(metrics, detections):
        table = Table(title=caption, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
        table.collapse_padding = True
        for place, heading in enumerate(headings):
            table.add_column(heading, min_width=_width(heading, [row[place] for row in rows]), overflow="fold")
        for row in rows:
            table.add_row(*(Text(cell, style="bold red" if cell.isupper() else "") for cell in row))
        if rows:
            console.print(table)
        else:
            console.print(Text(f"{caption}: none", style="bold"))
            console.print()


def _width(heading: str, cells: list[str]) -> int:
    """Say how narrow a column may become: names and sentences fold, times and counts stay whole."""
    longest = max((len(line) for cell in cells for line in cell.split("\n")), default=0)
    words = max(map(len, heading.split()))
    return max(words, min(longest, _NARROWEST) if heading in _FOLDED else longest)


def print_delivery(result: Result, console: "Console") -> None:
    """Print how long deliveries took, and how many jobs came later than promised; nothing where none was delivered."""
    headings, rows = delivery_table(result)
    if not rows:
        return
    table = _table(CAPTION)
    table.collapse_padding = True
    for place, heading in enumerate(headings):
        if place:
            longest = max(len(text) for text in [heading, *(row[place] for row in rows)])
            table.add_column(heading, justify="right", no_wrap=True, min_width=longest)
        else:
            table.add_column(heading, no_wrap=True, max_width=16)
    for row in rows:
        is_late = headings[-1] == "late" and row[-1] not in ("0", "-")
        table.add_row(*row, style=f"bold {OUTCOME_LOOKS['late'].terminal}" if is_late else "")
    console.print(table)


def outcome_table(totals: Mapping[ModeName, Counts]) -> "Table":
    """Lay out outcomes and overlays, one column a mode."""
    table = _table("Outcomes")
    table.add_column("", no_wrap=True)
    for mode in totals:
        table.add_column(mode, justify="right", no_wrap=True)
    table.add_column("what it counts", style="dim", ratio=1)
    counts = {mode: one.as_dict() for mode, one in totals.items()}
    outcomes, overlays = table_rows(totals.values())
    for rows in ([("offered", "offered")], outcomes, [(name, in_words(name)) for name in overlays]):
        for name, label in rows:
            _add_row(table, name, label, [one[name] for one in counts.values()], MEANINGS[name])
        table.add_section()
    return table


def queue_table(result: Result, names: Sequence[str]) -> "Table":
    """Lay out outcomes queue by queue, one column a mode."""
    table = _table("Queue by queue")
    table.add_column("queue", no_wrap=True, max_width=24)
    table.add_column("", no_wrap=True)
    for mode in result.modes:
        table.add_column(mode, justify="right", no_wrap=True)
    for queue in names:
        counts = [one.queues[queue] for one in result.modes.values()]
        outcomes, _overlays = table_rows(counts)
        for name, label in [("offered", "offered"), *outcomes]:
            numbers = [one.as_dict()[name] for one in counts]
            _add_row(table, name, label, numbers, before=queue if name == "offered" else "")
        table.add_section()
    return table


def expectation_table(checks: Sequence[Check]) -> "Table":
    """Lay out the scenario's expectations, what was seen, and whether they hold."""
    from rich.text import Text

    table = _table("Expectations")
    for heading in ("mode", "queue"):
        table.add_column(heading, no_wrap=True)
    table.add_column("measure", overflow="fold")
    table.add_column("expected", justify="right", no_wrap=True)
    table.add_column("seen", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for check in checks:
        style = "" if check.holds else "bold red"
        table.add_row(
            check.mode,
            Text(check.queue or "all", overflow="ellipsis"),
            in_words(check.measure),
            check.expected,
            check.seen_text,
            "holds" if check.holds else "VIOLATED",
            style=style,
        )
    return table


def defaults_in_force(scenario: Scenario) -> str:
    """Say where the settings come from that the file does not give, for every queue."""
    documented = [name for name, queue in scenario.queues.items() if queue.defaults == "documented"]
    bull = [name for name, queue in scenario.queues.items() if queue.defaults == "bull"]
    said = []
    if documented:
        said.append(f"documented defaults: {', '.join(documented)}")
    if bull:
        said.append(f"Bull's defaults: {', '.join(bull)}")
    return "; ".join(said)


def _print_header(result: Result, console: "Console") -> None:
    from rich.text import Text

    console.print()
    console.print(Text(result.scenario.title, style="bold"))
    console.print(Text(result.scenario.question, style="italic"))
    facts = (
        f"seed {result.seed}, semantics {result.semantics}, store {result.store}, "
        f"simulated time {duration_in_words(result.simulated_ms)}"
    )
    console.print(Text(facts, style="dim"))
    console.print(Text(defaults_in_force(result.scenario), style="dim"))
    console.print()


def _print_text(console: "Console", head: str, text: str) -> None:
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid()
    grid.add_column(no_wrap=True)
    grid.add_column()
    grid.add_row(Text(head.ljust(len("in-process: ")), style="bold"), Text(text))
    console.print(grid)


def _table(title: str) -> "Table":
    from rich import box
    from rich.table import Table

    return Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)


def _add_row(
    table: "Table", name: str, label: str, numbers: list[int], meaning: str | None = None, before: str | None = None
) -> None:
    look = OUTCOME_LOOKS.get(name)
    notable = look is not None and any(numbers) and bool(look.terminal)
    cells = [label, *(f"{number:,}" for number in numbers)]
    if before is not None:
        cells.insert(0, before)
    if meaning is not None:
        cells.append(meaning)
    table.add_row(*cells, style=f"bold {look.terminal}" if notable and look is not None else "")
