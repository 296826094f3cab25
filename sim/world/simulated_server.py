"""fakeredis's server and its databases, on simulated time."""

import threading
from collections import defaultdict
from typing import Any

import fakeredis
from fakeredis._core._database import Database, Item  # where these are is pinned by the canary at every start

from sim.core.clock import Clock
from sim.world.shortcuts.arguments import NoShortcut, encoded


class _CountingCondition(threading.Condition):
    """A condition that knows how many wait for it."""

    waiting = 0

    def wait(self, timeout: float | None = None) -> bool:
        """Wait to be notified, at most ``timeout`` seconds of real time."""
        self.waiting += 1
        try:
            return super().wait(timeout)
        finally:
            self.waiting -= 1


class SimulatedDatabase(Database):
    """A fakeredis database that reads the simulated clock and expires keys by whole milliseconds.

    ``live``, ``value``, ``create`` and ``remove`` are the shortcuts' way to the same keys: they neither tell those who
    watch or wait for a key, nor check what fakeredis's own commands check.
    """

    condition: _CountingCondition

    def __init__(self, lock: Any, clock: Clock) -> None:
        self._clock = clock
        super().__init__(lock)
        self.condition = _CountingCondition(lock)

    @property
    def time(self) -> float:
        """Simulated time, epoch seconds."""
        return self._clock.now_ms / 1000

    @time.setter
    def time(self, value: float) -> None:
        """Ignore the wall clock that fakeredis would set before each command."""

    @property
    def is_observed(self) -> bool:
        """Whether any client watches a key or is blocked until one changes."""
        return bool(self._watches or self._change_callbacks or self.condition.waiting)

    def expired(self, item: Any) -> bool:
        """Tell whether an item is past its expiry; in its last millisecond it is not, as on Redis."""
        return item.expireat is not None and round(item.expireat * 1000) < self._clock.now_ms

    def schedule_expiry(self, key: bytes, expireat: float | None) -> None:
        """Note nothing down: expired keys are found when they are read, and by ``_remove_expired``."""

    def _remove_expired(self) -> None:
        for key in [key for key, item in self._dict.items() if self.expired(item)]:
            self._dict.pop(key)

    def live(self, name: Any) -> Any:
        """Return what is stored at a key, or None; a key that has expired is removed on the way.

        Raises:
            NoShortcut: The name is no plain one.
        """
        key = name.encode() if type(name) is str else encoded(name)
        item = self._dict.get(key)
        if item is not None and item.expireat is not None and self.expired(item):
            del self._dict[key]
            return None
        return item

    def value(self, name: Any, kind: type) -> Any:
        """Return the value of a key, or None when there is no such key.

        Raises:
            NoShortcut: It has a value of another type, or the name is no plain one.
        """
        item = self.live(name)
        if item is None:
            return None
        value = item.value
        if type(value) is not kind:
            raise NoShortcut
        return value

    def create(self, name: Any, value: Any) -> Any:
        """Give a key that does not exist a value without expiry, and return what is stored."""
        item = self._dict[encoded(name)] = Item(value)
        return item

    def remove(self, name: Any) -> None:
        """Delete a key that exists."""
        del self._dict[encoded(name)]


class SimulatedServer(fakeredis.FakeServer):
    """A fakeredis server whose databases live on the simulated clock."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(server_type="redis", version=(7, 0))
        self.dbs = defaultdict(lambda: SimulatedDatabase(self.lock, clock))
