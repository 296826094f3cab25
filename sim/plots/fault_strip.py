"""Shows on a timeline what was broken when: a strip of bars above it, and the shade that falls from them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from matplotlib.axes import Axes

from sim.plots.figure_style import drawable
from sim.plots.styles import FAINT, INK
from sim.results.fault_windows import FaultRow, FaultWindow

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW_IN = 0.34
_CHARACTER_IN = 0.073
SHADE = "#7a7a7a"
_FINEST = 1_500
"""A gap shorter than this part of the run cannot be seen, and is not drawn."""


def draw_strip(ax: Axes, rows: Sequence[FaultRow], end_ms: int, *, width_in: float, max_rows: int) -> None:
    """Draw one row for each label: the label above, its windows as bars below it.

    Args:
        end_ms: Where the time axis ends, ms.
        width_in: About how wide the axes will be, inches; labels near the right edge move to the left to fit in.
        max_rows: How many rows to leave room for.
    """
    span = max(end_ms, 1)
    ax.set_xlim(0, span)
    ax.set_ylim(max(max_rows, 1), 0)
    for place, row in enumerate(rows):
        first = min(window.start_ms for window in row.windows)
        room = len(row.label) * _CHARACTER_IN / width_in
        x = max(0.0, min(first / span, 1 - room)) * span
        ax.text(x, place + 0.34, drawable(row.label), va="center", ha="left", fontsize=9, color=INK)
        _draw_windows(ax, row.windows, place + 0.8, span)
    ax.set_yticks([])
    ax.tick_params(axis="x", length=0, labelbottom=False)
    for spine in ax.spines.values():
        spine.set_visible(False)
    if not rows:
        ax.text(0, 0.34, "nothing was broken", va="center", ha="left", fontsize=9, color=FAINT)


def _draw_windows(ax: Axes, windows: Sequence[FaultWindow], y: float, span_ms: int) -> None:
    """Draw all windows of a row, however many there are, as three artists at most."""
    moments = [window.start_ms for window in windows if window.is_moment]
    lasting = [window for window in windows if not window.is_moment]
    if lasting:
        bars = merged(lasting, gap_ms=span_ms // _FINEST)
        ax.broken_barh(
            [(start_ms, end_ms - start_ms) for start_ms, end_ms in bars],
            (y - 0.13, 0.26),
            facecolor=SHADE,
            edgecolor=INK,
            linewidth=0.8,
        )
    for marker, size, times in (
        ("^", 7, moments),
        (">", 6, [window.end_ms for window in lasting if not window.mended]),
    ):
        if times:
            times_ms = sorted(set(times))
            ax.plot(
                times_ms, [y] * len(times_ms), marker=marker, color=INK, markersize=size, linestyle="", clip_on=False
            )


def shade_windows(ax: Axes, windows: Sequence[FaultWindow]) -> None:
    """Shade the time in which anything was broken, overlapping windows once; draw a line where an operator acted."""
    moments = sorted({window.start_ms for window in windows if window.is_moment})
    across = ax.get_xaxis_transform()
    if moments:
        ax.vlines(moments, 0, 1, transform=across, color=SHADE, linestyle="--", linewidth=0.9, zorder=0)
    lasting = [window for window in windows if not window.is_moment]
    if lasting:
        span_ms = max(window.end_ms for window in lasting)
        bars = merged(lasting, gap_ms=span_ms // _FINEST)
        ax.broken_barh(
            [(start_ms, end_ms - start_ms) for start_ms, end_ms in bars],
            (0, 1),
            transform=across,
            facecolor=SHADE,
            edgecolor=SHADE,
            alpha=0.16,
            linewidth=0.8,
            zorder=0,
        )


def merged(windows: Sequence[FaultWindow], gap_ms: int = 0) -> list[tuple[int, int]]:
    """Unite windows that overlap or lie no more than ``gap_ms`` apart; start and end in ms."""
    spans: list[tuple[int, int]] = []
    for window in sorted(windows, key=lambda window: window.start_ms):
        if spans and window.start_ms <= spans[-1][1] + gap_ms:
            spans[-1] = (spans[-1][0], max(spans[-1][1], window.end_ms))
        else:
            spans.append((window.start_ms, window.end_ms))
    return spans
