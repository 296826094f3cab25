"""The panels of a timeline that show every job that arrived by its fate so far, and how many effects were too many."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import ScaledTranslation, Transform

from sim.plots.styles import BLACK, FAINT, INK, OUTCOME_LOOKS, WHITE, Look
from sim.results.fates import STACKED, Fates
from sim.results.outcomes import Outcome
from sim.results.series import Curve, Integers

_MAX_MOMENTS = 400
_LABEL_PT = 9.0
_LINE_IN = 0.16
_SWATCH_IN = 0.17
_TEXT_IN = 0.3
LABELS_IN = 2.0
"""Room to the right of the panel for its labels, inches."""


class Label(NamedTuple):
    """A line of text beside the panel.

    Attributes:
        height: Where it would stand best, in jobs.
        look: Of the area that it speaks of; None for a sum.
    """

    text: str
    height: float
    look: Look | None


def draw_fates(ax: Axes, fates: Fates, *, top: int, height_in: float) -> None:
    """Draw every offered job in exactly one area, and beside it how many there are in each at the end.

    Args:
        top: Where the axis ends: the most jobs offered in any mode.
        height_in: About how high the axes will be, inches.
    """
    seen = fates.sampled(_MAX_MOMENTS)
    floor = np.zeros(len(seen.t_ms), dtype=np.int64)
    for name, counts in _areas(seen):
        if not counts.any():
            continue
        look = OUTCOME_LOOKS[name]
        ax.fill_between(
            seen.t_ms,
            floor,
            floor + counts,
            step="post",
            facecolor=look.colour,
            hatch=look.hatch or None,
            edgecolor=INK if look.colour != BLACK else WHITE,
            linewidth=0,
            label=name.replace("_", "-"),
        )
        floor = floor + counts
    ax.step(seen.t_ms, floor, where="post", color=INK, linewidth=1.0, linestyle=":", gid="offered")
    end_ms = int(seen.t_ms[-1])
    labels = labels_of(fates)
    ceiling = 1.08 * max(top, 1)
    gap = _LINE_IN / height_in
    places = spread([label.height / ceiling for label in labels], gap)
    for label, place in zip(labels, places, strict=True):
        _write(ax, label, place, end_ms)


def _areas(seen: Fates) -> Iterator[tuple[str, Integers]]:
    """Yield the areas from the bottom, by their looks: those of the groups, with what came late on top of the rest."""
    late = seen.late.so_far[np.searchsorted(seen.late.t_ms, seen.t_ms, side="right") - 1]
    for outcome in STACKED:
        counts = seen.counts[outcome]
        yield outcome.field, counts - late if outcome is Outcome.DELIVERED else counts
        if outcome is Outcome.DELIVERED:
            yield "late", late


def labels_of(fates: Fates) -> list[Label]:
    """Say what there is at the end, from the bottom of the panel to its top: parts, their sum, and all."""
    last = fates.last
    offered, delivered = sum(last.values()), last[Outcome.DELIVERED]
    if late := fates.late.last:
        in_time = delivered - late
        labels = [Label(f"{in_time:,} in time", in_time / 2, OUTCOME_LOOKS["delivered"] if in_time else None)]
        labels.append(Label(f"{late:,} delivered late", in_time + late / 2, OUTCOME_LOOKS["late"]))
    else:
        labels = [Label(f"{delivered:,} delivered", delivered / 2, OUTCOME_LOOKS["delivered"] if delivered else None)]
    below = float(delivered)
    for outcome in STACKED[1:]:
        if number := last[outcome]:
            look = OUTCOME_LOOKS[outcome.field]
            labels.append(Label(f"{number:,} {look.label}", below + number / 2, look))
            below += number
    missing = f"{offered - delivered:,} not delivered" + (":" if offered > delivered else "")
    labels.append(Label(missing, float(offered), None))
    labels.append(Label(f"{offered:,} offered", float(offered), None))
    return labels


def pending_key() -> Patch:
    """Explain the area of jobs whose outcome is still open: at the end most often there is none to be labelled."""
    look = OUTCOME_LOOKS[Outcome.PENDING.field]
    return Patch(facecolor=look.colour, hatch=look.hatch, edgecolor=INK, linewidth=0.5, label="below: not finished yet")


def draw_extra_effects(ax: Axes, extra: Curve) -> None:
    """Draw how many effects were too many so far; they are no jobs, so they have a panel of their own."""
    look = OUTCOME_LOOKS["duplicated"]
    if extra.last:
        ax.fill_between(
            extra.t_ms,
            extra.so_far,
            step="post",
            facecolor=look.colour,
            hatch=look.hatch,
            edgecolor=INK,
            linewidth=0.6,
            label="extra effects",
        )
    noun = "effect" if extra.last == 1 else "effects"
    label = Label(f"{extra.last:,} extra {noun}", 0.0, look if extra.last else None)
    _write(ax, label, 0.5, int(extra.t_ms[-1]), points_at=False)
    ax.yaxis.set_major_locator(MaxNLocator(nbins=3, integer=True))


def _write(ax: Axes, label: Label, place: float, end_ms: int, *, points_at: bool = True) -> None:
    """Write a label beside the panel, with a sample of its area and a line to where that ends."""
    if label.look is not None:
        beside = _beside(ax, _SWATCH_IN)
        ax.scatter(
            [1],
            [place],
            s=70,
            marker="s",
            facecolor=label.look.colour,
            hatch=label.look.hatch * 2 or None,
            edgecolor=INK if label.look.colour != BLACK else WHITE,
            linewidth=0.6,
            transform=beside,
            clip_on=False,
        )
        if points_at:
            ax.annotate(
                "",
                (end_ms, label.height),
                xytext=(1, place),
                textcoords=beside,
                arrowprops={"arrowstyle": "-", "color": FAINT, "linewidth": 0.7, "shrinkA": 5, "shrinkB": 1},
                annotation_clip=False,
            )
    ax.text(1, place, label.text, transform=_beside(ax, _TEXT_IN), va="center", ha="left", fontsize=_LABEL_PT)


def _beside(ax: Axes, inches: float) -> Transform:
    """Coordinates of the axes, moved to the right by so many inches."""
    return ax.transAxes + ScaledTranslation(inches, 0, ax.figure.dpi_scale_trans)


def spread(heights: Sequence[float], gap: float) -> list[float]:
    """Move labels apart so that none lies on another, in the order given, which rises; heights are parts of one."""
    moved: list[float] = []
    for height in heights:
        moved.append(height if not moved else max(height, moved[-1] + gap))
    ceiling = max(1.04, gap * (len(moved) - 1))
    for place in reversed(range(len(moved))):
        moved[place] = min(moved[place], ceiling)
        ceiling = moved[place] - gap
    return moved
