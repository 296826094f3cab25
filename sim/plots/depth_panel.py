"""The panel of a timeline that shows the jobs that are not finished, by state."""

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.plots.styles import INK, STATE_LOOKS
from sim.results.replay import State
from sim.results.series import Depth, Floats, Integers, summarise
from sim.results.text import duration_in_words

EDGE = "#444444"
_DASHES = (0.0, (2.0, 1.2))


def draw_depth(ax: Axes, depth: Depth, every_ms: int | None) -> None:
    """Draw the number of jobs in each state as stacked areas over time.

    Args:
        every_ms: Draw means over stretches so long, ms, and the most of each stretch as a line; None draws every
            change.
    """
    if every_ms is None:
        _stack(ax, depth.t_ms, {state: counts.astype(np.float64) for state, counts in depth.by_state.items()})
        ax.step(depth.t_ms, depth.total, where="post", gid="all", color=INK, linewidth=0.8)
        return
    seen = summarise(depth, every_ms)
    _stack(ax, seen.t_ms, {state: np.append(mean, mean[-1:]) for state, mean in seen.mean.items()})
    ax.step(
        seen.t_ms,
        np.append(seen.most, seen.most[-1:]),
        where="post",
        gid="most",
        color=INK,
        linewidth=0.9,
        linestyle=_DASHES,
    )


def _stack(ax: Axes, t_ms: Integers, heights: dict[State, Floats]) -> None:
    floor = np.zeros(len(t_ms), dtype=np.float64)
    for state, look in STATE_LOOKS.items():
        if not heights[state].any():
            continue
        ax.fill_between(
            t_ms,
            floor,
            floor + heights[state],
            step="post",
            facecolor=look.colour,
            hatch=look.hatch or None,
            edgecolor=EDGE,
            linewidth=0,
            label=look.label,
        )
        floor = floor + heights[state]


def depth_legend(states: set[State], every_ms: int | None) -> list[Artist]:
    """Explain the areas, and the line above them where they are means."""
    handles: list[Artist] = [
        Patch(facecolor=look.colour, hatch=look.hatch or None, edgecolor=EDGE, linewidth=0.5, label=look.label)
        for state, look in STATE_LOOKS.items()
        if state in states
    ]
    if every_ms is not None:
        label = f"maximum per {duration_in_words(every_ms)} (areas: mean)"
        handles.append(Line2D([], [], label=label, color=INK, linewidth=0.9, linestyle=_DASHES))
    return handles
