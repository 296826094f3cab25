"""The commands of the store in memory for keys of any type, and for strings."""

from collections import deque
from fnmatch import fnmatchcase

import redis

from sim.stores.memory.data import Data
from sim.stores.memory.job_row import JobRow
from sim.stores.memory.long_list import LongList
from sim.stores.memory.sorted_set import SortedSet

_TYPES: dict[type, str] = {
    str: "string",
    dict: "hash",
    JobRow: "hash",
    deque: "list",
    LongList: "list",
    set: "set",
    SortedSet: "zset",
}


class Keys(Data):
    """Keys of any type, and strings."""

    def exists(self, *names: str) -> int:
        """Count how many of the keys exist. O(keys)."""
        found = 0
        for name in names:
            if name in self._expires_ms:
                self._drop_if_expired(name)
            found += name in self._data
        return found

    def delete(self, *names: str) -> int:
        """Delete keys and count those that were there. O(keys)."""
        gone = 0
        for name in names:
            if name in self._expires_ms:
                self._drop_if_expired(name)
                self._expires_ms.pop(name, None)
            gone += self._data.pop(name, None) is not None
        return gone

    def rename(self, src: str, dst: str) -> bool:
        """Give a key another name, over whatever had it.

        Raises:
            redis.ResponseError: There is no such key.
        """
        if not self.exists(src):
            raise redis.ResponseError("no such key")
        self._data[dst] = self._data.pop(src)
        self._expires_ms.pop(dst, None)
        if src in self._expires_ms:
            self._expires_ms[dst] = self._expires_ms.pop(src)
        return True

    def pttl(self, name: str) -> int:
        """Return what is left of a key's life, ms; -1 when it does not expire, -2 when it does not exist."""
        if not self.exists(name):
            return -2
        expires_ms = self._expires_ms.get(name)
        return -1 if expires_ms is None else expires_ms - self.clock.now_ms

    def keys(self, pattern: str = "*") -> list[str]:
        """List keys that match a pattern, in the order of their creation. O(n)."""
        for name in list(self._expires_ms):
            self._drop_if_expired(name)
        return [name for name in self._data if pattern == "*" or fnmatchcase(name, pattern)]

    def type(self, name: str) -> str:
        """Name a key's type; ``none`` when it does not exist."""
        if not self.exists(name):
            return "none"
        return _TYPES[type(self._data[name])]

    def flushall(self) -> bool:
        """Delete everything."""
        self._data.clear()
        self._expires_ms.clear()
        return True

    def publish(self, channel: str, message: str) -> int:
        """Tell nobody: nobody listens."""
        return 0

    def get(self, name: str) -> str | None:
        """Return a string; None when it does not exist."""
        if name in self._expires_ms:
            self._drop_if_expired(name)
        value: str | None = self._data.get(name)
        return value

    def set(self, name: str, value: str | int, *, px: int | None = None) -> bool:
        """Set a string, with or without an expiry, ms."""
        self._data[name] = value if type(value) is str else str(value)
        if px is not None:
            self._expires_ms[name] = self.clock.now_ms + px
        else:
            self._expires_ms.pop(name, None)
        return True

    def incr(self, name: str) -> int:
        """Count up and return the new number; an expiry stays."""
        if name in self._expires_ms:
            self._drop_if_expired(name)
        number = int(self._data.get(name) or 0) + 1
        self._data[name] = str(number)
        return number
