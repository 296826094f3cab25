"""What every picture shares: its figure, its fonts, its frame, and the heading that names the scenario."""

import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font
from matplotlib.gridspec import GridSpecBase
from matplotlib.layout_engine import ConstrainedLayoutEngine

from sim.plots.styles import FAINT, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.results.result import Result
    from sim.results.sweep_result import SweepResult


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


class NotebookFigure(Figure):
    """A figure that a notebook shows when it is the value of a cell, with the bytes that a file would have."""

    def _repr_png_(self) -> bytes:
        return png_bytes(self)


def new_figure(width_in: float, height_in: float) -> Figure:
    """Return an empty figure that lays itself out; sizes in inches."""
    figure = NotebookFigure(figsize=(width_in, height_in), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def png_bytes(figure: Figure) -> bytes:
    """Return a figure as PNG; the same figure gives the same bytes.

    A figure of this package is drawn once and lays itself out on the way; ``savefig`` draws once more for the layout.
    """
    buffer, metadata = io.BytesIO(), {"Software": None}
    with drawing():
        if isinstance(figure, NotebookFigure) and isinstance(figure.canvas, FigureCanvasAgg) and figure.dpi == DPI:
            canvas: Any = figure.canvas
            canvas.print_png(buffer, metadata=metadata)
        else:
            figure.savefig(buffer, format="png", dpi=DPI, metadata=metadata)
    return buffer.getvalue()


def drawable(text: str) -> str:
    """Put the replacement character for what the font of the pictures does not have, and a space for a new line."""
    known = _characters()
    return "".join(one if ord(one) in known else " " if one.isspace() else _UNKNOWN for one in text)


@cache
def _characters() -> frozenset[int]:
    return frozenset(get_font(findfont(_FONT)).get_charmap())


_TITLE_PT = 12.0
_QUIET_PT = 8.0
_LINE_IN = 0.2
_QUIET_IN = 0.17
_QUIET_CHARACTER_IN = 0.059
_MIN_OF_A_TITLE = 12
"""Characters of a scenario's title that stay, however narrow the picture is."""


def run_line(result: "Result", modes: Iterable[str], width_in: float) -> str:
    """Name the run: scenario, modes, semantics and seed, the title shortened to what a width in inches has room for."""
    rest = f" · {_modes(modes)} · {result.semantics} · seed {result.seed}"
    return fitted(result.scenario.title, rest, width_in)


def sweep_line(result: "SweepResult", width_in: float, *, modes: Iterable[str] = ()) -> str:
    """Name the sweep: scenario, semantics and seed, the title shortened to what a width in inches has room for."""
    semantics = " and ".join(dict.fromkeys(result.semantics))
    runs = f"{result.runs:,} run{'' if result.runs == 1 else 's'}"
    shown = list(modes) or result.modes
    return fitted(result.title, f" · {_modes(shown)} · {semantics} · seed {result.seed} · {runs}", width_in)


def head_figure(figure: "Figure", title: str, quiet: str) -> None:
    """Write the title and under it the quiet line at the top of a figure, and keep everything else below them.

    The figure has to be higher by ``head_in`` of both than without.
    """
    height_in = figure.get_figheight()
    lines = 1 + title.count("\n")
    figure.text(0.01, 1 - 0.06 / height_in, title, va="top", fontweight="bold", fontsize=_TITLE_PT, linespacing=1.1)
    below_in = 0.06 + lines * _LINE_IN + 0.04
    figure.text(0.01, 1 - below_in / height_in, quiet, va="top", fontsize=_QUIET_PT, color=FAINT)
    engine = figure.get_layout_engine()
    assert isinstance(engine, ConstrainedLayoutEngine)
    engine.set(rect=(0, 0, 1, 1 - head_in(title, quiet) / height_in))


def head_in(title: str, quiet: str = "") -> float:
    """How high the title and the quiet line are together, inches; each may have several lines."""
    return 0.06 + (1 + title.count("\n")) * _LINE_IN + 0.04 + (1 + quiet.count("\n")) * _QUIET_IN


def head_axes(ax: "Axes", title: str, quiet: str, *, lift_pt: float = 0.0) -> None:
    """Write title and quiet line above axes, ``lift_pt`` points higher where something else stands there."""
    ax.set_title(title, pad=8 + _QUIET_PT * 1.3 + lift_pt)
    ax.annotate(
        quiet,
        (0, 1),
        xytext=(0, 5 + lift_pt),
        xycoords="axes fraction",
        textcoords="offset points",
        va="bottom",
        ha="left",
        fontsize=_QUIET_PT,
        color=FAINT,
        annotation_clip=False,
    )


def divide(ax: "Axes", ratios: Sequence[float]) -> "list[Axes]":
    """Share the place of some axes among several, one above the other; the given ones become the uppermost.

    Args:
        ratios: How high each is beside the others, from the top.
    """
    figure, place = ax.figure, ax.get_subplotspec()
    grid: GridSpecBase
    if place is None:  # axes that somebody put where they are, not in a grid
        box = ax.get_position()
        grid = figure.add_gridspec(
            len(ratios), 1, height_ratios=ratios, left=box.x0, right=box.x1, bottom=box.y0, top=box.y1
        )
    else:
        grid = place.subgridspec(len(ratios), 1, height_ratios=ratios)
    ax.set_subplotspec(grid[0, 0])
    return [ax, *(figure.add_subplot(grid[row, 0]) for row in range(1, len(ratios)))]


def width_of(ax: "Axes") -> float:
    """How wide axes are before the figure is laid out, inches."""
    return float(ax.get_window_extent().width / ax.figure.dpi)


def _modes(modes: Iterable[str]) -> str:
    named = list(modes)
    return f"{named[0]} mode" if len(named) == 1 else " and ".join(named)


def fitted(title: str, rest: str, width_in: float) -> str:
    """Shorten a title so that it and what follows it are no wider than a width in inches."""
    room = max(_MIN_OF_A_TITLE, int((width_in - 0.1) / _QUIET_CHARACTER_IN) - len(rest))
    shown = drawable(" ".join(title.split()))
    if len(shown) > room:
        shown = shown[: room - 1].rstrip() + "…"
    return shown + rest
