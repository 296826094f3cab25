"""The pictures of a result as PNG, each with words and numbers for those who do not see it."""

from dataclasses import dataclass
from functools import partial

from sim.plots.figure_style import png_bytes
from sim.plots.picture import NumberTable, RunPicture
from sim.plots.runs import run_pictures
from sim.reports.side_by_side import side_by_side
from sim.results.result import Result


@dataclass(frozen=True)
class Picture:
    """One picture, drawn.

    Attributes:
        name: Its file name without the ending.
        title: Its heading in the report.
        png: For a wide page.
        narrow_png: The same for a narrow one, as a telephone's.
        alt: What it shows, with its numbers.
        caption: How to read it.
        tables: Its numbers.
    """

    name: str
    title: str
    png: bytes
    narrow_png: bytes
    alt: str
    caption: str
    tables: list[NumberTable]


def draw_pictures(result: Result) -> list[Picture]:
    """Draw every picture that the result has something to show in, in the order of the report."""
    pictures = side_by_side([partial(_draw, name, picture, result) for name, picture in run_pictures().items()])
    return [picture for picture in pictures if picture is not None]


def _draw(name: str, picture: RunPicture, result: Result) -> Picture | None:
    content = picture.content(result)
    if content is None:
        return None
    wide, narrow = png_bytes(content.wide), png_bytes(content.narrow)
    return Picture(name, picture.title, wide, narrow, content.alt, content.caption, content.tables)
