"""When clients come back (BULL_FACTS 8)."""

import pytest

from sim.engine.redis_server import REJECTED_FIRST_MS, reconnect_delay_ms


@pytest.mark.parametrize(
    ("outage_ms", "late_ms", "measured_ms"),
    [
        (200, 40, 20),
        (500, 145, 125),
        (1_000, 750, 720),
        (2_000, 2_730, 2_700),
        (3_000, 1_730, 1_700),
        (6_000, 6_840, 6_800),
        (14_000, 18_850, 18_800),
    ],
)
def test_an_outage_costs_the_rest_of_the_reconnect_gap(outage_ms: int, late_ms: int, measured_ms: int) -> None:
    """Within 50 ms of what was measured."""
    assert reconnect_delay_ms(outage_ms) == late_ms
    assert abs(late_ms - measured_ms) <= 50


def test_an_attempt_at_the_very_moment_of_return_succeeds() -> None:
    """A millisecond later it is the next one's turn."""
    assert reconnect_delay_ms(12_840) == 0
    assert reconnect_delay_ms(12_841) == 32_850 - 12_841


def test_after_the_growing_gaps_an_attempt_comes_every_twenty_seconds() -> None:
    """After 237 s down the worker is back 16 s later."""
    assert reconnect_delay_ms(237_000) == 15_850


def test_the_client_gives_up_on_waiting_submits_after_232_9_seconds() -> None:
    """All of them together."""
    assert REJECTED_FIRST_MS == 232_900
