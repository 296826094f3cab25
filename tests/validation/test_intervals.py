"""The statistics that judge the closed forms: known values, and samples that they must accept and refuse."""

import numpy as np
import pytest

from tests.validation.formulas import rerun_cdf
from tests.validation.intervals import (
    allowed_gap,
    binomial_cdf,
    ends_p,
    largest_gap,
    largest_p,
    mean_of_runs,
    median_p,
    share,
    student_quantile,
    two_sample_p,
)


@pytest.mark.parametrize(("freedom", "quantile"), [(9, 4.781), (19, 3.883), (30, 3.646), (120, 3.373)])
def test_quantiles_of_student_are_those_of_the_tables(freedom: int, quantile: float) -> None:
    """Two-sided 99.9%."""
    assert student_quantile(freedom, 0.9995) == pytest.approx(quantile, rel=0.01)


def test_binomial_chances_are_exact() -> None:
    """At most one of four with chance 1/2: 5/16."""
    assert binomial_cdf(1, 4, 0.5) == pytest.approx(5 / 16)
    assert binomial_cdf(4, 4, 0.5) == pytest.approx(1)
    assert binomial_cdf(-1, 4, 0.5) == 0


def test_the_interval_of_a_share_ends_where_the_tails_are_half_a_thousandth() -> None:
    """The definition of Clopper and Pearson; nothing seen excludes 1 − (1/2000)^(1/n)."""
    seen = share(30, 100)
    assert binomial_cdf(30, 100, seen.high) == pytest.approx(0.0005)
    assert 1 - binomial_cdf(29, 100, seen.low) == pytest.approx(0.0005)
    assert share(0, 50).high == pytest.approx(1 - 0.0005 ** (1 / 50))
    assert share(50, 50).high == 1


def test_the_interval_of_a_mean_misses_one_in_a_thousand() -> None:
    """20 000 samples of ten normal values: about 20 misses."""
    samples = np.random.Generator(np.random.PCG64(1)).normal(5, 2, (20_000, 10))
    misses = sum(not mean_of_runs(sample).holds(5) for sample in samples[:4_000])
    assert misses <= 14  # 4 are expected; more than 14 come once in 30 000 times


def test_the_largest_gap_accepts_its_own_distribution_and_refuses_another() -> None:
    """Even times from 15 to 60 s are not those of the re-run."""
    even = np.linspace(15, 60, 1_000).tolist()
    assert largest_gap(even, lambda t: (t - 15) / 45) < 0.002
    assert largest_gap(even, rerun_cdf) > allowed_gap(1_000)


def test_the_two_sample_test_refuses_its_own_distribution_as_often_as_it_says() -> None:
    """Of 1,000 samples of 50 from the same distribution about 50 have p < 5%."""
    generator = np.random.Generator(np.random.PCG64(1))
    refused = sum(two_sample_p(generator.gamma(9, 6, 50), generator.gamma(9, 6, 400)) < 0.05 for _ in range(1_000))
    assert 25 <= refused <= 75


def test_the_two_sample_test_gives_the_p_value_of_the_tables() -> None:
    """A gap of 1.628 at infinite size has p = 1%; two samples that lie apart have none."""
    even = np.arange(10_000) / 10_000
    assert two_sample_p(even, even + 1.628 / np.sqrt(5_000)) == pytest.approx(0.01, rel=0.1)
    assert two_sample_p(even, even) == 1
    assert two_sample_p(even, even + 2) < 1e-9


def test_ends_and_median_of_a_sample_that_lies_elsewhere_are_refused() -> None:
    """And accepted where they are."""
    generator = np.random.Generator(np.random.PCG64(1))
    simulated = generator.normal(50, 10, 1_000)
    for sample, fits in ((generator.normal(50, 10, 24), True), (generator.normal(75, 10, 24), False)):
        assert (min(ends_p(24, min(sample), max(sample), simulated)) >= 0.01) == fits
        assert (median_p(24, float(np.median(sample)), simulated) >= 0.01) == fits


def test_values_beyond_all_others_are_as_unlikely_as_their_number() -> None:
    """The two largest of four are both among the two with chance 2/4 · 1/3."""
    assert largest_p([5, 6], [1, 2]) == pytest.approx(1 / 6)
    assert largest_p([1, 6], [1, 2]) == pytest.approx(1 / 2)
    assert largest_p([1, 2], [1, 2]) == 1
