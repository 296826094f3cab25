"""What the pictures of a sweep have in common: how modes look, how measures are written, and what stands above."""

from collections.abc import Sequence
from typing import Literal

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.plots.figure_style import WIDE_IN, head_axes, head_figure, sweep_line, width_of
from sim.plots.styles import BLUE, INK, ORANGE
from sim.results.sweep_answers import PARTS, PointAnswer, Summary
from sim.results.sweep_result import SweepResult
from sim.results.sweep_rows import TIMES
from sim.results.text import duration_in_words, in_words
from sim.yaml_files.fields import ModeName

MODE_LOOKS: dict[str, tuple[str, str, Literal["-", "--"]]] = {
    "in-process": (ORANGE, "s", "--"),
    "queue": (BLUE, "o", "-"),
}
"""By mode: colour, marker and line, so that they can be told apart without colour."""
MODE_HATCHES = {"in-process": "////", "queue": ""}
_TIMES = {
    "delivery_mean_ms": "mean",
    "delivery_p50_ms": "median",
    "delivery_p95_ms": "95th percentile",
    "delivery_p99_ms": "99th percentile",
    "delivery_max_ms": "longest",
}
_LEGEND_PT = 16.0


def measure_in_words(measure: str) -> str:
    """Write a measure as the axis of a picture calls it."""
    if measure in TIMES:
        return f"time to delivery, {_TIMES[measure]}"
    return f"{in_words(measure)}, {'share of the jobs' if measure in PARTS else 'per run'}"


def has(answer: PointAnswer, mode: ModeName, measure: str) -> bool:
    """Whether a point has a value: not where no run of it came to an end, and no time where nothing was delivered."""
    return mode in answer.modes and measure in answer.modes[mode]


def scale_of(summary: Summary) -> float:
    """What a mean is divided by to be drawn: jobs offered for shares in all, else 1."""
    return summary.offered if summary.measure in PARTS and summary.offered else 1.0


def format_values(axis: Axis, measure: str) -> None:
    """Let an axis write values of a measure: shares in percent, times with their unit, counts as whole numbers."""
    if measure in TIMES:
        form = FuncFormatter(lambda ms, _place: duration_in_words(round(ms)) if ms >= 0 else "")
    elif measure in PARTS:
        form = FuncFormatter(lambda share, _place: f"{100 * share:.4g}%" if share >= 0 else "")
    else:
        form = FuncFormatter(lambda value, _place: f"{value:,.10g}" if value >= 0 else "")
    axis.set_major_locator(MaxNLocator(nbins=5))
    axis.set_major_formatter(form)


def line_handles(modes: Sequence[str]) -> list[Artist]:
    """Explain which line is which mode."""
    return [
        Line2D(
            [], [], color=colour, marker=marker, markeredgecolor=INK, markeredgewidth=0.5, linestyle=line, label=mode
        )
        for mode, (colour, marker, line) in MODE_LOOKS.items()
        if mode in modes
    ]


def bar_handles(modes: Sequence[str]) -> list[Artist]:
    """Explain which bar is which mode."""
    return [
        Patch(facecolor=colour, hatch=MODE_HATCHES[mode] or None, edgecolor=INK, linewidth=0.4, label=mode)
        for mode, (colour, _marker, _line) in MODE_LOOKS.items()
        if mode in modes
    ]


def noted_line(result: SweepResult, note: str) -> str:
    """Name the sweep in the line below the title of a wide picture; a note has a line of its own."""
    line = sweep_line(result, WIDE_IN)
    return f"{line}\n{note}" if note else line


def head_picture(
    ax: Axes, result: SweepResult, title: str, handles: Sequence[Artist], *, own: bool, modes: Sequence[str] = ()
) -> None:
    """Write title, sweep and legend of a picture with one panel: above a figure of its own, or above given axes.

    Args:
        own: Whether the figure was made for these axes.
        modes: What is shown of the sweep's modes; default: all of them.
    """
    shown = modes or result.modes
    figure = ax.figure
    if own and isinstance(figure, Figure):
        head_figure(figure, title, sweep_line(result, figure.get_figwidth(), modes=shown))
        if len(handles) > 1:
            figure.legend(handles=handles, loc="outside lower left", ncols=2, handlelength=2.6)
        return
    lift_pt = _LEGEND_PT if len(handles) > 1 else 0.0
    head_axes(ax, title, sweep_line(result, width_of(ax), modes=shown), lift_pt=lift_pt)
    if len(handles) > 1:
        ax.legend(
            handles=handles, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2, borderaxespad=0.1, handlelength=2.6
        )
