"""Picture: what was broken, how well each worker was, which alerts fired, and the depth and age of the queues."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator, StrMethodFormatter

from sim.plots.boxes import Box, add_boxes
from sim.plots.fault_strip import ROW_IN, draw_strip, shade_windows
from sim.plots.figure_style import (
    NARROW_IN,
    WIDE_IN,
    divide,
    drawable,
    drawing,
    fitted,
    head_axes,
    head_figure,
    head_in,
    new_figure,
    run_line,
    width_of,
)
from sim.plots.picture import Content, NumberTable, RunPicture
from sim.plots.styles import BLUE, GREEN, INK, ORANGE, PURPLE, SKY_BLUE, VERMILLION, WHITE, YELLOW, Look
from sim.plots.time_axis import set_time_axis, step_for, unit_of
from sim.results.alerts import Episode
from sim.results.detection import Detections
from sim.results.fault_windows import fault_rows
from sim.results.health import Status
from sim.results.metrics import Metrics, NotSampled
from sim.results.monitoring_rows import monitoring_tables, monitoring_verdict
from sim.results.result import ModeResult, Result
from sim.results.run_lengths import run_lengths
from sim.results.samples import Floats, Integers
from sim.results.text import duration_in_words
from sim.yaml_files.fields import ModeName

HEALTH_LOOKS = {
    Status.HEALTHY: Look("healthy", GREEN),
    Status.DEGRADED: Look("degraded", YELLOW, "////"),
    Status.DOWN: Look("down", VERMILLION, "xxxx"),
}
PENDING = Look("alert pending", WHITE, "....")
FIRING = Look("alert firing", PURPLE)
MAX_STRIPS = 8
_MAX_POINTS = 1_500
_LINES: tuple[tuple[str, Literal["-", "--", "-.", ":"]], ...] = (
    (BLUE, "-"),
    (ORANGE, "--"),
    (SKY_BLUE, "-."),
    (INK, ":"),
)
_PANEL_IN = 1.5
_Metric = Literal["waiting", "oldest_waiting_age", "overdue"]
_JOBS: dict[_Metric, str] = {"waiting": "waiting jobs", "overdue": "overdue jobs"}
Bar = tuple[int, int, Look]


def monitoring(result: Result, ax: Axes | None = None, *, mode: ModeName = "queue") -> Axes:
    """Draw the monitoring of one mode: faults, health and alerts as strips, below them depth and age as lines.

    Args:
        result: Of a run.
        ax: Axes to draw into; their place is divided among the strips and the lines. Default: a new figure.
        mode: The mode to draw; if the result lacks it, its only mode is drawn.

    Returns:
        The uppermost axes; those below follow them in ``ax.figure.axes``.

    Raises:
        NotSampled: The run took no samples.
    """
    one = result.modes[mode] if mode in result.modes else next(iter(result.modes.values()))
    if one.metrics is None:
        raise NotSampled
    if ax is None:
        return monitoring_figure(one, result=result).axes[0]
    view = _View(one, one.metrics)
    with drawing():
        panels = divide(ax, view.ratios)
        width_in = width_of(ax)
        view.draw(panels, width_in=width_in, max_ticks=4 if width_in < NARROW_IN else 9)
        head_axes(ax, view.title, _line(one, one.metrics, result, width_in))
        panels[-1].legend(handles=view.legend(), loc="upper left", bbox_to_anchor=(0, -0.35), ncols=2)
    return ax


def monitoring_figure(one: ModeResult, *, narrow: bool = False, result: Result | None = None) -> Figure:
    """Return the picture of one mode whose metrics were sampled.

    Args:
        result: What the mode is a part of; where it is given, the picture also names semantics and seed.
    """
    assert one.metrics is not None
    view = _View(one, one.metrics)
    width_in = NARROW_IN if narrow else WIDE_IN
    with drawing():
        figure = new_figure(width_in, sum(view.ratios) + 1.3 + head_in(view.title))
        grid = figure.add_gridspec(len(view.ratios), 1, height_ratios=view.ratios)
        panels = [figure.add_subplot(grid[row, 0]) for row in range(len(view.ratios))]
        view.draw(panels, width_in=width_in - 1.2, max_ticks=4 if narrow else 9)
        figure.legend(
            handles=view.legend(),
            loc="outside lower left",
            ncols=2 if narrow else 6,
            handlelength=2.2,
            handleheight=1.2,
        )
        head_figure(figure, view.title, _line(one, one.metrics, result, width_in))
    return figure


class _View:
    """What the picture shows of a mode, from the top: faults, workers, alerts, waiting and overdue jobs."""

    def __init__(self, one: ModeResult, metrics: Metrics) -> None:
        detections = one.detections
        self.title = f"Monitoring, {one.mode} mode"
        self._metrics = metrics
        self._end_ms = one.simulated_ms
        self._windows = [fault.window for fault in detections.faults]
        self._broken = fault_rows(self._windows)
        self._lines: list[_Metric] = ["waiting", "oldest_waiting_age"]
        if metrics.scenario.promising_queues:
            self._lines.append("overdue")
        self._strips = [strips for strips in (_worker_strips(metrics), _alert_strips(metrics, detections)) if strips]

    @property
    def ratios(self) -> list[float]:
        """Heights of the panels, inches; strips of alerts only where one was ever pending."""
        return [
            ROW_IN * max(1, len(self._broken)),
            *(ROW_IN * len(one) for one in self._strips),
            *[_PANEL_IN] * len(self._lines),
        ]

    def legend(self) -> list[Artist]:
        """Say what stands in the strips, and which line is which queue's."""
        drawn = [look for strips in self._strips for _name, bars in strips for start, end, look in bars if end > start]
        handles: list[Artist] = [
            Patch(facecolor=look.colour, hatch=look.hatch or None, edgecolor=INK, linewidth=0.5, label=look.label)
            for look in (*HEALTH_LOOKS.values(), PENDING, FIRING)
            if look in drawn
        ]
        if len(self._metrics.queue_names) > 1:
            for place, queue in enumerate(self._metrics.queue_names):
                colour, style = _LINES[place % len(_LINES)]
                handles.append(Line2D([], [], color=colour, linestyle=style, label=drawable(queue)))
        return handles

    def draw(self, panels: Sequence[Axes], *, width_in: float, max_ticks: int) -> None:
        """Draw into as many axes as there are heights; ``width_in`` is how wide a strip is, inches."""
        end_ms = self._end_ms
        draw_strip(panels[0], self._broken, end_ms, width_in=width_in, max_rows=max(1, len(self._broken)))
        lined = panels[-len(self._lines) :]
        for panel, strips in zip(panels[1 : -len(self._lines)], self._strips, strict=True):
            _draw_bars(panel, strips, end_ms, width_in=width_in)
        for panel, metric in zip(lined, self._lines, strict=True):
            _draw_lines(panel, self._metrics, metric)
            shade_windows(panel, self._windows)
            set_time_axis(panel, end_ms, max_ticks=max_ticks)
        for panel in lined[:-1]:
            panel.set_xlabel("")
            panel.tick_params(axis="x", labelbottom=False)


