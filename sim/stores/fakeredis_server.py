"""fakeredis's server and its databases, on simulated time."""

from collections import defaultdict
from typing import Any

import fakeredis
from fakeredis._core._database import Database

from sim.core.clock import Clock


class SimulatedDatabase(Database):
    """A fakeredis database that reads the simulated clock and expires keys by whole milliseconds."""

    def __init__(self, lock: Any, clock: Clock) -> None:
        self._clock = clock
        super().__init__(lock)

    @property
    def time(self) -> float:
        """Simulated time, epoch seconds."""
        return self._clock.now_ms / 1000

    @time.setter
    def time(self, value: float) -> None:
        """Ignore the wall clock that fakeredis would set before each command."""

    def expired(self, item: Any) -> bool:
        """Tell whether an item is past its expiry; in its last millisecond it is not, as on Redis."""
        return item.expireat is not None and round(item.expireat * 1000) < self._clock.now_ms

    def schedule_expiry(self, key: bytes, expireat: float | None) -> None:
        """Note nothing down: expired keys are found when they are read, and by ``_remove_expired``."""

    def _remove_expired(self) -> None:
        for key in [key for key, item in self._dict.items() if self.expired(item)]:
            self._dict.pop(key)


class SimulatedServer(fakeredis.FakeServer):
    """A fakeredis server whose databases live on the simulated clock."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(server_type="redis", version=(7, 0))
        self.dbs = defaultdict(lambda: SimulatedDatabase(self.lock, clock))
