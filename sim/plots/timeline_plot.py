"""Picture: jobs over time, by state above and what had come of them below, with everything that was broken."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from sim.plots.figure_style import NARROW_IN, WIDE_IN, drawing, head_figure, head_in, new_figure, run_line
from sim.plots.time_axis import ROW_IN, draw_strip, set_time_axis, shade_windows, step_for
from sim.plots.timeline_panels import LABELS_IN, depth_legend, draw_depth, draw_extra_effects, draw_fates, pending_key
from sim.results.fates import Fates, fates_over_time
from sim.results.fault_windows import FaultRow, FaultWindow, fault_rows
from sim.results.outcomes import Outcome
from sim.results.result import ModeResult, Result
from sim.results.series import Depth, has_brief_spells, queue_depth
from sim.yaml_files.fields import ModeName

Panels = NDArray[np.object_]
_TITLE = "Jobs over time"
_PANEL_IN = 2.1
_EXTRA_IN = 0.75
_MAX_STRETCHES = 180


@dataclass(frozen=True)
class ModeSeries:
    """What a timeline shows of one mode."""

    result: ModeResult

    @cached_property
    def depth(self) -> Depth:
        """Jobs by state over time."""
        return queue_depth(self.result.trace, self.result.simulated_ms)

    @cached_property
    def fates(self) -> Fates:
        """What had become of the offered jobs over time."""
        return fates_over_time(self.result)

    @property
    def windows(self) -> list[FaultWindow]:
        """What was broken when."""
        return self.result.windows

    @cached_property
    def rows(self) -> list[FaultRow]:
        """What was broken when, gathered into rows."""
        return fault_rows(self.windows)


@dataclass(frozen=True)
class _Plan:
    """What all columns of one figure have in common.

    Attributes:
        end_ms: Where time ends.
        every_ms: Over how long a stretch numbers of unfinished jobs are averaged; None where every change is drawn.
        max_depth: The most unfinished jobs in any mode.
        max_offered: The most jobs offered in any mode.
        most_extra: The most effects too many in any mode; with any, they have a panel of their own.
        rows: Rows of the strips of what was broken.
    """

    end_ms: int
    every_ms: int | None
    max_depth: int
    max_offered: int
    most_extra: int
    rows: int

    @property
    def panels_in(self) -> list[float]:
        """Heights of the panels below the strip, inches."""
        return [_PANEL_IN, _PANEL_IN, *([_EXTRA_IN] if self.most_extra else [])]

    def column_in(self, rows: int) -> float:
        """Height of a column with so many rows in its strip, inches."""
        return sum(self.panels_in) + ROW_IN * rows + 0.9


def averaged_over(every: Sequence[ModeSeries]) -> int | None:
    """Say over how long a stretch, in ms, a picture averages the numbers of unfinished jobs.

    None where every change can be seen. Many short jobs in a long run would be stripes.
    """
    if not any(has_brief_spells(series.depth) for series in every):
        return None
    return step_for(max(series.result.simulated_ms for series in every), _MAX_STRETCHES)


def _plan(every: Sequence[ModeSeries], end_ms: int) -> _Plan:
    return _Plan(
        end_ms,
        averaged_over(every),
        max(int(series.depth.total.max()) for series in every),
        max(int(series.fates.offered[-1]) for series in every),
        max(series.fates.extra_effects.last for series in every),
        max(len(series.rows) for series in every),
    )


def plot_timeline(result: Result, mode: ModeName = "queue", *, axes: Sequence[Axes] | Panels | None = None) -> Panels:
    """Draw one mode over time and return two axes: unfinished jobs by state, and what had become of the offered jobs.

    In the lower one every offered job is in exactly one area at each moment; the areas end as the outcomes do. Losses
    are drawn at the moment when the last trace of the job vanished. Where many jobs are shorter than can be drawn, the
    upper one shows means over stretches of time, and a line for the most of each. Everything that was broken is named
    in a strip above and shaded in both. In a new figure effects too many have a third panel, where there are any.

    Args:
        mode: The mode to draw; the only one there is where the result has no such mode.
        axes: Two axes to draw into; left out, a new figure.
    """
    series = ModeSeries(_choose(result, mode))
    plan = _plan([series], result.simulated_ms)
    with drawing():
        if axes is None:
            width_in = WIDE_IN * 0.75
            figure = new_figure(width_in, plan.column_in(plan.rows) + 0.4 + head_in(_TITLE))
            columns = _lay_out(figure, [series], plan, side_by_side=True)
            _draw_mode(series, columns[0], plan, plan.rows, width_in=width_in - LABELS_IN - 0.7)
            _add_legend(figure, [series], plan, columns=3)
            head_figure(figure, _TITLE, run_line(result, [series.result.mode], width_in))
            upper, lower = columns[0].upper, columns[0].lower
        else:
            upper, lower = axes
            assert upper is not None
            column = _Column(_inset_strip(upper, series), upper, lower, None)
            _draw_mode(series, column, plan, len(series.rows), width_in=4.0)
            upper.legend(
                handles=depth_legend(set(series.depth.states), plan.every_ms),
                loc="upper right",
                frameon=True,
                framealpha=0.8,
            )
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
    plan = _plan(every, result.simulated_ms)
    with drawing():
        tall = [plan.column_in(plan.rows if side_by_side else len(one.rows)) for one in every]
        height = (tall[0] if side_by_side else sum(tall)) + 0.6 + head_in(_TITLE)
        width = NARROW_IN if narrow else WIDE_IN
        figure = new_figure(width, height)
        columns = _lay_out(figure, every, plan, side_by_side=side_by_side)
        across = len(every) if side_by_side else 1
        width_in = (width - 0.2) / across - LABELS_IN - 0.55
        for place, (one, column) in enumerate(zip(every, columns, strict=True)):
            _draw_mode(one, column, plan, plan.rows if side_by_side else max(1, len(one.rows)), width_in=width_in)
            if side_by_side and place:
                column.hide_labels()
        _add_legend(figure, every, plan, columns=1 if narrow else 4)
        head_figure(figure, _TITLE, run_line(result, result.modes, width))
    return figure


def _choose(result: Result, mode: ModeName) -> ModeResult:
    return result.modes[mode] if mode in result.modes else next(iter(result.modes.values()))


@dataclass(frozen=True)
class _Column:
    """The axes of one mode, from the top; the strip and the lowest are not always there."""

    strip: Axes | None
    upper: Axes
    lower: Axes
    extra: Axes | None

    def hide_labels(self) -> None:
        """Leave out what the column beside it says already."""
        for panel in (self.upper, self.lower, self.extra):
            if panel is not None:
                panel.set_ylabel("")


def _lay_out(figure: Figure, every: Sequence[ModeSeries], plan: _Plan, *, side_by_side: bool) -> list[_Column]:
    """Make the axes of each mode; without any fault there is no strip."""
    panels = plan.panels_in
    tall = [ROW_IN * (plan.rows if side_by_side else max(1, len(series.rows))) for series in every]
    stacked = [tall[0]] if side_by_side else tall
    ratios = [height for strip in stacked for height in ([strip, *panels] if plan.rows else panels)]
    grid = figure.add_gridspec(len(ratios), len(every) if side_by_side else 1, height_ratios=ratios)
    deep = len(ratios) // len(stacked)
    columns: list[_Column] = []
    for place in range(len(every)):
        first, column = (0, place) if side_by_side else (place * deep, 0)
        made: list[Axes] = [figure.add_subplot(grid[first + row, column]) for row in range(deep)]
        strip = made.pop(0) if plan.rows else None
        columns.append(_Column(strip, made[0], made[1], made[2] if plan.most_extra else None))
    return columns


def _draw_mode(series: ModeSeries, column: _Column, plan: _Plan, rows: int, *, width_in: float) -> None:
    strip, upper, lower, extra = column.strip, column.upper, column.lower, column.extra
    if strip is not None:
        draw_strip(strip, series.rows, plan.end_ms, width_in=width_in, max_rows=rows)
    (strip or upper).set_title(series.result.mode)
    draw_depth(upper, series.depth, plan.every_ms)
    draw_fates(lower, series.fates, top=plan.max_offered, height_in=_PANEL_IN)
    panels = [(upper, plan.max_depth, "unfinished jobs"), (lower, plan.max_offered, "offered jobs so far")]
    if extra is not None:
        draw_extra_effects(extra, series.fates.extra_effects)
        panels.append((extra, plan.most_extra, "too many"))
    for panel, top, label in panels:
        shade_windows(panel, series.windows)
        set_time_axis(panel, plan.end_ms, max_ticks=max(3, min(7, int(width_in / 0.55))))
        panel.set_ylim(0, max(top, 1) * 1.08)
        panel.yaxis.set_major_locator(MaxNLocator(nbins=2 if panel is extra else 5, integer=True))
        panel.yaxis.set_major_formatter("{x:,.0f}")
        panel.set_ylabel(label)
        if panel is not panels[-1][0]:
            panel.set_xlabel("")
            panel.tick_params(axis="x", labelbottom=False)


def _inset_strip(upper: Axes, series: ModeSeries) -> Axes | None:
    if not series.rows:
        return None
    share = ROW_IN * len(series.rows) / _PANEL_IN
    return upper.inset_axes((0.0, 1.02, 1.0, share))


def _add_legend(figure: Figure, every: Sequence[ModeSeries], plan: _Plan, *, columns: int) -> None:
    handles = depth_legend({state for series in every for state in series.depth.states}, plan.every_ms)
    if any(series.fates.counts[Outcome.PENDING].any() for series in every):
        handles.append(pending_key())
    figure.legend(handles=handles, loc="outside lower left", ncols=columns, handlelength=2.2, handleheight=1.2)
