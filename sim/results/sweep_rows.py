"""What a sweep keeps of a run: one row for each mode."""

from dataclasses import fields
from operator import attrgetter
from typing import NamedTuple

from sim.results.delivery import DeliveryTimes
from sim.results.outcomes import Counts
from sim.results.result import ModeResult
from sim.yaml_files.fields import ModeName

COUNTS = tuple(field.name for field in fields(Counts))
_counts_of = attrgetter(*COUNTS)
TIMES = tuple(DeliveryTimes().as_dict())
"""Time from when a job was due to its first effect, over the delivered jobs of a run."""
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
    mode: ModeName
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
    numbers = (*_counts_of(result.totals), *result.delivery[1:])
    ended = "settled" if result.end is None else result.end.by
    return RunRow(point, replication, result.mode, seed, result.simulated_ms, numbers, ended)
