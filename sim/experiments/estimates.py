"""What the runs of an experiment say of a mean, and of the difference that a change makes, each with its interval."""

from collections.abc import Mapping
from typing import NamedTuple

from sim.results.intervals import Interval, mean_interval


class Estimate(NamedTuple):
    """A mean per run.

    Attributes:
        runs: How many there were.
        interval: Of the mean, at 95%; None for fewer than two runs.
        runs_with_any: In how many runs the value was not zero.
    """

    runs: int
    mean: float
    interval: Interval | None
    runs_with_any: int

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.interval is not None and not self.interval.low <= 0 <= self.interval.high


def estimate(values: Mapping[int, int]) -> Estimate:
    """Sum up one value for each run.

    Args:
        values: By number of the run.
    """
    numbers = list(values.values())
    if not numbers:
        return Estimate(0, 0.0, None, 0)
    return Estimate(len(numbers), sum(numbers) / len(numbers), mean_interval(numbers), sum(map(bool, numbers)))


def difference(before: Mapping[int, int], after: Mapping[int, int]) -> Estimate:
    """Sum up what a change makes of a value, run by run: after − before.

    Args:
        before: By number of the run.
        after: With the change; only runs that both have are compared.
    """
    return estimate({number: after[number] - before[number] for number in before if number in after})
