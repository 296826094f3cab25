"""How much faster than the scenario says a rehearsal runs, and its clock."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sim.core.errors import SimError

LARGEST = 100
"""Beyond it an operation of the real Redis takes longer than the waits that a scenario is about."""
DEFAULT = "1:20"


class ScaleError(SimError, ValueError):
    """A text that is not a scale."""

    def __str__(self) -> str:
        return f"expected a scale such as 1:20 (one real second for twenty of the scenario), from 1:1 to 1:{LARGEST}"


class Scale(NamedTuple):
    """A ratio of real time to the scenario's.

    Attributes:
        factor: The scenario's milliseconds in one real millisecond, from 1 to ``LARGEST``.
    """

    factor: int

    def real_ms(self, ms: float) -> float:
        """Return how long a span of the scenario lasts for real, ms."""
        return ms / self.factor

    def __str__(self) -> str:
        return f"1:{self.factor}"


REAL_TIME = Scale(1)


def parse_scale(text: str) -> Scale:
    """Read a scale such as ``1:20``.

    Raises:
        ScaleError: The text is none.
    """
    match = re.fullmatch(r"1:([0-9]{1,3})", text.strip())
    if match is None or not 1 <= int(match[1]) <= LARGEST:
        raise ScaleError(text)
    return Scale(int(match[1]))


class ScaledClock:
    """Real time since the run began, in the scenario's milliseconds; it stands at 0 until ``begin``.

    Attributes:
        late_ms: By how much the latest of all that should have been punctual came too late, real ms: how busy the
            machine was.
    """

    def __init__(self, scale: Scale) -> None:
        self.scale = scale
        self.late_ms = 0.0
        self._began_s: float | None = None
        self._earlier_s = 0.0

    def begin(self) -> None:
        """Let the run begin now."""
        self._began_s = asyncio.get_running_loop().time()

    @property
    def now(self) -> float:
        """Milliseconds since the run began."""
        if self._began_s is None:
            return 0.0
        return (asyncio.get_running_loop().time() - self._began_s - self._earlier_s) * 1_000 * self.scale.factor

    @property
    def whole_ms(self) -> "WholeMilliseconds":
        """The same time for whoever writes it down, which is done in whole milliseconds."""
        return WholeMilliseconds(self)

    @contextmanager
    def earlier(self, real_ms: float) -> Iterator[None]:
        """Let it be so many real ms earlier meanwhile: for what was heard late."""
        self._earlier_s = real_ms / 1_000
        try:
            yield
        finally:
            self._earlier_s = 0.0

    def note_due(self, t_ms: float) -> None:
        """Take note that what was due at a moment, ms since the run began, happens now."""
        self.note_late(self.scale.real_ms(self.now - t_ms))

    def note_late(self, real_ms: float) -> None:
        """Take note that something came so many real ms too late that nothing in the scenario holds up."""
        self.late_ms = max(self.late_ms, real_ms)

    def loop_time(self, t_ms: float) -> float:
        """Return the event loop's time, seconds, at a moment of a run that has begun."""
        return (self._began_s or 0.0) + t_ms / 1_000 / self.scale.factor


class WholeMilliseconds:
    """A clock's time, rounded down."""

    def __init__(self, clock: ScaledClock) -> None:
        self._clock = clock

    @property
    def now(self) -> int:
        """Milliseconds since the run began."""
        return int(self._clock.now)
