"""When a sweep has run enough: every bound that its answer shows lies near enough to its value."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sim.core.errors import SimError
from sim.core.text import one_line
from sim.results.intervals import share_interval
from sim.results.sweep_answers import PARTS, REASONS, PointAnswer, Summary
from sim.yaml_files.fields import ModeName
from sim.yaml_files.problems import quoted

FIRST_CHECK = 50
SHOWN = ("delivered", "duplicated", "late", "not_delivered", *REASONS)
"""What a sweep's table shows, and says of it that it never occurred, unless it is told what to show."""
_PERCENT = re.compile(r"(\d{1,2}(?:\.\d{1,6})?) ?%")


class Widest(NamedTuple):
    """The bound that lies furthest from its value.

    Attributes:
        settings: Of its point.
        distance: As ``distance_of`` has it.
    """

    settings: tuple[tuple[str, str], ...]
    mode: ModeName
    measure: str
    distance: float

    def as_dict(self) -> dict[str, Any]:
        """The bound as the JSON contract writes it."""
        return {
            "settings": dict(self.settings),
            "mode": self.mode,
            "measure": self.measure,
            "distance": None if self.distance == float("inf") else self.distance,
        }


class Stop(NamedTuple):
    """Where a sweep ended that was to run until its intervals are narrow.

    Attributes:
        within: How far a bound may lie from its value; 0.01 is 1%.
        measures: What was looked at.
        runs: How many were made at each point, with those that failed.
        widest: None where no run was finished.
    """

    within: float
    measures: tuple[str, ...]
    runs: int
    widest: Widest | None

    @property
    def is_narrow(self) -> bool:
        """Whether every bound is near enough; otherwise the sweep ended at the limit of runs."""
        return self.widest is not None and self.widest.distance <= self.within

    def as_dict(self) -> dict[str, Any]:
        """The stop as the JSON contract writes it."""
        return {
            "interval": self.within,
            "measures": list(self.measures),
            "runs_at_each_point": self.runs,
            "stopped_by": "interval" if self.is_narrow else "runs",
            "widest": None if self.widest is None else self.widest.as_dict(),
        }


def parse_within(text: str) -> float:
    """Read ``1%`` or ``0.5%``.

    Raises:
        SimError: It is something else, or not above 0%.
    """
    found = _PERCENT.fullmatch(text.strip())
    if found is None or not float(found[1]):
        raise SimError(
            one_line(f"--until-interval {quoted(text)}: expected a percentage above 0% and below 100%, such as 1%")
        )
    return float(found[1]) / 100


def checkpoints(runs: int) -> Iterator[int]:
    """Yield after how many runs of every point a sweep looks: 50, 100, 200 and so on, and at the limit."""
    check = FIRST_CHECK
    while check < runs:
        yield check
        check *= 2
    yield runs


def distance_of(summary: Summary) -> float:
    """Say how far the truth may lie from a value that is shown, as its 95% interval has it.

    The further of the interval's two bounds counts. Of a share of the jobs it is a share of the jobs (0.01 is one
    percentage point), of a time or another count a share of its mean. Where all runs gave the same, their spread says
    nothing, and it is the largest share of the runs that may yet differ; they cannot move a share of the jobs further.
    """
    if summary.interval is None:
        return float("inf")
    if summary.is_alike:
        return share_interval(0, summary.runs).high
    scale = summary.offered if summary.measure in PARTS else summary.mean
    return max(summary.mean - summary.interval.low, summary.interval.high - summary.mean) / scale


def widest_of(answers: Sequence[PointAnswer], measures: Sequence[str]) -> Widest | None:
    """Find the bound that lies furthest from its value, over all points, modes and these measures; the first of two."""
    found = [
        Widest(answer.settings, mode, measure, distance_of(summaries[measure]))
        for answer in answers
        for mode, summaries in answer.modes.items()
        for measure in measures
        if measure in summaries
    ]
    return max(found, key=lambda one: one.distance, default=None)
