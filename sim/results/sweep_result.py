"""What a sweep returns: the rows of its runs, its answers, and a frame."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any, NoReturn

from sim.core.extras import need
from sim.core.renamed import no_attribute
from sim.results.failed_runs import FailedRun
from sim.results.sweep_answers import PointAnswer, answer_of
from sim.results.sweep_rows import COLUMNS, TIMES, RunRow
from sim.results.varied_values import numbers_of
from sim.yaml_files.fields import ModeName

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True)
class SweepResult:
    """Every run of a sweep.

    Attributes:
        title: The scenario's.
        question: The scenario's.
        seed: What the seeds of the runs are derived from.
        store: What held the queue's keys: ``memory``, unless somebody chose otherwise.
        paths: What was varied, such as ``workers.email.processes``; empty when nothing was.
        points: The values of ``paths`` at each point, as the scenario file would write them.
        semantics: By point: ``documented`` or ``bull-4.16``.
        modes: Which were run: ``in-process``, ``queue`` or both.
        rows: Sorted by point, replication and mode.
        failures: Runs that could not be finished; nothing of them is in the rows.
    """

    title: str
    question: str
    seed: int
    store: str
    paths: tuple[str, ...]
    points: tuple[tuple[str, ...], ...]
    semantics: tuple[str, ...]
    modes: tuple[ModeName, ...]
    rows: list[RunRow]
    failures: list[FailedRun] = field(default_factory=list)

    @property
    def runs(self) -> int:
        """How many runs there are; a run goes through all modes."""
        return len(self.rows) // len(self.modes)

    @cached_property
    def answers(self) -> list[PointAnswer]:
        """Means, shares and differences with their intervals, point by point."""
        return [
            answer_of(
                point,
                tuple(zip(self.paths, self.points[point], strict=True)),
                self.semantics[point],
                {mode: [row for row in rows if row.mode == mode] for mode in self.modes},
            )
            for point, rows in self.by_point()
        ]

    def by_point(self) -> Iterator[tuple[int, list[RunRow]]]:
        """Yield the rows of each point that has any."""
        for point, rows in groupby(self.rows, key=lambda row: row.point):
            yield point, list(rows)

    def to_frame(self) -> "DataFrame":
        """Return the rows as a pandas frame, one a mode of a run, with a column for each thing varied.

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
