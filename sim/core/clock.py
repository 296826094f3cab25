"""The clock that everything below the world is handed, instead of reading one."""

from typing import Protocol


class Clock(Protocol):
    """Anything that can say what time it is."""

    @property
    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch, on this clock."""


class ManualClock:
    """A clock that moves only when a test moves it."""

    def __init__(self, now_ms: int = 0) -> None:
        self.now_ms = now_ms

    def advance(self, ms: int) -> None:
        """Move forward by ``ms`` milliseconds."""
        self.now_ms += ms
