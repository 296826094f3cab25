"""How punctual an interval timer is."""

LONG_INTERVAL_MS = 5_000


def late_tick_chance(interval_ms: int) -> float:
    """Return how often an interval timer ticks a millisecond late instead of on time, from 0 to 1.

    A stalled check that comes exactly on time still meets the key of the check before, and falls out; one that comes a
    millisecond late runs.

    Source: BULL_FACTS 4: of a lone worker's gaps between checks 92 % were single at 30 s, 44 % to 53 % at 400 and
    600 ms.
    """
    return 0.92 if interval_ms >= LONG_INTERVAL_MS else 0.5
