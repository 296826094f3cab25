"""Draws many boxes as one artist: a hatch is drawn once for all of them, not once for each."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from sim.plots.styles import Look

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Box(NamedTuple):
    """A box in the units of the axes."""

    left: float
    right: float
    bottom: float
    top: float


def add_boxes(ax: Axes, boxes: Sequence[Box], look: Look, *, edge: str, gid: str | None = None) -> None:
    """Draw boxes that look the same; the limits of the axes stay as they are."""
    if not boxes:
        return
    corners = np.array(
        [[(one.left, one.bottom), (one.right, one.bottom), (one.right, one.top), (one.left, one.top)] for one in boxes]
    )
    drawn = PathPatch(
        Path.make_compound_path_from_polys(corners),
        facecolor=look.colour,
        hatch=look.hatch or None,
        edgecolor=edge,
        linewidth=0.5,
        gid=gid,
    )
    ax.add_artist(drawn)
