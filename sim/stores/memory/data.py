"""What the store in memory holds, and how its commands read places and numbers."""

from typing import Any

import redis

from sim.core.clock import Clock


class Data:
    """Keys with their values and the moments at which they expire.

    Attributes:
        clock: Tells when keys expire.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._data: dict[str, Any] = {}
        self._expires_ms: dict[str, int] = {}

    def _drop_if_expired(self, name: str) -> None:
        if self._expires_ms[name] < self.clock.now_ms:
            del self._expires_ms[name], self._data[name]


def span(start: int, end: int, length: int) -> slice:
    """Turn Redis's inclusive places, negative ones counted from the end, into a slice."""
    first = max(0, start + length if start < 0 else start)
    last = end + length if end < 0 else end
    return slice(first, max(0, last + 1))


def number_text(value: Any) -> str:
    """Write a number as redis-py sends it.

    Raises:
        redis.DataError: It is neither a number nor text.
    """
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, int | str) and not isinstance(value, bool):
        return str(value)
    raise redis.DataError(f"Invalid input of type: '{type(value).__name__}'. Convert to a bytes, string, int or float.")
