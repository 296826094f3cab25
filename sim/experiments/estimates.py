"""What the runs of an experiment say of a mean, and of the difference that a change makes, each with its interval."""

from collections.abc import Mapping, Sequence
from math import sqrt
from statistics import variance
from typing import NamedTuple

from sim.results.intervals import CONFIDENCE, Interval, mean_interval, t_quantile


class Estimate(NamedTuple):
    """A mean per run.

    Attributes:
        runs: How many there were.
        mean: Their sum divided by their number; ms for a time.
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


def independent_difference(before: Mapping[int, int], after: Mapping[int, int]) -> Estimate:
    """Sum up how far one mean lies above another where their runs have nothing in common: after − before.

    The interval is Welch's, with the degrees of freedom rounded down, so that it is never too narrow for that; None
    where one of the two has fewer than two runs. ``runs`` are those of the smaller of the two.
    """
    first, second = list(before.values()), list(after.values())
    if not first or not second:
        return Estimate(0, 0.0, None, 0)
    mean = (sum(second) * len(first) - sum(first) * len(second)) / (len(first) * len(second))
    return Estimate(min(len(first), len(second)), mean, _welch(first, second, mean), sum(map(bool, (*first, *second))))


def _welch(first: Sequence[int], second: Sequence[int], mean: float) -> Interval | None:
    """Source: B. L. Welch, The generalization of Student's problem when several different variances are involved."""
    if min(len(first), len(second)) < 2:
        return None
    parts = [(variance(values) / len(values), len(values) - 1) for values in (first, second)]
    squared = sum(part for part, _freedom in parts)
    if not squared:
        return Interval(mean, mean)
    freedom = squared**2 / sum(part**2 / freedom for part, freedom in parts)
    half = t_quantile(0.5 + CONFIDENCE / 2, max(1, int(freedom))) * sqrt(squared)
    return Interval(mean - half, mean + half)
