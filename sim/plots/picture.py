"""What a picture is: how it is drawn, and what stands beside it for those who do not see it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.results.result import Result
    from sim.results.sweep_result import SweepResult

WHOLE_TRACE = "trace.ndjson.gz"
"""The file of the results folder with everything that pictures and tables leave out."""


@dataclass(frozen=True)
class NumberTable:
    """The numbers behind a picture; the first cell of each row names the row.

    Attributes:
        ends_in_text: Whether the last column is text, as long as it may be, and no number.
    """

    caption: str
    headings: list[str]
    rows: list[list[str]]
    ends_in_text: bool = False


@dataclass(frozen=True)
class Content:
    """What a picture shows of one run.

    Attributes:
        wide: For a wide page.
        narrow: The same for a narrow one, as a telephone's.
        alt: What it shows, with its numbers, in words.
        caption: How to read it.
        tables: Its numbers.
    """

    wide: "Figure"
    narrow: "Figure"
    alt: str
    caption: str
    tables: list[NumberTable]


@dataclass(frozen=True)
class RunPicture:
    """A picture of one run, for its results folder and its report.

    A module of ``sim.plots.runs`` that has one, as ``PICTURE``, is all that it takes; the module's name is the file's.

    Attributes:
        title: Its heading in the report.
        place: Where it stands in the report: pictures with lower numbers come first.
        content: Draws it and writes what belongs to it; None where a run has nothing to show in it.
    """

    title: str
    place: int
    content: "Callable[[Result], Content | None]"


@dataclass(frozen=True)
class SweepPicture:
    """A picture of a sweep, for its folder; a module of ``sim.plots.sweeps`` that has one, as ``PICTURE``, is enough.

    Attributes:
        name: Its file name without the ending.
        place: Pictures with lower numbers are drawn first.
        applies: Whether a sweep is of a kind that has it.
        draw: Draws some measures; a note stands in the line below the title.
    """

    name: str
    place: int
    applies: "Callable[[SweepResult], bool]"
    draw: "Callable[[SweepResult, Sequence[str], str], Figure]"
