"""What a sweep gives back: one row for each mode of each run, and what was varied.

Values that a sweep varies, as numbers where they are: plain numbers, durations as milliseconds.
Runs of a sweep that could not be finished: which they are, why, and how to have each again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.core.durations import parse_duration
from sim.core.errors import DurationError
from sim.core.extras import need
from sim.results.outcomes import Counts
from sim.results.result import ModeResult
from sim.yaml_files.fields import ModeName

if TYPE_CHECKING:
    from pandas import DataFrame

    from sim.results.sweep_answers import PointAnswer


def are_durations(values: Sequence[str]) -> bool:
    """Tell whether all of them are durations such as ``30s``."""
    return _durations(values) is not None


def numbers_of(values: Sequence[str]) -> list[int] | list[float] | None:
    """Read values as numbers, durations as integer milliseconds; None where one of them is neither or they mix."""
    durations = _durations(values)
    if durations is not None:
        return durations
    try:
        whole = [int(value) for value in values]
    except ValueError:
        pass
    else:
        return whole
    try:
        numbers = [float(value) for value in values]
    except ValueError:
        return None
    return numbers if all(abs(number) < float("inf") for number in numbers) else None


def _durations(values: Sequence[str]) -> list[int] | None:
    try:
        return [parse_duration(value) for value in values]
    except DurationError:
        return None


_MAX_TOLD = 5


class FailedRun(NamedTuple):
    """A run that gave no result.

    Attributes:
        point: Number of the point, from 0.
        replication: Number of the run at that point, from 1.
        seed: What its random numbers come from.
        why: What went wrong, in a line.
        broke: Whether the program itself is at fault; else the run asked for more than is allowed.
        replay: The command that gives this run again.
    """

    point: int
    replication: int
    seed: int
    why: str
    broke: bool
    replay: str

    def as_dict(self) -> dict[str, Any]:
        """The run as the JSON contract writes it."""
        return self._asdict()


def told(failures: Sequence[FailedRun]) -> str:
    """Say which runs could not be finished, the first of them with why and how to have them again."""
    lines = []
    for one in failures[:_MAX_TOLD]:
        lines.append(f"run {one.replication} at point {one.point} could not be finished: {one.why}")
        lines.append(f"  again: {one.replay}")
    if len(failures) > _MAX_TOLD:
        lines.append(f"and {len(failures) - _MAX_TOLD:,} more")
    if any(one.broke for one in failures):
        lines.append("This is a fault of the program, not of the scenario; please report it with the lines above.")
    return "\n".join(lines)


def left_out(failures: Sequence[FailedRun], runs: int) -> str:
    """Say how many runs the numbers of a sweep leave out.

    Args:
        runs: How many were finished.
    """
    whole = runs + len(failures)
    return (
        f"{len(failures):,} of {whole:,} runs could not be finished, and every number here leaves them out: what is "
        "true of them may be anything"
    )


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
        from sim.results.sweep_answers import answers_of

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

        frame = pandas.DataFrame([row.flat() for row in self.rows], columns=list(COLUMNS))
        frame.insert(list(frame.columns).index("delivered") + 1, "not_delivered", frame.offered - frame.delivered)
        for name in TIMES:
            frame[name] = frame[name].astype("Int64")
        for place, path in enumerate(self.paths):
            texts = [values[place] for values in self.points]
            values: list[Any] = numbers_of(texts) or list(texts)
            frame.insert(place, path, [values[row.point] for row in self.rows])
        return frame
