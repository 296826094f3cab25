"""How often a stalled check falls out because its tick was punctual (docs/bull-facts.md, 4)."""

from itertools import pairwise

import pytest

from sim.engine.interval_timer import late_tick_chance


@pytest.mark.parametrize(
    ("interval_ms", "measured", "runs"),
    [(400, 0.46, 509), (600, 0.50, 379), (1_200, 0.72, 409), (5_000, 0.95, 244), (30_000, 0.92, 180)],
)
def test_one_queue_in_a_process_misses_as_often_as_the_real_bull(interval_ms: int, measured: float, runs: int) -> None:
    """Within three standard errors of the measured share."""
    error = (measured * (1 - measured) / runs) ** 0.5
    assert abs(late_tick_chance(interval_ms) - measured) <= 3 * error


def test_a_hundred_queues_in_a_process_miss_two_checks_of_three() -> None:
    """What both samples of 120 queues fit."""
    assert 0.3 <= late_tick_chance(30_000, 120) <= 0.4


def test_the_chance_only_falls_with_queues_and_only_grows_with_the_interval() -> None:
    """A process that sleeps longer is less punctual; there is no step."""
    by_interval = [late_tick_chance(ms) for ms in range(100, 40_000, 100)]
    by_queues = [late_tick_chance(30_000, queues) for queues in range(1, 200)]
    assert by_interval == sorted(by_interval)
    assert by_queues == sorted(by_queues, reverse=True)
    assert max(later - one for one, later in pairwise(by_interval)) < 0.05
    assert 0.3 < by_queues[-1] < by_interval[-1] == 0.92
