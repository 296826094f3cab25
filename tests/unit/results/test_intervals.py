"""Confidence intervals against published values, and what must hold for all of them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.results.intervals import (
    clopper_pearson,
    incomplete_beta,
    mean_interval,
    share_interval,
    t_quantile,
    wilson,
)

TRIALS = st.integers(1, 3_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


@pytest.mark.parametrize(
    ("method", "hits", "of", "low", "high"),
    [
        (clopper_pearson, 0, 2_000, 0.0, 0.001842740),
        (clopper_pearson, 0, 10, 0.0, 0.3084971),
        (clopper_pearson, 10, 10, 0.6915029, 1.0),
        (clopper_pearson, 5, 10, 0.1870860, 0.8129140),
        (clopper_pearson, 10, 100, 0.0490047, 0.1762226),
        (wilson, 10, 100, 0.0552291, 0.1743657),
        (wilson, 81, 263, 0.2552797, 0.3661959),
        (wilson, 15, 148, 0.0623858, 0.1604951),
    ],
)
def test_shares_are_bounded_as_published(method: object, hits: int, of: int, low: float, high: float) -> None:
    """Source of the last two: R. G. Newcombe, Two-sided confidence intervals for the single proportion (1998)."""
    assert method(hits, of) == pytest.approx((low, high), abs=5e-7 if method is clopper_pearson else 6e-4)


@pytest.mark.parametrize(
    ("probability", "freedom", "value"),
    [(0.975, 1, 12.7062), (0.975, 2, 4.3027), (0.975, 9, 2.2622), (0.975, 30, 2.0423), (0.95, 5, 2.0150), (0.5, 3, 0)],
)
def test_students_t_is_that_of_the_tables(probability: float, freedom: int, value: float) -> None:
    """To four decimals; with many runs it becomes the normal quantile."""
    assert t_quantile(probability, freedom) == pytest.approx(value, abs=6e-5)
    assert t_quantile(0.975, 1_000_000) == pytest.approx(1.959966, abs=1e-4)


def test_at_none_and_all_the_bound_is_exact() -> None:
    """0 lost in 2,000 runs: at most 0.18%; the closed form is 1 - 0.025^(1/n)."""
    assert share_interval(0, 2_000) == (0.0, pytest.approx(1 - 0.025 ** (1 / 2_000)))
    assert share_interval(2_000, 2_000) == (pytest.approx(0.025 ** (1 / 2_000)), 1.0)
    assert share_interval(1, 2_000) == wilson(1, 2_000)


@given(TRIALS)
def test_the_share_that_was_seen_lies_within_and_one_hit_more_moves_both_bounds_up(trial: tuple[int, int]) -> None:
    """For both methods; and what is not seen is bounded as the mirror image."""
    hits, of = trial
    for method in (wilson, clopper_pearson):
        low, high = method(hits, of)
        assert 0 <= low <= hits / of <= high <= 1
        if hits < of:
            more = method(hits + 1, of)
            assert low < more.low
            assert high < more.high or high == 1
        mirrored = method(of - hits, of)
        assert (1 - mirrored.high, 1 - mirrored.low) == pytest.approx((low, high), abs=1e-9)


@given(st.integers(1, 400), st.integers(0, 20))
def test_twenty_times_as_many_trials_bound_a_share_more_tightly(of: int, part: int) -> None:
    """The same share, seen more often."""
    hits = of * part // 20
    assert share_interval(20 * hits, 20 * of).high <= share_interval(hits, of).high + 1e-12


@given(st.floats(0.5, 60), st.floats(0.5, 60), st.floats(0.001, 0.999))
def test_the_incomplete_beta_function_is_a_distribution(a: float, b: float, x: float) -> None:
    """It grows from 0 to 1, and mirrors."""
    value = incomplete_beta(a, b, x)
    assert 0 <= value <= 1
    assert value == pytest.approx(1 - incomplete_beta(b, a, 1 - x), abs=1e-9)
    assert incomplete_beta(a, b, x / 2) <= value + 1e-12


def test_the_tail_of_a_binomial_is_the_incomplete_beta_function() -> None:
    """Summed by hand: P(X >= 3) of ten trials at 0.2."""
    tail = sum(math.comb(10, k) * 0.2**k * 0.8 ** (10 - k) for k in range(3, 11))
    assert incomplete_beta(3, 8, 0.2) == pytest.approx(tail, abs=1e-12)


def test_a_mean_is_bounded_by_students_t() -> None:
    """Ten values by hand; one value says nothing of the spread, equal values have none."""
    values = list(range(1, 11))
    assert mean_interval(values) == pytest.approx((5.5 - 2.165852, 5.5 + 2.165852), abs=1e-5)
    assert mean_interval([7]) is None
    assert mean_interval([7, 7, 7]) == (7, 7)


@pytest.mark.parametrize(("hits", "of"), [(-1, 5), (6, 5), (0, 0)])
def test_impossible_counts_are_refused(hits: int, of: int) -> None:
    """They would give a bound that means nothing."""
    with pytest.raises(ValueError, match="expected 0 <= hits"):
        wilson(hits, of)
