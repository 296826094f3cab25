"""Figures that look the same on every machine, and their bytes."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font

from sim.report.style import FAINT, INK

DPI = 144
WIDE_IN = 10.0
PAGE_IN = 6.4
"""The width of one picture on a notebook's page: it can still be read at seven tenths of it, in a narrow window."""
NARROW_IN = 4.4
_FONT = "DejaVu Sans"
_UNKNOWN = "\N{REPLACEMENT CHARACTER}"
_SETTINGS: dict[Any, Any] = {
    "font.family": [_FONT],
    "font.size": 10.0,
    "axes.titlesize": 11.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 10.0,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "xtick.labelsize": 9.5,
    "ytick.labelsize": 9.5,
    "legend.fontsize": 9.5,
    "legend.frameon": False,
    "text.color": INK,
    "text.parse_math": False,
    "hatch.linewidth": 0.7,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}


@contextmanager
def drawing() -> Iterator[None]:
    """Draw with the settings of this package and leave everybody else's alone."""
    defaults: dict[Any, Any] = {name: value for name, value in matplotlib.rcParamsDefault.items() if name != "backend"}
    with matplotlib.rc_context({**defaults, **_SETTINGS}):
        yield


class Picture(Figure):
    """A figure that a notebook shows when it is the value of a cell, with the bytes that a file would have."""

    def _repr_png_(self) -> bytes:
        return png_bytes(self)


def new_figure(width_in: float, height_in: float) -> Figure:
    """Return an empty figure that lays itself out; sizes in inches."""
    figure = Picture(figsize=(width_in, height_in), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def png_bytes(figure: Figure) -> bytes:
    """Return a figure as PNG; the same figure gives the same bytes."""
    buffer = io.BytesIO()
    with drawing():
        figure.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
    return buffer.getvalue()


def drawable(text: str) -> str:
    """Put the replacement character for what the font of the pictures does not have, and a space for a new line."""
    known = _characters()
    return "".join(one if ord(one) in known else " " if one.isspace() else _UNKNOWN for one in text)


@cache
def _characters() -> frozenset[int]:
    return frozenset(get_font(findfont(_FONT)).get_charmap())
