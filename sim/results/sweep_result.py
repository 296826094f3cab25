"""What a sweep returns: the rows of its runs, its answers, and a frame."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any, NoReturn

from sim.core.extras import need
from sim.core.renamed import no_attribute
from sim.results.failed_runs import FailedRun
from sim.results.sweep_answers import PointAnswer, answer_of
from sim.results.sweep_rows import COLUMNS, TIMES, RunRow
from sim.results.sweep_stop import Stop
from sim.results.sweep_values import PointValues
from sim.results.varied_values import numbers_of
from sim.yaml_files.fields import ModeName

if TYPE_CHECKING:
    from pandas import DataFrame

_MAX_REMEMBERED = 4


@dataclass(frozen=True)
class SweepResult:
    """Every run of a sweep.

    Attributes:
        title: The scenario's.
        question: The scenario's.
        seed: What the seeds of the runs are derived from.
        store: What held the queue's keys: ``memory`` by default.
        paths: What was varied, such as ``workers.email.processes``; empty when nothing was.
        points: The values of ``paths`` at each point, as the scenario file would write them.
        semantics: By point: ``documented`` or ``bull-4.16``.
        modes: Which were run: ``in-process``, ``queue`` or both.
        rows: Sorted by point, replication and mode. Those of a sweep stay in its database and are read as they are
            asked for: ``for row in result.rows`` has few of them in memory at a time, ``list(result.rows)`` all.
        failures: Runs that could not be finished; nothing of them is in the rows.
        stop: Of a sweep that was to run until its intervals are narrow: after how many runs it ended, and why.
        promises: Whether any jobs were promised to be delivered within a time, so that some may be late.
    """

    title: str
    question: str
    seed: int
    store: str
    paths: tuple[str, ...]
    points: tuple[tuple[str, ...], ...]
    semantics: tuple[str, ...]
    modes: tuple[ModeName, ...]
    rows: Sequence[RunRow]
    failures: list[FailedRun] = field(default_factory=list)
    stop: Stop | None = None
    promises: bool = False
    _remembered: OrderedDict[int, PointValues] = field(
        default_factory=OrderedDict, init=False, repr=False, compare=False
    )

    @property
    def runs(self) -> int:
        """The number of runs; a run covers all modes."""
        return len(self.rows) // len(self.modes)

    @cached_property
    def answers(self) -> list[PointAnswer]:
        """Means, shares and differences with their intervals, point by point."""
        found: list[PointAnswer] = []
        for point, rows in groupby(self.rows, key=lambda row: row.point):
            counted = self._remember(point, PointValues(rows))
            values = tuple(zip(self.paths, self.points[point], strict=True))
            found.append(answer_of(point, values, self.semantics[point], counted))
        return found

    def value_counts(self, point: int) -> PointValues:
        """Say in how many runs of a point each value occurred."""
        if point in self._remembered:
            return self._remember(point, self._remembered[point])
        return self._remember(point, PointValues(row for row in self.rows if row.point == point))

    def _remember(self, point: int, counted: PointValues) -> PointValues:
        """Keep the few that were asked for last; those of all points would be as large as the rows."""
        self._remembered[point] = counted
        self._remembered.move_to_end(point)
        if len(self._remembered) > _MAX_REMEMBERED:
            self._remembered.popitem(last=False)
        return counted

    def to_frame(self) -> "DataFrame":
        """Return the rows as a pandas frame, one per run and mode, with a column for each varied path.

        ``offered`` is ``delivered`` plus ``not_delivered``, and that is the sum of the seven outcomes beside it. Varied
        numbers are numbers there, durations are integer milliseconds, anything else is text.

        Raises:
            MissingExtra: pandas is not installed; the error says what to install.
        """
        need("a frame", "notebook", "pandas")
        import pandas

        frame = pandas.DataFrame([row.flat() for row in self.rows], columns=list(COLUMNS))
        frame.insert(list(frame.columns).index("delivered") + 1, "not_delivered", frame.offered - frame.delivered)
        for name in TIMES:
            frame[name] = frame[name].astype("Int64")
        for place, path in enumerate(self.paths):
            texts = [values[place] for values in self.points]
            values: list[Any] = numbers_of(texts) or list(texts)
            frame.insert(place, path, [values[row.point] for row in self.rows])
        return frame

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            raise no_attribute(self, name, {"frame": "result.to_frame()"})
