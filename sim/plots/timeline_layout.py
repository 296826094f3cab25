"""The panels of a timeline: how they are laid out, and what is drawn into those of each mode."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.plots.depth_panel import depth_legend, draw_depth
from sim.plots.fates_panel import draw_extra_effects, draw_fates, pending_key
from sim.plots.fault_strip import ROW_IN, draw_strip, shade_windows
from sim.plots.time_axis import set_time_axis, step_for
from sim.results.fates import Fates, fates_over_time
from sim.results.fault_windows import FaultRow, FaultWindow, fault_rows
from sim.results.outcomes import Outcome
from sim.results.result import ModeResult
from sim.results.series import Depth, has_brief_spells, queue_depth

PANEL_IN = 2.1
EXTRA_IN = 0.75
_MAX_STRETCHES = 180


@dataclass(frozen=True)
class ModeSeries:
    """What a timeline shows of one mode, under a heading."""

    result: ModeResult
    heading: str | None = None

    @property
    def title(self) -> str:
        """What stands above its panels; the mode where nothing else is said."""
        return self.result.mode if self.heading is None else self.heading

    @cached_property
    def depth(self) -> Depth:
        """Jobs by state over time."""
        return queue_depth(self.result.trace, self.result.simulated_ms)

    @cached_property
    def fates(self) -> Fates:
        """What had happened to the offered jobs over time."""
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
class Plan:
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
        return [PANEL_IN, PANEL_IN, *([EXTRA_IN] if self.most_extra else [])]

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


def plan_of(every: Sequence[ModeSeries], end_ms: int) -> Plan:
    """Work out what the columns of some modes have in common; time ends at ``end_ms``."""
    return Plan(
        end_ms,
        averaged_over(every),
        max(int(series.depth.total.max()) for series in every),
        max(int(series.fates.offered[-1]) for series in every),
        max(series.fates.extra_effects.last for series in every),
        max(len(series.rows) for series in every),
    )


@dataclass(frozen=True)
class Column:
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


def lay_out(figure: Figure, every: Sequence[ModeSeries], plan: Plan, *, side_by_side: bool) -> list[Column]:
    """Make the axes of each mode; without any fault there is no strip."""
    panels = plan.panels_in
    tall = [ROW_IN * (plan.rows if side_by_side else max(1, len(series.rows))) for series in every]
    stacked = [tall[0]] if side_by_side else tall
    ratios = [height for strip in stacked for height in ([strip, *panels] if plan.rows else panels)]
    grid = figure.add_gridspec(len(ratios), len(every) if side_by_side else 1, height_ratios=ratios)
    deep = len(ratios) // len(stacked)
    columns: list[Column] = []
    for place in range(len(every)):
        first, column = (0, place) if side_by_side else (place * deep, 0)
        made: list[Axes] = [figure.add_subplot(grid[first + row, column]) for row in range(deep)]
        strip = made.pop(0) if plan.rows else None
        columns.append(Column(strip, made[0], made[1], made[2] if plan.most_extra else None))
    return columns


def draw_mode(series: ModeSeries, column: Column, plan: Plan, rows: int, *, width_in: float) -> None:
    """Draw a mode into its axes; ``rows`` is how many its strip has room for, ``width_in`` how wide it is, inches."""
    strip, upper, lower, extra = column.strip, column.upper, column.lower, column.extra
    if strip is not None:
        draw_strip(strip, series.rows, plan.end_ms, width_in=width_in, max_rows=rows)
    (strip or upper).set_title(series.title)
    draw_depth(upper, series.depth, plan.every_ms)
    draw_fates(lower, series.fates, top=plan.max_offered, height_in=PANEL_IN)
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


def inset_strip(upper: Axes, series: ModeSeries) -> Axes | None:
    """Make a strip for what was broken right above given axes; None where nothing was."""
    if not series.rows:
        return None
    share = ROW_IN * len(series.rows) / PANEL_IN
    return upper.inset_axes((0.0, 1.02, 1.0, share))


def add_legend(figure: Figure, every: Sequence[ModeSeries], plan: Plan, *, columns: int) -> None:
    """Explain the areas, below everything else of a figure."""
    handles = depth_legend({state for series in every for state in series.depth.states}, plan.every_ms)
    if any(series.fates.counts[Outcome.PENDING].any() for series in every):
        handles.append(pending_key())
    figure.legend(handles=handles, loc="outside lower left", ncols=columns, handlelength=2.2, handleheight=1.2)
