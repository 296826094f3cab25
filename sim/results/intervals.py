"""Confidence intervals for shares and means, from the regularised incomplete beta function and bisection.

All are two-sided at 95% unless told otherwise, and written here because nothing else in the project needs scipy.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from statistics import NormalDist, fmean
from typing import NamedTuple

CONFIDENCE = 0.95
_TINY = 1e-300


class Interval(NamedTuple):
    """Two bounds; both belong to it."""

    low: float
    high: float


def share_interval(hits: int, of: int, confidence: float = CONFIDENCE) -> Interval:
    """Bound a share from ``hits`` among ``of`` independent trials.

    Wilson's interval where some trials hit and some did not; at 0 and at all of them Clopper and Pearson's, whose
    bound there is exact: 0 of 2,000 means at most 0.1843%.
    """
    return (clopper_pearson if hits in (0, of) else wilson)(hits, of, confidence)


@lru_cache(maxsize=10_000)
def wilson(hits: int, of: int, confidence: float = CONFIDENCE) -> Interval:
    """Bound a share by inverting the score test.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference (1927).
    """
    _check(hits, of)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = hits / of
    scale = 1 + z * z / of
    middle = (share + z * z / (2 * of)) / scale
    half = z / scale * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return Interval(max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half)))


@lru_cache(maxsize=10_000)
def clopper_pearson(hits: int, of: int, confidence: float = CONFIDENCE) -> Interval:
    """Bound a share by the shares at which so few or so many hits would still be likely enough; never too narrow.

    Source: C. J. Clopper and E. S. Pearson, The use of confidence or fiducial limits (1934).
    """
    _check(hits, of)
    tail = (1 - confidence) / 2
    low = 0.0 if hits == 0 else _solve(lambda p: incomplete_beta(hits, of - hits + 1, p), tail)
    high = 1.0 if hits == of else _solve(lambda p: incomplete_beta(hits + 1, of - hits, p), 1 - tail)
    return Interval(low, high)


def mean_interval(values: list[int] | list[float], confidence: float = CONFIDENCE) -> Interval | None:
    """Bound the mean of independent runs by Student's t; None for fewer than two, which say nothing of their spread.

    Counts per run are not normal, but their mean nearly is from some dozen runs on, and t is wide for fewer. Where all
    values are equal both bounds are that value: the runs did not differ, and only the share of runs with any (see
    ``share_interval``) says how rare an exception may be.
    """
    if len(values) < 2:
        return None
    mean = fmean(values)
    spread = math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))
    return _around(mean, spread, len(values), confidence)


def mean_interval_of(count: int, total: int, squares: int, confidence: float = CONFIDENCE) -> Interval | None:
    """Do what ``mean_interval`` does for whole numbers that are there as their count, sum and sum of squares."""
    if count < 2:
        return None
    spread = math.sqrt((count * squares - total * total) / (count * (count - 1)))
    return _around(total / count, spread, count, confidence)


@lru_cache(maxsize=1_000)
def t_quantile(probability: float, freedom: int) -> float:
    """Return the quantile of Student's t distribution, for a probability of at least one half.

    The tail beyond t is half the incomplete beta function at ``freedom / (freedom + t²)``.
    """
    if freedom < 1 or not 0.5 <= probability < 1:
        raise ValueError(f"expected freedom >= 1 and 0.5 <= probability < 1, got {freedom} and {probability}")
    if probability == 0.5:
        return 0.0
    tail = 2 * (1 - probability)
    x = _solve(lambda at: incomplete_beta(freedom / 2, 0.5, at), tail)
    return math.sqrt(freedom * (1 - x) / max(x, _TINY))


def incomplete_beta(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b).

    Source: the continued fraction 8.17.22 of the NIST Digital Library of Mathematical Functions, by Lentz's method.
    """
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1.0 - incomplete_beta(b, a, 1 - x)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x) - math.log(a)
    )
    c = 1.0
    d = 1.0 / _not_zero(1.0 - (a + b) * x / (a + 1))
    fraction = d
    for m in range(1, 100_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1.0 / _not_zero(1.0 + even * d)
        c = _not_zero(1.0 + even / c)
        fraction *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1.0 / _not_zero(1.0 + odd * d)
        c = _not_zero(1.0 + odd / c)
        fraction *= d * c
        if abs(d * c - 1.0) < 1e-15:
            break
    return min(1.0, front * fraction)


def _around(mean: float, spread: float, count: int, confidence: float) -> Interval:
    half = t_quantile(0.5 + confidence / 2, count - 1) * spread / math.sqrt(count)
    return Interval(mean - half, mean + half)


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def _solve(function: Callable[[float], float], target: float) -> float:
    """Find where a growing function on [0, 1] reaches the target, to the last digits."""
    low, high = 0.0, 1.0
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if function(middle) < target:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _check(hits: int, of: int) -> None:
    if of < 1 or not 0 <= hits <= of:
        raise ValueError(f"expected 0 <= hits <= of and of >= 1, got {hits} of {of}")
