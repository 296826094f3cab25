"""The formulas themselves: known values, limits, and small models of their own."""

import numpy as np
import pytest

from tests.validation import formulas
from tests.validation.intervals import allowed_gap, largest_gap


def test_waits_are_the_known_ones() -> None:
    """λ = .2, μ = .1: Erlang C is 4/9 with three servers and 4/23 with four."""
    assert formulas.erlang_c(3, 2) == pytest.approx(4 / 9)
    assert formulas.erlang_c(4, 2) == pytest.approx(4 / 23)
    assert formulas.mmc_wait(0.2, 0.1, 3) == pytest.approx(4.444, abs=5e-4)
    assert formulas.mmc_wait(0.2, 0.1, 4) == pytest.approx(0.8696, abs=5e-5)


def test_one_server_waits_as_in_m_m_1() -> None:
    """ρ/(μ − λ), and the chance to wait is ρ."""
    assert formulas.erlang_c(1, 0.8) == pytest.approx(0.8)
    assert formulas.mmc_wait(0.8, 1, 1) == pytest.approx(4)


def test_attempts_follow_from_their_sum() -> None:
    """The k-th attempt takes place with chance p^(k−1)."""
    assert formulas.delivery(0.5, 3) == 0.875
    assert formulas.mean_attempts(0.3, 5) == pytest.approx(sum(0.3**k for k in range(5)))
    assert formulas.delivery(1 / 3, 5) == pytest.approx(1 - 1 / 243)


@pytest.mark.parametrize(("base", "attempts"), [(2, 3), (1, 5), (5, 1)])
def test_total_backoff_is_the_sum_of_its_delays(base: int, attempts: int) -> None:
    """Doubling from the base, or Bull's (2^k − 1) · base."""
    failures = range(1, attempts)
    assert formulas.total_backoff(base, attempts, "documented") == sum(base * 2 ** (k - 1) for k in failures)
    assert formulas.total_backoff(base, attempts, "bull-4.16") == sum(base * (2**k - 1) for k in failures)


def test_total_backoff_of_bull_is_as_measured() -> None:
    """Five attempts, base 100 ms: 100 + 300 + 700 + 1500."""
    assert formulas.total_backoff(100, 5, "bull-4.16") == 2600


@pytest.mark.parametrize(("pause", "chance"), [(0, 0), (15, 0), (22.5, 0.5), (30, 1), (120, 1)])
def test_a_lock_is_never_lost_up_to_15_s_and_always_from_30_s(pause: float, chance: float) -> None:
    """Evenly in between."""
    assert formulas.lock_expiry(pause) == chance


def test_the_distribution_of_the_rerun_is_that_of_the_two_phase_rule() -> None:
    """Drawn by the measured rule: the first check without a lock whose predecessor came after the last renewal."""
    generator = np.random.Generator(np.random.PCG64(1))
    n = 20_000
    renewed = -generator.uniform(0, 15, n)
    first = generator.uniform(0, 30, n)
    checks = first[:, None] + 30 * np.arange(4)
    takes = (checks >= renewed[:, None] + 30) & (checks - 30 > renewed[:, None])
    times = checks[np.arange(n), takes.argmax(axis=1)].tolist()
    assert largest_gap(times, formulas.rerun_cdf) < allowed_gap(n)
    assert np.mean(times) == pytest.approx(formulas.RERUN_MEAN, abs=0.3)
    assert min(times) >= 15
    assert max(times) <= 60


def test_the_mean_of_the_rerun_belongs_to_its_distribution() -> None:
    """The mean is the integral of 1 − F."""
    steps = np.linspace(0, 60, 60_001)
    above = np.array([1 - formulas.rerun_cdf(float(t)) for t in steps])
    assert np.sum((above[1:] + above[:-1]) / 2 * np.diff(steps)) == pytest.approx(formulas.RERUN_MEAN, abs=1e-4)


def test_crashes_cost_412_percent_one_at_a_time_and_099_percent_all_at_once() -> None:
    """λ = .8, μ = 1, crash rate .01."""
    assert formulas.interrupted_one_at_a_time(0.8, 1, 0.01) == pytest.approx(0.0412, abs=5e-5)
    assert formulas.interrupted_unlimited(1, 0.01) == pytest.approx(0.0099, abs=5e-5)


def test_the_law_of_the_catastrophes_solves_its_balance_equations() -> None:
    """For an empty application and for n jobs."""
    rate, service, crash = 0.8, 1.0, 0.01
    r = formulas.busy_share(rate, service, crash)
    p = [(1 - r) * r**n for n in range(50)]
    assert rate * p[0] == pytest.approx(service * p[1] + crash * (1 - p[0]))
    for n in range(1, 49):
        assert (rate + service + crash) * p[n] == pytest.approx(rate * p[n - 1] + service * p[n + 1])


def test_every_accepted_job_ends_served_or_interrupted() -> None:
    """One at a time: jobs served at μ while busy, and those that crashes take, make up all that arrive."""
    rate, service, crash = 0.8, 1.0, 0.01
    served = formulas.busy_share(rate, service, crash) * service / rate
    assert served + formulas.interrupted_one_at_a_time(rate, service, crash) == pytest.approx(1)


def test_an_effect_at_the_end_of_the_service_spares_nobody() -> None:
    """Then lost and interrupted are the same, in both systems."""
    assert formulas.lost_one_at_a_time(0.8, 1, 0.01, 1) == formulas.interrupted_one_at_a_time(0.8, 1, 0.01)
    assert formulas.lost_unlimited(1, 0.01, 1) == formulas.interrupted_unlimited(1, 0.01)
    spared = formulas.interrupted_unlimited(1, 0.01) - formulas.lost_unlimited(1, 0.01, 0.8)
    assert spared == pytest.approx(formulas.spared_after_effect(1, 0.01, 0.8))
