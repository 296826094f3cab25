"""Picture: jobs over time, by state above and what had come of them below, with everything that was broken."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from sim.report.canvas import NARROW_IN, WIDE_IN, drawing, new_figure
from sim.report.fault_strip import ROW_IN, draw_strip, shade_windows
from sim.report.fault_windows import FaultRow, FaultWindow, fault_rows, fault_windows
from sim.report.replay import State
from sim.report.result import ModeResult, Result
from sim.report.series import Curve, Depth, Progress, progress, queue_depth, thin
from sim.report.style import FAINT, INK, OUTCOME_LOOKS, STATE_LOOKS
from sim.report.time_axis import set_time_axis
from sim.scenario.fields import ModeName

Panels = NDArray[np.object_]
LineStyle = str | tuple[int, tuple[int, ...]]
_MOST_POINTS = 300
_PANEL_IN = 2.1
_LABELS_IN = 1.5


@dataclass(frozen=True)
class ModeSeries:
    """What a timeline shows of one mode."""

    result: ModeResult

    @cached_property
    def depth(self) -> Depth:
        """Jobs by state over time."""
        return queue_depth(self.result.ledger, self.result.simulated_ms)

    @cached_property
    def progress(self) -> Progress:
        """What had come of the jobs over time."""
        return progress(self.result.ledger, self.result.simulated_ms)

    @property
    def has_dead_letters(self) -> bool:
        """Whether any job was ever in a dead letter queue."""
        return bool(self.progress.dead.so_far.any())

    @cached_property
    def windows(self) -> list[FaultWindow]:
        """What was broken when."""
        return fault_windows(self.result.ledger, self.result.simulated_ms)

    @cached_property
    def rows(self) -> list[FaultRow]:
        """What was broken when, gathered into rows."""
        return fault_rows(self.windows)


def plot_timeline(result: Result, mode: ModeName = "queue", *, axes: Sequence[Axes] | Panels | None = None) -> Panels:
    """Draw one mode over time and return two axes: unfinished jobs by state, and what had come of the jobs.

    Everything that was broken is named in a strip above and shaded in both. Losses are drawn at the moment when the
    last trace of the job vanished.

    Args:
        mode: The mode to draw; the only one there is where the result has no such mode.
        axes: Two axes to draw into; left out, a new figure.
    """
    series = ModeSeries(_choose(result, mode))
    with drawing():
        if axes is None:
            figure = new_figure(WIDE_IN * 0.75, _column_height_in([series]) + 0.4)
            columns = _lay_out(figure, [series], side_by_side=True)
            _draw_columns(figure, [series], columns, result.simulated_ms, width_in=WIDE_IN * 0.75 - 2)
            _add_legend(figure, [series], columns=4)
            upper, lower = columns[0][1:]
        else:
            upper, lower = axes
            assert upper is not None
            strip = _inset_strip(upper, series)
            most = (int(series.depth.total.max()), series.progress.offered.last)
            _draw_mode(series, (strip, upper, lower), result.simulated_ms, most, len(series.rows), width_in=4.0)
            upper.legend(handles=_patches([series]), loc="upper right", frameon=True, framealpha=0.8)
    panels = np.empty(2, dtype=object)
    panels[:] = [upper, lower]
    return panels


def timeline_figure(result: Result, *, narrow: bool = False, series: Sequence[ModeSeries] | None = None) -> Figure:
    """Return the picture of every mode: side by side on a wide page, one above the other on a narrow one.

    Args:
        series: What it shows, one item a mode, where that was worked out before.
    """
    every = [ModeSeries(one) for one in result.modes.values()] if series is None else list(series)
    side_by_side = not narrow
    with drawing():
        tall = [_column_height_in([series]) for series in every]
        height = (_column_height_in(every) + 0.75) if side_by_side else (sum(tall) + 1.2)
        figure = new_figure(NARROW_IN if narrow else WIDE_IN, height)
        columns = _lay_out(figure, every, side_by_side=side_by_side)
        across = 1 if narrow else len(every)
        width_in = (figure.get_figwidth() - 0.7) / across - _LABELS_IN
        _draw_columns(figure, every, columns, result.simulated_ms, width_in=width_in, shared=side_by_side)
        _add_legend(figure, every, columns=2 if narrow else 5)
        figure.suptitle("Jobs over time", x=0.01, ha="left", fontweight="bold", fontsize=12)
    return figure


def _choose(result: Result, mode: ModeName) -> ModeResult:
    return result.modes[mode] if mode in result.modes else next(iter(result.modes.values()))


def _column_height_in(every: Sequence[ModeSeries]) -> float:
    return 2 * _PANEL_IN + ROW_IN * _most_rows(every) + 0.9


def _most_rows(every: Sequence[ModeSeries]) -> int:
    return max(len(series.rows) for series in every)


Column = tuple[Axes | None, Axes, Axes]


def _lay_out(figure: Figure, every: Sequence[ModeSeries], *, side_by_side: bool) -> list[Column]:
    """Make strip, upper and lower axes for each mode; without any fault there is no strip."""
    rows = _most_rows(every)
    panels = [_PANEL_IN, _PANEL_IN]
    tall = [ROW_IN * (rows if side_by_side else max(1, len(series.rows))) for series in every]
    across = len(every) if side_by_side else 1
    stacked = [tall[0]] if side_by_side else tall
    ratios = [height for strip in stacked for height in ([strip, *panels] if rows else panels)]
    grid = figure.add_gridspec(len(ratios), across, height_ratios=ratios)
    heights = ratios[: len(ratios) // len(stacked)]
    columns: list[Column] = []
    for place in range(len(every)):
        first, column = (0, place) if side_by_side else (place * len(heights), 0)
        made = [figure.add_subplot(grid[first + row, column]) for row in range(len(heights))]
        columns.append((made[0], made[1], made[2]) if rows else (None, made[0], made[1]))
    return columns


def _draw_columns(
    figure: Figure,
    every: Sequence[ModeSeries],
    columns: Sequence[Column],
    end_ms: int,
    *,
    width_in: float,
    shared: bool = False,
) -> None:
    most = (
        max(int(series.depth.total.max()) for series in every),
        max(series.progress.offered.last for series in every),
    )
    for place, (series, column) in enumerate(zip(every, columns, strict=True)):
        rows = _most_rows(every) if shared else max(1, len(series.rows))
        _draw_mode(series, column, end_ms, most, rows, width_in=width_in)
        if shared and place:
            for panel in column[1:]:
                panel.set_ylabel("")


def _draw_mode(
    series: ModeSeries, column: Column, end_ms: int, most: tuple[int, int], rows: int, *, width_in: float
) -> None:
    strip, upper, lower = column
    if strip is not None:
        draw_strip(strip, series.rows, end_ms, width_in=width_in, most_rows=rows)
    (strip or upper).set_title(series.result.mode)
    _draw_depth(upper, series.depth)
    _draw_progress(lower, series.progress, most[1])
    ticks = max(3, min(7, int(width_in / 0.55)))
    for panel, top in ((upper, most[0]), (lower, most[1])):
        shade_windows(panel, series.windows)
        set_time_axis(panel, end_ms, most_ticks=ticks)
        panel.set_ylim(0, max(top, 1) * 1.08)
        panel.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
        panel.yaxis.set_major_formatter("{x:,.0f}")
    upper.set_xlabel("")
    upper.tick_params(axis="x", labelbottom=False)
    upper.set_ylabel("unfinished jobs")
    lower.set_ylabel("jobs so far")


def _draw_depth(ax: Axes, depth: Depth) -> None:
    outlined = len(depth.t_ms) <= _MOST_POINTS
    depth = thin(depth, _MOST_POINTS)
    floor = np.zeros(len(depth.t_ms), dtype=np.int64)
    for state, look in STATE_LOOKS.items():
        counts = depth.by_state[state]
        if not counts.any():
            continue
        ax.fill_between(
            depth.t_ms,
            floor,
            floor + counts,
            step="post",
            facecolor=look.colour,
            hatch=look.hatch or None,
            edgecolor="#444444",
            linewidth=0,
            label=look.label,
        )
        floor = floor + counts
    ax.step(depth.t_ms, floor, where="post", color=INK, linewidth=0.8 if outlined else 0.3)


def _draw_progress(ax: Axes, seen: Progress, most: int) -> None:
    lines: list[tuple[str, Curve, str, LineStyle, str, float]] = [
        ("offered", seen.offered, FAINT, ":", "", 1.4),
        *(
            (label, curve, OUTCOME_LOOKS[name].colour, style, OUTCOME_LOOKS[name].marker, 2.0)
            for label, curve, name, style in (
                ("delivered", seen.delivered, "delivered", "-"),
                ("duplicates", seen.duplicates, "duplicated", "--"),
                ("lost", seen.lost, "lost", "-."),
                ("dead letters", seen.dead, "dead_lettered", (0, (6, 2))),
            )
            if name != "dead_lettered" or curve.so_far.any()
        ),
    ]
    heights = _spread([curve.last / max(most, 1) for _label, curve, *_rest in lines])
    for (label, curve, colour, style, marker, width), height in zip(lines, heights, strict=True):
        text = f"{curve.last:,} {label}"
        if not curve.so_far.any():
            ax.text(1.06, height / 1.08, text, transform=ax.transAxes, va="center", ha="left", fontsize=9.5)
            continue
        ax.step(curve.t_ms, curve.so_far, where="post", color=colour, linestyle=style, linewidth=width, label=label)
        if marker:
            ax.plot(
                [curve.t_ms[-1]],
                [curve.last],
                marker=marker,
                color=colour,
                markeredgecolor=INK,
                markersize=7,
                clip_on=False,
                zorder=5,
            )
        ax.annotate(
            text.removesuffix("s") if text in ("1 duplicates", "1 dead letters") else text,
            (curve.t_ms[-1], curve.last),
            xytext=(1.06, height / 1.08),
            xycoords="data",
            textcoords="axes fraction",
            va="center",
            ha="left",
            fontsize=9.5,
            arrowprops={"arrowstyle": "-", "color": FAINT, "linewidth": 0.7, "shrinkA": 1, "shrinkB": 5},
            annotation_clip=False,
        )


def _spread(heights: Sequence[float], gap: float = 0.12) -> list[float]:
    """Move labels apart, so that none lies on another; heights are parts of the whole."""
    order = sorted(range(len(heights)), key=lambda place: (heights[place], -place))
    moved = list(heights)
    lowest = 0.0
    for place in order:
        moved[place] = max(moved[place], lowest)
        lowest = moved[place] + gap
    excess = max(0.0, lowest - gap - 1.04)
    ceiling = 1.04
    if excess:
        for place in reversed(order):
            moved[place] = min(moved[place], ceiling)
            ceiling = moved[place] - gap
    return moved


def _inset_strip(upper: Axes, series: ModeSeries) -> Axes | None:
    if not series.rows:
        return None
    share = ROW_IN * len(series.rows) / _PANEL_IN
    return upper.inset_axes((0.0, 1.02, 1.0, share))


def _patches(every: Sequence[ModeSeries]) -> list[Patch]:
    seen: set[State] = {state for series in every for state in series.depth.states}
    return [
        Patch(facecolor=look.colour, hatch=look.hatch or None, edgecolor="#444444", linewidth=0.5, label=look.label)
        for state, look in STATE_LOOKS.items()
        if state in seen
    ]


def _add_legend(figure: Figure, every: Sequence[ModeSeries], *, columns: int) -> None:
    figure.legend(handles=_patches(every), loc="outside lower left", ncols=columns, handlelength=2.2, handleheight=1.2)
