"""Sums of a sweep's rows, one row after the other: what is kept of a run is in how many runs each value occurred."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from sim.results.intervals import Interval, mean_interval_of
from sim.results.sweep_rows import COUNTS, TIMES, RunRow
from sim.yaml_files.fields import ModeName

FAILED = ("failed_reported", "failed_retained", "failed_evicted", "dead_lettered")
MEASURES = (*(name for name in COUNTS if name != "offered"), "not_delivered", "failed", *TIMES)
"""What can be asked of a sweep: every outcome and overlay, ``not_delivered`` for all outcomes but ``delivered``,
``failed`` for the four ways to fail, and two times."""
_PLACE = {name: place for place, name in enumerate((*COUNTS, *TIMES))}
_OFFERED, _DELIVERED = _PLACE["offered"], _PLACE["delivered"]
_FAILED = tuple(_PLACE[name] for name in FAILED)
_COPIED = tuple(_PLACE[name] for name in COUNTS if name != "offered")
_TIMES = tuple(_PLACE[name] for name in TIMES)


def measures_of(row: RunRow) -> tuple[int | None, ...]:
    """Read every measure of one run, in the order of ``MEASURES``; None for a time where nothing was delivered."""
    numbers = row.numbers
    return (
        *[numbers[place] for place in _COPIED],
        (numbers[_OFFERED] or 0) - (numbers[_DELIVERED] or 0),
        sum(numbers[place] or 0 for place in _FAILED),
        *[numbers[place] for place in _TIMES],
    )


@dataclass(slots=True)
class Moments:
    """How many whole numbers there were, their sum and the sum of their squares; exact, so their order is nothing."""

    count: int = 0
    total: int = 0
    squares: int = 0

    def add(self, value: int, times: int = 1) -> None:
        """Take in a number that occurred so many times."""
        self.count += times
        self.total += value * times
        self.squares += value * value * times

    @property
    def mean(self) -> float:
        """Of at least one number."""
        return self.total / self.count

    @property
    def interval(self) -> Interval | None:
        """Of the mean, at 95%; None for fewer than two numbers."""
        return mean_interval_of(self.count, self.total, self.squares)


@dataclass(slots=True)
class ModeValues:
    """The runs of one mode at one point.

    Attributes:
        runs: How many there are.
        offered: Jobs offered, in all of them.
        early: How many ended before all was settled.
        counts: By measure: in how many runs each value occurred.
    """

    runs: int = 0
    offered: int = 0
    early: int = 0
    counts: dict[str, Counter[int]] = field(default_factory=lambda: {name: Counter() for name in MEASURES})

    def add(self, row: RunRow, measured: tuple[int | None, ...]) -> None:
        """Take in a run, with what ``measures_of`` read of it."""
        self.runs += 1
        self.offered += row.numbers[_OFFERED] or 0
        self.early += row.is_early
        for counts, value in zip(self.counts.values(), measured, strict=True):
            if value is not None:
                counts[value] += 1


class PointValues:
    """The runs of one point; both modes of a run come one right after the other.

    Attributes:
        modes: By mode; modes without a run are left out.
        differences: By measure, queue − in-process, run by run; empty with one mode.
    """

    def __init__(self, rows: Iterable[RunRow] = ()) -> None:
        self.modes: dict[ModeName, ModeValues] = {}
        self.differences: dict[str, Moments] = {}
        self._before: tuple[int, str, tuple[int | None, ...]] = (0, "", ())
        for row in rows:
            self.add(row)

    @property
    def runs(self) -> int:
        """The number of runs; a run covers all modes."""
        return max((mode.runs for mode in self.modes.values()), default=0)

    def add(self, row: RunRow) -> None:
        """Take in a row."""
        measured = measures_of(row)
        self.modes.setdefault(row.mode, ModeValues()).add(row, measured)
        replication, mode, before = self._before
        if replication == row.replication and mode == "in-process":
            self._compare(before, measured)
        self._before = row.replication, row.mode, measured

    def _compare(self, in_process: tuple[int | None, ...], queue: tuple[int | None, ...]) -> None:
        for name, before, after in zip(MEASURES, in_process, queue, strict=True):
            if before is not None and after is not None:
                self.differences.setdefault(name, Moments()).add(after - before)
