"""Intervals and tests of samples. Everything is deterministic; nothing but numpy and the standard library."""

import math
from collections.abc import Callable, Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

CONFIDENCE = 0.999
"""Of every interval: with so many forms on one page, 95 % would miss one of twenty."""


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
    gives one value: its mean. At least ten runs, so that the series for the quantile is good to 1 %.
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


class Quantiles(NamedTuple):
    """What is known of a measured sample: its size and some of its quantiles."""

    n: int
    low: float
    middle: tuple[float, ...]
    high: float


MIDDLE = (0.25, 0.5, 0.75, 0.9)
"""The quantiles between the ends, as numpy interpolates them."""


def two_sample_p(measured: Quantiles, simulated: Sequence[float], draws: int = 4_000) -> float:
    """Return how often a sample of the same size out of ``simulated`` lies as far from it as the measured one does.

    Of the measured sample only quantiles are known. At each of them its distribution is known, and so the distance is
    that of Anderson and Darling at these points: the sum of (F(q) − p)² / (p (1 − p)), with F the simulated times'
    distribution and p the level of the quantile. (A chi-square of the counts between the quantiles would do, but it is
    blind to the order of its cells and so sees a shift late.) F(q) scatters, because q is the quantile of a small
    sample; how much, is seen by drawing samples of that size from the simulated times and taking the quantiles of each
    in the same way. The result is a p-value: the share of draws whose distance is at least the measured one.
    """
    ordered = np.sort(np.asarray(simulated, dtype=float))
    generator = np.random.Generator(np.random.PCG64(20_260_101))
    samples = generator.choice(ordered, size=(draws, measured.n))
    seen = _distance(ordered, np.array([measured.middle]))[0]
    by_chance = _distance(ordered, np.quantile(samples, MIDDLE, axis=1).T)
    return float((np.sum(by_chance >= seen) + 1) / (draws + 1))


def _distance(ordered: NDArray[np.float64], quantiles: NDArray[np.float64]) -> NDArray[np.float64]:
    reached = np.searchsorted(ordered, quantiles, side="right") / len(ordered)
    levels = np.array(MIDDLE)
    distance: NDArray[np.float64] = ((reached - levels) ** 2 / (levels * (1 - levels))).sum(axis=1)
    return distance


def ends_p(measured: Quantiles, simulated: Sequence[float]) -> tuple[float, float]:
    """Return two-sided p-values of the smallest and of the largest of the n measured values.

    The chance that all n values exceed the smallest measured one is (share above it)^n, and likewise at the other end.
    """
    values = np.asarray(simulated, dtype=float)
    all_above = float(np.mean(values >= measured.low)) ** measured.n
    all_below = float(np.mean(values <= measured.high)) ** measured.n
    return 2 * min(all_above, 1 - all_above), 2 * min(all_below, 1 - all_below)
