"""When clients come back (BULL_FACTS 8)."""

from itertools import pairwise

import pytest

from sim.engine.redis_server import next_rejection_ms, reconnect_delay_ms, rejection_ms


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
    assert rejection_ms(1, 20) == 232_900
    assert next_rejection_ms(232_899, 20) == 1
    assert next_rejection_ms(232_900, 20) == 420_000


@pytest.mark.parametrize(
    ("tries", "measured_ms"),
    [
        (0, (2, 18, 40, 96, 246, 652, 1_750, 4_731, 12_835, 32_835, 52_836)),
        (1, (8, 40, 246, 1_750, 12_836, 52_836)),
        (2, (18, 246, 4_733, 52_839)),
        (3, (40, 1_753, 52_840)),
        (5, (246, 52_844)),
        (7, (1_756,)),
        (10, (32_843,)),
    ],
)
def test_with_fewer_tries_it_gives_up_earlier(tries: int, measured_ms: tuple[int, ...]) -> None:
    """At each ``tries + 1``-th loss or failed attempt; within 25 ms of what was measured (BULL_FACTS 26)."""
    moments = [rejection_ms(number, tries) for number in range(1, 14)]
    for measured in measured_ms:
        assert min(abs(moment - measured) for moment in moments) <= 25
    assert sum(100 < moment < 60_000 for moment in moments) == sum(measured > 100 for measured in measured_ms)


@pytest.mark.parametrize("tries", [0, 1, 3, 7, 20, 1_000])
def test_the_next_rejection_is_the_first_that_is_still_to_come(tries: int) -> None:
    """However long Redis has been away."""
    moments = [rejection_ms(number, tries) for number in range(1, 400)]
    for moment, later in pairwise(moments):
        assert next_rejection_ms(moment - 1, tries) == 1
        assert next_rejection_ms(moment, tries) == later - moment
