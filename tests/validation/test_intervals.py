"""The statistics that judge the closed forms: known values, and samples that they must accept and refuse."""

import numpy as np
import pytest

from tests.validation.formulas import rerun_cdf
from tests.validation.intervals import (
    MIDDLE,
    Quantiles,
    allowed_gap,
    binomial_cdf,
    ends_p,
    largest_gap,
    mean_of_runs,
    share,
    student_quantile,
    two_sample_p,
)


@pytest.mark.parametrize(("freedom", "quantile"), [(9, 4.781), (19, 3.883), (30, 3.646), (120, 3.373)])
def test_quantiles_of_student_are_those_of_the_tables(freedom: int, quantile: float) -> None:
    """Two-sided 99.9 %."""
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
    """Of 300 samples of 24 from the same distribution about 15 have p < 5 %."""
    generator = np.random.Generator(np.random.PCG64(1))
    simulated = generator.gamma(9, 6, 1_000)
    refused = 0
    for _ in range(300):
        sample = generator.choice(simulated, 24)
        known = Quantiles(24, min(sample), tuple(np.quantile(sample, MIDDLE)), max(sample))
        refused += two_sample_p(known, simulated, draws=500) < 0.05
    assert 4 <= refused <= 29


def test_the_two_sample_test_refuses_a_shift_of_one_deviation() -> None:
    """And the ends of a sample that lies elsewhere have small p-values."""
    generator = np.random.Generator(np.random.PCG64(1))
    simulated = generator.normal(50, 10, 1_000)
    sample = generator.normal(60, 10, 24)
    known = Quantiles(24, min(sample), tuple(np.quantile(sample, MIDDLE)), max(sample))
    assert two_sample_p(known, simulated) < 0.01
    assert ends_p(known, simulated - 60)[1] < 0.001
