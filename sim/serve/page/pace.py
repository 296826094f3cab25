"""How fast a served run goes: so many simulated seconds a second, or as fast as it can."""

import math
import re

from sim.core.errors import SimError

AS_FAST_AS_IT_GOES = math.inf
FASTEST_NAMED = 1_000_000
BEHIND_S = 0.5
"""A run that is so late does not hurry after; it goes on from where it is."""
_TEXT = re.compile(r"([0-9]{1,7}(?:\.[0-9]{1,3})?)x")


class SpeedError(SimError, ValueError):
    """A text that is not a speed."""

    def __str__(self) -> str:
        return f"expected a speed such as 1x, 10x, 0.5x or max (as fast as possible), not {self.args[0]!r}"


def parse_speed(text: str) -> float:
    """Read a speed: ``10x`` is ten simulated seconds a second, ``max`` as fast as it goes.

    Raises:
        SpeedError: It is none.
    """
    cleaned = text.strip().lower()
    if cleaned == "max":
        return AS_FAST_AS_IT_GOES
    found = _TEXT.fullmatch(cleaned)
    speed = float(found.group(1)) if found else 0.0
    if not 0 < speed <= FASTEST_NAMED:
        raise SpeedError(text[:20])
    return speed


def format_speed(speed: float) -> str:
    """Write a speed as ``parse_speed`` reads it."""
    return "max" if speed == AS_FAST_AS_IT_GOES else f"{speed:.10g}x"


class Pace:
    """Says where a run should be by now.

    Args:
        speed: Simulated seconds a second.

    Attributes:
        is_late: Whether the machine could not keep up lately.
    """

    def __init__(self, speed: float) -> None:
        self.speed = speed
        self.is_late = False
        self._real_s = 0.0
        self._sim_ms = 0.0

    def begin(self, real_s: float, now_ms: int) -> None:
        """Count from here.

        Args:
            real_s: The real clock, seconds.
            now_ms: Where the run stands.
        """
        self._real_s, self._sim_ms, self.is_late = real_s, now_ms, False

    def due_ms(self, real_s: float, now_ms: int) -> int | None:
        """Return where the run should be, ms since it began; None for as far as it can."""
        if self.speed == AS_FAST_AS_IT_GOES:
            return None
        due = self._sim_ms + (real_s - self._real_s) * self.speed * 1_000
        if due - now_ms > BEHIND_S * self.speed * 1_000:
            self.begin(real_s - BEHIND_S / 2, now_ms)
            self.is_late = True
            return int(now_ms + BEHIND_S / 2 * self.speed * 1_000)
        if due - now_ms < BEHIND_S / 4 * self.speed * 1_000:
            self.is_late = False
        return int(due)
