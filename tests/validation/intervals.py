"""Intervals and tests of samples. Everything is deterministic; nothing but numpy and the standard library."""

import math
from collections.abc import Callable, Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

CONFIDENCE = 0.999
"""Of every interval: with so many forms on one page, 95% would miss one of twenty."""


class Interval(NamedTuple):
    """An estimate and the interval that holds the true value with ``CONFIDENCE``."""

    estimate: float
    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether the value lies within."""
        return self.low <= value <= self.high


def mean_of_runs(values: Sequence[float]) -> Interval:
    """Estimate a mean from values of independent runs, by Student's distribution.

    What happens inside a run is correlated (a job that waits long is followed by one that waits long), so each run
    gives one value: its mean. At least ten runs, so that the series for the quantile is good to 1%.
    """
    n = len(values)
    mean = float(np.mean(values))
    half = student_quantile(n - 1, 0.5 + CONFIDENCE / 2) * float(np.std(values, ddof=1)) / math.sqrt(n)
    return Interval(mean, mean - half, mean + half)


def student_quantile(freedom: int, chance: float) -> float:
    """Return a quantile of Student's distribution, by the series in 1/freedom (Abramowitz and Stegun 26.7.5)."""
    z = NormalDist().inv_cdf(chance)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92_160,
    )
    return z + sum(term / freedom**power for power, term in enumerate(terms, 1))


def share(hits: int, trials: int) -> Interval:
    """Estimate a chance from independent trials: the exact interval of Clopper and Pearson."""
    tail = (1 - CONFIDENCE) / 2
    low = 0.0 if hits == 0 else _solve(lambda p: 1 - binomial_cdf(hits - 1, trials, p) - tail)
    high = 1.0 if hits == trials else _solve(lambda p: tail - binomial_cdf(hits, trials, p))
    return Interval(hits / trials, low, high)


def binomial_cdf(most: int, trials: int, chance: float) -> float:
    """Return the chance of at most so many hits."""
    if most < 0:
        return 0.0
    hits = np.arange(min(most, trials) + 1)
    ways = math.lgamma(trials + 1) - np.array([math.lgamma(k + 1) + math.lgamma(trials - k + 1) for k in hits])
    return min(1.0, float(np.exp(ways + hits * math.log(chance) + (trials - hits) * math.log1p(-chance)).sum()))


def _solve(rising: Callable[[float], float]) -> float:
    low, high = 1e-12, 1 - 1e-12
    for _ in range(60):
        middle = (low + high) / 2
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def largest_gap(values: Sequence[float], cdf: Callable[[float], float]) -> float:
    """Return the statistic of Kolmogorov and Smirnov: the largest gap between the sample's distribution and ``cdf``."""
    ordered = sorted(values)
    n = len(ordered)
    theory = [cdf(value) for value in ordered]
    return max(max((i + 1) / n - at, at - i / n) for i, at in enumerate(theory))


def allowed_gap(n: int) -> float:
    """Return what the largest gap exceeds in one sample of a thousand that has the distribution (asymptotic)."""
    return math.sqrt(-math.log((1 - CONFIDENCE) / 2) / 2) / math.sqrt(n)


def two_sample_p(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the p-value of the test of Kolmogorov and Smirnov that two samples are of one distribution.

    Source: the asymptotic distribution with Stephens's correction for small samples (Numerical Recipes, 14.3).
    """
    first, second = np.sort(np.asarray(one, dtype=float)), np.sort(np.asarray(other, dtype=float))
    at = np.concatenate([first, second])
    shares = [np.searchsorted(sample, at, side="right") / len(sample) for sample in (first, second)]
    gap = float(np.abs(shares[0] - shares[1]).max())
    root = math.sqrt(len(first) * len(second) / (len(first) + len(second)))
    scaled = (root + 0.12 + 0.11 / root) * gap
    if scaled < 0.2:
        return 1.0
    return min(1.0, 2 * sum((-1) ** (k - 1) * math.exp(-2 * (k * scaled) ** 2) for k in range(1, 101)))


def median_p(n: int, median: float, simulated: Sequence[float], draws: int = 4_000) -> float:
    """Return the two-sided p-value of the median of n measured values, by drawing n of the simulated ones at random."""
    generator = np.random.Generator(np.random.PCG64(20_260_101))
    drawn = np.median(generator.choice(np.asarray(simulated, dtype=float), size=(draws, n)), axis=1)
    below, above = (int(np.sum(drawn <= median)), int(np.sum(drawn >= median)))
    return min(1.0, 2 * (min(below, above) + 1) / (draws + 1))


def ends_p(n: int, low: float, high: float, simulated: Sequence[float]) -> tuple[float, float]:
    """Return two-sided p-values of the smallest and of the largest of n measured values.

    The chance that all n values exceed the smallest measured one is (share above it)^n, and likewise at the other end.
    """
    values = np.asarray(simulated, dtype=float)
    all_above = float(np.mean(values >= low)) ** n
    all_below = float(np.mean(values <= high)) ** n
    return 2 * min(all_above, 1 - all_above), 2 * min(all_below, 1 - all_below)


def largest_p(measured: Sequence[float], simulated: Sequence[float]) -> float:
    """Return how likely it is that as many of the measured values exceed all simulated ones, were both alike.

    The k largest of n + N values are then all among the n with the chance n/(n + N) · (n − 1)/(n + N − 1) · ...
    """
    n, both = len(measured), len(measured) + len(simulated)
    beyond = sum(value > max(simulated) for value in measured)
    return math.prod((n - k) / (both - k) for k in range(beyond))
