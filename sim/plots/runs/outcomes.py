"""Picture: what happened to the jobs, both modes side by side for every outcome."""

from collections.abc import Callable, Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.plots.figure_style import (
    NARROW_IN,
    PAGE_IN,
    WIDE_IN,
    drawing,
    head_axes,
    head_figure,
    head_in,
    new_figure,
    run_line,
    width_of,
)
from sim.plots.picture import Content, NumberTable, RunPicture
from sim.plots.styles import INK, OUTCOME_LOOKS
from sim.results.delivery_text import CAPTION, delivery_table
from sim.results.result import Result
from sim.results.text import in_words, mode_sentence, shown_measures, table_rows, things

_HEADING = 0.85
_BAR = 1.0
_GAP = 0.45
_CHARACTER_IN = 0.078


def outcomes(result: Result, ax: Axes | None = None) -> Axes:
    """Draw one group of bars for each outcome, one bar per mode, with the numbers at their ends.

    Duplicated jobs are a hatched part of the delivered ones.

    Args:
        result: Of a run.
        ax: Axes to draw into; default: a new figure.
    """
    with drawing():
        title = _title(result)
        if ax is None:
            figure = new_figure(PAGE_IN, _height_in(result) + head_in(title))
            ax = figure.add_subplot()
            head_figure(figure, title, run_line(result, result.modes, PAGE_IN))
        else:
            head_axes(ax, title, run_line(result, result.modes, width_of(ax)))
        _draw(result, ax)
    return ax


def outcomes_figure(result: Result, *, narrow: bool = False) -> Figure:
    """Return the picture as a figure of its own, for a wide page or a narrow one."""
    with drawing():
        width, title = NARROW_IN if narrow else WIDE_IN, _title(result)
        figure = new_figure(width, _height_in(result) + head_in(title))
        head_figure(figure, title, run_line(result, result.modes, width))
        _draw(result, figure.add_subplot())
    return figure


def _title(result: Result) -> str:
    offered = max(one.totals.offered for one in result.modes.values())
    return f"What happened to {things(result, offered)}"


def _groups(result: Result) -> list[str]:
    measures, _overlays = shown_measures(one.totals for one in result.modes.values())
    return [name for name in measures if name != "duplicated"]


def _height_in(result: Result) -> float:
    return bars_in(len(_groups(result)), len(result.modes))


def _draw(result: Result, ax: Axes) -> None:
    draw_bars(ax, {mode: one.totals.as_dict() for mode, one in result.modes.items()}, _groups(result))


def bars_in(groups: int, bars: int) -> float:
    """How high the axes of so many groups with so many bars each are, inches."""
    return 0.8 + 0.26 * groups * (_HEADING + _GAP + _BAR * bars)


def draw_bars(
    ax: Axes,
    totals: Mapping[str, Mapping[str, float]],
    groups: Sequence[str],
    *,
    written: Callable[[float], str] = "{:,}".format,
) -> None:
    """Draw a group of bars for each outcome, in each a bar for everything that is counted.

    Args:
        totals: By the name of what is counted, how many jobs there are of each outcome, and duplicated ones.
        groups: The outcomes, from the top.
        written: Writes a number.
    """
    repeated = any(counts["duplicated"] for counts in totals.values())
    y = 0.0
    ticks: list[float] = []
    longest = 0
    for name in groups:
        heading = OUTCOME_LOOKS[name].label
        if name == "delivered" and repeated:
            heading += " (hatched: twice or more)"
        if name == "late":
            heading += " (a part of the delivered ones)"
        ax.text(0, y, f" {heading}", va="center", ha="left", fontweight="bold", color=INK)
        y += _HEADING
        for counts in totals.values():
            text = _draw_bar(ax, y, name, counts, written)
            longest = max(longest, len(text))
            ticks.append(y)
            y += _BAR
        y += _GAP
    ax.set_yticks(ticks, list(totals) * (len(ticks) // len(totals)))
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(y - _GAP - 0.3, -0.6)
    width_in = max(ax.figure.bbox.width / ax.figure.dpi - 1.3, 1.0)
    share = min(0.6, (longest + 1) * _CHARACTER_IN / width_in)
    most = max(counts[name] for counts in totals.values() for name in ("delivered", *groups))
    ax.set_xlim(0, max(most, 1) / (1 - share))
    marks = MaxNLocator(nbins=3 if width_in < 5 else 6, integer=True).tick_values(0, max(most, 1))
    ax.set_xticks([mark for mark in marks if 0 <= mark <= max(most, 1)])
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.set_xlabel("jobs")


def _draw_bar(ax: Axes, y: float, name: str, counts: Mapping[str, float], written: Callable[[float], str]) -> str:
    """Draw one bar and its number; return the text beside it."""
    look = OUTCOME_LOOKS[name]
    number, duplicated = counts[name], counts["duplicated"]
    text = written(number)
    once = number
    if name == "delivered" and duplicated:
        once = number - duplicated
        twice = OUTCOME_LOOKS["duplicated"]
        ax.barh(
            y,
            duplicated,
            left=once,
            height=0.8,
            color=twice.colour,
            hatch=twice.hatch,
            edgecolor=INK,
            linewidth=0.8,
            label=twice.label,
        )
        text += f" ({written(duplicated)} duplicated)"
    if once:
        edge = "white" if look.colour == "#000000" else INK
        ax.barh(
            y, once, height=0.8, color=look.colour, hatch=look.hatch, edgecolor=edge, linewidth=0.8, label=look.label
        )
    ax.annotate(text, (number, y), xytext=(5, 0), textcoords="offset points", va="center", ha="left")
    return text


def _content(result: Result) -> Content:
    counts = [one.totals for one in result.modes.values()]
    names, overlays = table_rows(counts)
    spoken = " ".join(f"{mode}: {mode_sentence(result, one)}" for mode, one in result.modes.items())
    shown = [("offered", "offered"), *names, *((name, in_words(name)) for name in overlays)]
    rows = [[label, *(f"{one.as_dict()[name]:,}" for one in counts)] for name, label in shown]
    headings, times = delivery_table(result)
    caption = "Every offered job ends in exactly one outcome. Duplicated jobs are also counted as delivered."
    if any(one.late for one in counts):
        caption += " So are late ones: they came later than promised."
    return Content(
        outcomes_figure(result),
        outcomes_figure(result, narrow=True),
        f"Bar chart of outcomes, one bar per mode. {spoken}",
        caption,
        [
            NumberTable("Jobs by outcome, and overlapping counts", ["", *result.modes], rows),
            *([NumberTable(CAPTION, headings, times)] if times else []),
        ],
    )


PICTURE = RunPicture("Outcomes", 10, _content)
