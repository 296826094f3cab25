"""The strip above a timeline that says what was broken when, and the shade that falls from it."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from sim.report.fault_windows import FaultRow, FaultWindow
from sim.report.style import FAINT, INK

ROW_IN = 0.34
_CHARACTER_IN = 0.073
SHADE = "#7a7a7a"


def draw_strip(ax: Axes, rows: Sequence[FaultRow], end_ms: int, *, width_in: float, most_rows: int) -> None:
    """Draw one row for each label: the label above, its windows as bars below it.

    Args:
        end_ms: Where the time axis ends, ms.
        width_in: About how wide the axes will be, inches; labels near the right edge move to the left to fit in.
        most_rows: How many rows to leave room for.
    """
    span = max(end_ms, 1)
    ax.set_xlim(0, span)
    ax.set_ylim(max(most_rows, 1), 0)
    for place, row in enumerate(rows):
        first = min(window.start_ms for window in row.windows)
        room = len(row.label) * _CHARACTER_IN / width_in
        x = max(0.0, min(first / span, 1 - room)) * span
        ax.text(x, place + 0.34, row.label, va="center", ha="left", fontsize=9, color=INK)
        for window in row.windows:
            if window.is_moment:
                ax.plot([window.start_ms], [place + 0.8], marker="^", color=INK, markersize=7, clip_on=False)
                continue
            ax.barh(
                place + 0.8,
                window.end_ms - window.start_ms,
                left=window.start_ms,
                height=0.26,
                color=SHADE,
                edgecolor=INK,
                linewidth=0.8,
            )
            if not window.mended:
                ax.plot([window.end_ms], [place + 0.8], marker=">", color=INK, markersize=6, clip_on=False)
    ax.set_yticks([])
    ax.tick_params(axis="x", length=0, labelbottom=False)
    for spine in ax.spines.values():
        spine.set_visible(False)
    if not rows:
        ax.text(0, 0.34, "nothing was broken", va="center", ha="left", fontsize=9, color=FAINT)


def shade_windows(ax: Axes, windows: Sequence[FaultWindow]) -> None:
    """Shade the time in which anything was broken, overlapping windows once; draw a line where an operator acted."""
    for moment_ms in dict.fromkeys(window.start_ms for window in windows if window.is_moment):
        ax.axvline(moment_ms, color=SHADE, linestyle="--", linewidth=0.9, zorder=0)
    for start_ms, end_ms in merged([window for window in windows if not window.is_moment]):
        ax.axvspan(start_ms, end_ms, facecolor=SHADE, edgecolor=SHADE, alpha=0.16, linewidth=0.8, zorder=0)


def merged(windows: Sequence[FaultWindow]) -> list[tuple[int, int]]:
    """Unite windows that touch or overlap; start and end in ms."""
    spans: list[tuple[int, int]] = []
    for window in sorted(windows, key=lambda window: window.start_ms):
        if spans and window.start_ms <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], window.end_ms))
        else:
            spans.append((window.start_ms, window.end_ms))
    return spans