def _line(one: ModeResult, metrics: Metrics, result: Result | None, width_in: float) -> str:
    if result is None:
        return fitted(metrics.scenario.title, f" · {one.mode} mode", width_in)
    return run_line(result, [one.mode], width_in)


def _worker_strips(metrics: Metrics) -> list[tuple[str, list[Bar]]]:
    """One strip a worker; with too many of them one a queue."""
    health = metrics.health
    if len(health.workers) <= MAX_STRIPS:
        named = [(worker, health.of(queue, worker)) for queue, worker in health.workers]
    else:
        named = [(f"queue {queue}", health.of_queue(queue)) for queue in metrics.queue_names[:MAX_STRIPS]]
    return [(name, _status_bars(metrics.t_ms, status)) for name, status in named]


def _status_bars(t_ms: Integers, status: Integers) -> list[Bar]:
    ends = np.append(t_ms, t_ms[-1])
    return [
        (int(t_ms[first]), int(ends[after]), HEALTH_LOOKS[Status(value)]) for first, after, value in run_lengths(status)
    ]


def _alert_strips(metrics: Metrics, detections: Detections) -> list[tuple[str, list[Bar]]]:
    """One strip for each alert that was ever pending."""
    last_ms = int(metrics.t_ms[-1])
    found: dict[str, list[Bar]] = {}
    for episode in detections.episodes:
        found.setdefault(episode.alert, []).extend(_episode_bars(episode, last_ms))
    return list(found.items())[:MAX_STRIPS]


