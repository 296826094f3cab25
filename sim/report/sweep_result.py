"""What a sweep gives back: one row for each mode of each run, and what was varied."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.core.extras import need
from sim.ledger.outcomes import Counts
from sim.report.failed_runs import FailedRun
from sim.report.result import ModeResult
from sim.scenario.fields import ModeName

if TYPE_CHECKING:
    from pandas import DataFrame

    from sim.report.answers import PointAnswer

COUNTS = tuple(field.name for field in fields(Counts))
TIMES = ("effect_mean_ms", "effect_p95_ms")
"""Time from the offer of a job to its first effect, over the delivered jobs of a run: mean and 95th percentile."""
COLUMNS = ("point", "replication", "mode", "seed", "simulated_ms", *COUNTS, *TIMES, "ended")
"""The columns of a run's row, in the order of the database."""


class RunRow(NamedTuple):
    """One mode of one run.

    Attributes:
        point: Number of the point, from 0.
        replication: Number of the run at that point, from 1.
        seed: What its random numbers come from; the same at every point and in both modes.
        simulated_ms: How long it was in simulated time.
        numbers: The values of ``COUNTS`` and ``TIMES``; a time is None where nothing was delivered.
        ended: ``settled``, or what ended it before: ``duration`` or ``horizon``.
    """

    point: int
    replication: int
    mode: str
    seed: int
    simulated_ms: int
    numbers: tuple[int | None, ...]
    ended: str = "settled"

    @property
    def is_early(self) -> bool:
        """Whether it ended before all was settled."""
        return self.ended != "settled" and bool(self.numbers[COUNTS.index("pending")])

    def flat(self) -> tuple[int | str | None, ...]:
        """The row as the database has it: the values of ``COLUMNS``."""
        return (*self[:5], *self.numbers, self.ended)


def row_of(point: int, replication: int, seed: int, result: ModeResult) -> RunRow:
    """Write down what one mode of one run came to; integers only, so that the same run gives the same row anywhere."""
    waits = sorted(job.first_effect_ms - job.offered_ms for job in result.jobs if job.first_effect_ms is not None)
    mean_ms = (2 * sum(waits) + len(waits)) // (2 * len(waits)) if waits else None
    p95_ms = waits[-(-95 * len(waits) // 100) - 1] if waits else None
    counts = tuple(getattr(result.totals, name) for name in COUNTS)
    numbers = (*counts, mean_ms, p95_ms)
    ended = "settled" if result.end is None else result.end.by
    return RunRow(point, replication, result.mode, seed, result.simulated_ms, numbers, ended)


@dataclass(frozen=True)
class SweepResult:
    """Every run of a sweep.

    Attributes:
        title: The scenario's.
        question: The scenario's.
        seed: What the seeds of the runs are derived from.
        paths: What was varied, such as ``workers.email.processes``; empty when nothing was.
        points: The values of ``paths`` at each point, as the scenario file would write them.
        semantics: By point.
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
    def answers(self) -> "list[PointAnswer]":
        """Means, shares and differences with their intervals, point by point."""
        from sim.report.answers import answers_of

        return answers_of(self)

    def by_point(self) -> Iterator[tuple[int, list[RunRow]]]:
        """Yield the rows of each point that has any."""
        for point, rows in groupby(self.rows, key=lambda row: row.point):
            yield point, list(rows)

    def frame(self) -> "DataFrame":
        """Return the rows as a pandas frame, one a mode of a run, with a column for each thing varied.

        ``offered`` is ``delivered`` plus ``not_delivered``, and that is the sum of the seven outcomes beside it. Varied
        numbers are numbers there, durations are integer milliseconds, anything else is text.

        Raises:
            MissingExtra: pandas is not installed.
        """
        need("a frame", "notebook", "pandas")
        import pandas

        from sim.report.varied import numbers_of

        frame = pandas.DataFrame([row.flat() for row in self.rows], columns=list(COLUMNS))
        frame.insert(list(frame.columns).index("delivered") + 1, "not_delivered", frame.offered - frame.delivered)
        for name in TIMES:
            frame[name] = frame[name].astype("Int64")
        for place, path in enumerate(self.paths):
            texts = [values[place] for values in self.points]
            values: list[Any] = numbers_of(texts) or list(texts)
            frame.insert(place, path, [values[row.point] for row in self.rows])
        return frame
