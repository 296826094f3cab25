"""Picture: what was broken, how well each worker was, which alerts fired, and the depth and age of the queues."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from sim.plots.figure_style import (
    NARROW_IN,
    WIDE_IN,
    drawable,
    drawing,
    fitted,
    head_figure,
    head_in,
    new_figure,
    run_line,
)
from sim.plots.styles import BLUE, GREEN, INK, ORANGE, PURPLE, SKY_BLUE, VERMILLION, WHITE, YELLOW, Look
from sim.plots.time_axis import ROW_IN, Box, add_boxes, draw_strip, set_time_axis, shade_windows
from sim.results.detection import Detections
from sim.results.fault_windows import fault_rows
from sim.results.health import Episode, Status
from sim.results.metrics import Metrics
from sim.results.result import ModeResult, Result
from sim.results.samples import Floats, Integers, stretches

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
Bar = tuple[int, int, Look]


def monitoring_figure(one: ModeResult, *, narrow: bool = False, result: Result | None = None) -> Figure:
    """Return the picture of one mode whose metrics were sampled.

    Args:
        result: What the mode is a part of; where it is given, the picture also names semantics and seed.
    """
    assert one.metrics is not None
    metrics, detections = one.metrics, one.detections
    windows = [fault.window for fault in detections.faults]
    broken = fault_rows(windows)
    workers, alerts = _worker_strips(metrics), _alert_strips(metrics, detections)
    width_in = NARROW_IN if narrow else WIDE_IN
    ratios = [ROW_IN * max(1, len(broken)), *([ROW_IN * len(strips) for strips in (workers, alerts) if strips])]
    ratios += [_PANEL_IN, _PANEL_IN]
    with drawing():
        title = f"Monitoring, {one.mode} mode"
        figure = new_figure(width_in, sum(ratios) + 1.3 + head_in(title))
        grid = figure.add_gridspec(len(ratios), 1, height_ratios=ratios)
        panels = [figure.add_subplot(grid[row, 0]) for row in range(len(ratios))]
        end_ms = one.simulated_ms
        draw_strip(panels[0], broken, end_ms, width_in=width_in - 1.2, max_rows=max(1, len(broken)))
        for panel, strips in zip(panels[1:-2], [strips for strips in (workers, alerts) if strips], strict=True):
            _draw_bars(panel, strips, end_ms, width_in=width_in - 1.2)
        _draw_lines(panels[-2], metrics, "waiting", "waiting jobs")
        _draw_lines(panels[-1], metrics, "oldest_waiting_age", "oldest's age (s)")
        for panel in panels[-2:]:
            shade_windows(panel, windows)
            set_time_axis(panel, end_ms, max_ticks=4 if narrow else 9)
        panels[-2].set_xlabel("")
        panels[-2].tick_params(axis="x", labelbottom=False)
        _add_legend(figure, metrics, columns=2 if narrow else 6)
        head_figure(figure, title, _line(one, metrics, result, width_in))
    return figure


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
        (int(t_ms[first]), int(ends[after]), HEALTH_LOOKS[Status(value)]) for first, after, value in stretches(status)
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


def _draw_lines(ax: Axes, metrics: Metrics, metric: str, label: str) -> None:
    top = 0.0
    for place, queue in enumerate(metrics.queue_names):
        t_ms, values = _thinned(metrics.t_ms, metrics.series(queue, metric))
        colour, style = _LINES[place % len(_LINES)]
        ax.step(t_ms, values, where="post", color=colour, linestyle=style, linewidth=1.4)
        top = max(top, float(np.nanmax(values, initial=0)))
    ax.set_ylim(0, max(top, 1) * 1.08)
    ax.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    ax.set_ylabel(label)


def _thinned(t_ms: Integers, values: Floats) -> tuple[Integers, Floats]:
    """Keep of many moments the highest of every stretch; a stretch with a missing value is missing."""
    size = -(-len(t_ms) // _MAX_POINTS)
    if size <= 1:
        return t_ms, values
    starts = np.arange(0, len(t_ms), size)
    return t_ms[starts], np.maximum.reduceat(values, starts)


def _add_legend(figure: Figure, metrics: Metrics, *, columns: int) -> None:
    from matplotlib.lines import Line2D

    looks = [*HEALTH_LOOKS.values(), *([PENDING, FIRING] if metrics.scenario.alerts else [])]
    handles: list[Patch | Line2D] = [
        Patch(facecolor=look.colour, hatch=look.hatch or None, edgecolor=INK, linewidth=0.5, label=look.label)
        for look in looks
    ]
    if len(metrics.queue_names) > 1:
        for place, queue in enumerate(metrics.queue_names):
            colour, style = _LINES[place % len(_LINES)]
            handles.append(Line2D([], [], color=colour, linestyle=style, label=drawable(queue)))
    figure.legend(handles=handles, loc="outside lower left", ncols=columns, handlelength=2.2, handleheight=1.2)
