"""How punctual an interval timer of Node is, and what that does to a check that comes once an interval.

The key that throttles stalled checks lives for exactly one interval. A tick that comes on time therefore still meets
the key of the process's own last check, and is skipped; a tick that is late by a millisecond or two runs. How late it
is follows from how long the process slept before it: the kernel may end a sleep late by a thousandth of its length. A
process that is woken often, because it serves many queues or because the interval itself is short, is punctual, and
so more of its checks are skipped. Connections, shared or not, make no difference.
"""

QUIET_WAKE_MS = 2_500
"""An idle queue wakes its process about this often: the delay guard and the blocked pop end every 5 s each."""
CHANCE_WHEN_PUNCTUAL = 0.32
CHANCE_PER_MS_ASLEEP = 0.42 / 1_000
MAX_CHANCE = 0.92


def late_tick_chance(interval_ms: int, process_queues: int = 1) -> float:
    """Return how often a tick is late enough to run, right after a tick of the same process that ran; from 0 to 1.

    Args:
        interval_ms: Time between two ticks, real ms.
        process_queues: How many queues the process serves, each with timers of its own.

    Source: docs/bull-facts.md, section 4, "Skipped checks".
    """
    sleep_ms = 1 / (process_queues / QUIET_WAKE_MS + 1 / interval_ms)
    return min(MAX_CHANCE, CHANCE_WHEN_PUNCTUAL + CHANCE_PER_MS_ASLEEP * sleep_ms)
