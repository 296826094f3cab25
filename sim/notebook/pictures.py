"""A picture on a notebook's page, with the words that stand for it where it cannot be seen."""

import sys
from base64 import b64encode
from collections.abc import Iterable
from typing import Any

from matplotlib.figure import Figure

from sim.core.errors import SimError
from sim.notebook.markup import Shown, escaped
from sim.plots.figure_style import png_bytes

_PIXELS_PER_INCH = 96
_MIN_SHARE = 0.7
"""A picture is not made smaller than this share of its width: its letters could not be read. It scrolls instead."""


def show(picture: Any, *, alt: str, caption: str = "") -> Shown:
    """Show a picture once, as wide as it was drawn where there is room, with its alternative text.

    On a narrow page it becomes smaller as long as it can be read, and then scrolls within itself.

    The same picture gives the same bytes. A figure of ``matplotlib.pyplot`` is closed, so that the notebook does not
    show it a second time.

    Args:
        picture: A figure, axes, or several axes of one figure.
        alt: What a reader who cannot see the picture needs to know about it.
        caption: A line below the picture.

    Raises:
        SimError: ``alt`` is empty, or there is no one figure to show.
    """
    if not isinstance(alt, str) or not alt.strip():
        raise SimError("alt is empty; say in a sentence what the picture shows, for those who cannot see it")
    figure = _figure_of(picture)
    data = b64encode(png_bytes(figure)).decode("ascii")
    width = round(figure.get_size_inches()[0] * _PIXELS_PER_INCH)
    _close(figure)
    below = f'<figcaption style="font-style: italic">{escaped(caption)}</figcaption>' if caption else ""
    size = f"width: {width}px; max-width: max(100%, {round(width * _MIN_SHARE)}px); height: auto"
    html = (
        '<figure style="margin: 0.5em 0"><div style="overflow-x: auto">'
        f'<img alt="{escaped(alt)}" src="data:image/png;base64,{data}" style="{size}"></div>{below}</figure>'
    )
    return Shown(html, f"[picture: {alt}]" + (f"\n{caption}" if caption else ""))


def _figure_of(picture: Any) -> Figure:
    figures: list[Figure] = []
    for part in _parts(picture):
        figure = part if isinstance(part, Figure) else getattr(part, "figure", None)
        if not isinstance(figure, Figure):
            raise SimError(f"show() takes a figure, axes or several axes of one figure, not a {type(part).__name__}")
        if figure not in figures:
            figures.append(figure)
    if len(figures) != 1:
        what = "no axes" if not figures else f"axes of {len(figures)} figures"
        raise SimError(f"show() was given {what}; show one figure at a time")
    return figures[0]


def _parts(picture: Any) -> Iterable[Any]:
    if hasattr(picture, "ravel"):  # an array of axes, as plt.subplots returns it
        return list(picture.ravel())
    return picture if isinstance(picture, tuple | list) else [picture]


def _close(figure: Figure) -> None:
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close(figure)