def _episode_bars(episode: Episode, last_ms: int) -> list[Bar]:
    end_ms = last_ms if episode.resolved_ms is None else episode.resolved_ms
    fired_ms = end_ms if episode.fired_ms is None else episode.fired_ms
    return [(episode.active_ms, fired_ms, PENDING), (fired_ms, end_ms, FIRING)]


def _draw_bars(ax: Axes, strips: Sequence[tuple[str, list[Bar]]], end_ms: int, *, width_in: float) -> None:
    ax.set_xlim(0, max(end_ms, 1))
    ax.set_ylim(len(strips), 0)
    for place, (name, bars) in enumerate(strips):
        ax.text(0, place + 0.34, drawable(name), va="center", ha="left", fontsize=9, color=INK)
        for look in {id(look): look for _start, _end, look in bars}.values():
            spans = [(start, end) for start, end, own in bars if own is look and end > start]
            add_boxes(ax, [Box(start, end, place + 0.62, place + 0.94) for start, end in spans], look, edge=INK)
    ax.set_yticks([])
    ax.tick_params(axis="x", length=0, labelbottom=False)
    for spine in ax.spines.values():
        spine.set_visible(False)


def _draw_lines(ax: Axes, metrics: Metrics, metric: _Metric) -> None:
    top = 0.0
    for place, queue in enumerate(metrics.queue_names):
        t_ms, values = _thinned(metrics.t_ms, metrics.series(queue, metric))
        colour, style = _LINES[place % len(_LINES)]
        ax.step(t_ms, values, where="post", color=colour, linestyle=style, linewidth=1.4)
        top = max(top, float(np.nanmax(values, initial=0)))
    ax.set_ylim(0, max(top, 1) * 1.08)
    if metric in _JOBS:
        ax.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
        ax.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        ax.set_ylabel(_JOBS[metric])
        return
    size_ms, unit = unit_of(round(1_000 * max(top, 1)))
    ax.yaxis.set_major_locator(MultipleLocator(step_for(round(1_000 * max(top, 1)), 4) / 1_000))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _place: f"{1_000 * value / size_ms:g}"))
    ax.set_ylabel(f"oldest's age ({unit})")


def _thinned(t_ms: Integers, values: Floats) -> tuple[Integers, Floats]:
    """Keep of many moments the highest of every stretch; a stretch with a missing value is missing."""
    size = -(-len(t_ms) // _MAX_POINTS)
    if size <= 1:
        return t_ms, values
    starts = np.arange(0, len(t_ms), size)
    return t_ms[starts], np.maximum.reduceat(values, starts)


def _content(result: Result) -> Content | None:
    """Show queue mode or the only mode; nothing where no samples were taken."""
    one = result.modes.get("queue") or next(iter(result.modes.values()))
    if one.metrics is None:
        return None
    tables = [
        NumberTable(caption, headings, [[cell.replace("\n", ", ") for cell in row] for row in rows])
        for caption, headings, rows in monitoring_tables(one.metrics, one.detections)
        if rows
    ]
    spoken = " ".join(f"{row[0]}: {row[-1]}." for row in tables[-1].rows[:8])
    verdict = monitoring_verdict(one.detections)
    overdue = ", and overdue jobs" if result.scenario.promising_queues else ""
    return Content(
        monitoring_figure(one, result=result),
        monitoring_figure(one, narrow=True, result=result),
        "Strips over simulated time: faults, health of workers, alerts; below them waiting jobs and the age of the "
        f"oldest{overdue}. {verdict} Health, with what was wrong: {spoken}",
        f"{verdict} Evaluated every {duration_in_words(one.metrics.every_ms)}. A gap in a line: Redis did not answer, "
        f"so there was no reading.",
        tables,
    )


PICTURE = RunPicture("Monitoring", 40, _content)
