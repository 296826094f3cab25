"""The pictures of a result as PNG, each with words and numbers for those who do not see it."""

from dataclasses import dataclass

from sim.plots.figure_style import png_bytes
from sim.plots.picture import NumberTable
from sim.plots.runs import run_pictures
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
    drawn = []
    for name, picture in run_pictures().items():
        content = picture.content(result)
        if content is not None:
            wide, narrow = png_bytes(content.wide), png_bytes(content.narrow)
            drawn.append(Picture(name, picture.title, wide, narrow, content.alt, content.caption, content.tables))
    return drawn
