"""The fast store: the part of Redis that the queue uses, in memory, on simulated time.

It answers every command of ``sim.jobqueue.store.Commands`` as redis-py with ``decode_responses`` does on a real server;
the conformance cases and the random histories run on it as on the others. Keys expire as on Redis: alive in the
millisecond of their expiry, gone in the one after. A key whose last member goes is gone.

Commands check the type of a key only where Python would not notice by itself; a wrong one raises ``TypeError`` or
``AttributeError`` where redis-py raises ``ResponseError``.
"""

from collections import deque
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any

import redis

from sim.core.clock import Clock
from sim.world.sorted_set import SortedSet

Members = set[str]


class MemoryStore:
    """Redis's strings, lists, hashes, sets and sorted sets as the queue uses them.

    Attributes:
        clock: Tells when keys expire.
        runs_alone: Nothing can come between two commands; see ``sim.jobqueue.store.atomic``.
    """

    runs_alone = True

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._data: dict[str, Any] = {}
        self._expires_ms: dict[str, int] = {}

    def connect(self, is_connected: bool) -> None:
        """Let commands through, or let every one raise ``redis.ConnectionError`` as on a server that is away."""
        self.__class__ = MemoryStore if is_connected else _Away

    # -- transactions ---------------------------------------------------------------------------------------------

    def transaction(self, func: Callable[[Any], Any], *watches: str, value_from_callable: bool = False) -> Any:
        """Run the body; nothing can come between two commands, so they are carried out at once."""
        value = func(self)
        return value if value_from_callable else []

    def watch(self, *names: str) -> None:
        """Do nothing: nobody else can change a key before the body ends."""

    def multi(self) -> None:
        """Do nothing: what follows is carried out at once instead of being noted down."""

    # -- keys -----------------------------------------------------------------------------------------------------

    def _drop_if_expired(self, name: str) -> None:
        if self._expires_ms[name] < self.clock.now_ms:
            del self._expires_ms[name], self._data[name]

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

    # -- strings --------------------------------------------------------------------------------------------------

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

    # -- hashes ---------------------------------------------------------------------------------------------------

    def hget(self, name: str, key: str) -> str | None:
        """Return one field; None when it does not exist."""
        fields = self._data.get(name)
        value: str | None = None if fields is None else fields.get(key)
        return value

    def hgetall(self, name: str) -> dict[str, str]:
        """Copy a hash; empty when it does not exist."""
        fields = self._data.get(name)
        return {} if fields is None else dict(fields)

    def hmget(self, name: str, keys: list[str]) -> list[str | None]:
        """Return several fields in the order asked for; None for each that does not exist."""
        fields = self._data.get(name, {})
        return [fields.get(key) for key in keys]

    def hset(self, name: str, key: str | None = None, value: str | None = None, mapping: Any = None) -> int:
        """Set fields and count the new ones."""
        fields = self._data.get(name)
        if fields is None:
            fields = self._data[name] = {}
        before = len(fields)
        if key is not None:
            fields[key] = value if type(value) is str else _text(value)
        if mapping is not None:
            for field, content in mapping.items():
                fields[field] = content if type(content) is str else _text(content)
        return len(fields) - before

    def hdel(self, name: str, *keys: str) -> int:
        """Delete fields and count those that were there."""
        fields = self._data.get(name)
        if fields is None:
            return 0
        gone = sum(fields.pop(key, None) is not None for key in keys)
        if not fields:
            del self._data[name]
        return gone

    def hincrby(self, name: str, key: str, amount: int = 1) -> int:
        """Add to a field that holds a number, and return the new one."""
        number = int(self.hget(name, key) or 0) + amount
        self.hset(name, key, str(number))
        return number

    # -- lists; the left end is the first -------------------------------------------------------------------------

    def _list(self, name: str) -> deque[str]:
        items: deque[str] | None = self._data.get(name)
        if items is None:
            items = self._data[name] = deque()
        return items

    def lpush(self, name: str, *values: str) -> int:
        """Put values at the left end, one after the other."""
        items = self._data.get(name)
        if items is None:
            items = self._data[name] = deque()
        items.extendleft(values)
        return len(items)

    def rpush(self, name: str, *values: str) -> int:
        """Put values at the right end, one after the other."""
        items = self._list(name)
        items.extend(values)
        return len(items)

    def rpoplpush(self, src: str, dst: str) -> str | None:
        """Move the last value to the left end of another list and return it; None when there is none."""
        items: deque[str] | None = self._data.get(src)
        if items is None:
            return None
        value = items.pop()
        if not items:
            del self._data[src]
        target = self._data.get(dst)
        if target is None:
            target = self._data[dst] = deque()
        target.appendleft(value)
        return value

    def lrange(self, name: str, start: int, end: int) -> list[str]:
        """List the values from one place to another, both inclusive; negative places count from the end."""
        items: deque[str] | None = self._data.get(name)
        if items is None:
            return []
        return list(items)[_span(start, end, len(items))]

    def lindex(self, name: str, index: int) -> str | None:
        """Return the value at a place; None when there is none."""
        items: deque[str] | None = self._data.get(name)
        if items is None or not -len(items) <= index < len(items):
            return None
        return items[index]

    def linsert(self, name: str, where: str, refvalue: str, value: str) -> int:
        """Put a value before or after another; return the new length, -1 without the other, 0 without the list."""
        items: deque[str] | None = self._data.get(name)
        if items is None:
            return 0
        try:
            place = items.index(refvalue)
        except ValueError:
            return -1
        items.insert(place + (where.upper() == "AFTER"), value)
        return len(items)

    def lset(self, name: str, index: int, value: str) -> bool:
        """Put a value in place of another; negative places count from the end.

        Raises:
            redis.ResponseError: There is no such list, or no such place in it.
        """
        items: deque[str] | None = self._data.get(name)
        if items is None:
            raise redis.ResponseError("no such key")
        if not -len(items) <= index < len(items):
            raise redis.ResponseError("index out of range")
        items[index] = value
        return True

    def llen(self, name: str) -> int:
        """Count the values."""
        items = self._data.get(name)
        return 0 if items is None else len(items)

    def lrem(self, name: str, count: int, value: str) -> int:
        """Take out a value: the first ``count`` from the left, from the right when negative, or all when 0."""
        items: deque[str] | None = self._data.get(name)
        if items is None:
            return 0
        if len(items) == 1 and items[0] == value:
            del self._data[name]
            return 1
        found = items.count(value)
        if not found:
            return 0
        gone = found if count == 0 else min(found, abs(count))
        backwards = count < 0 and gone < found  # else either direction takes the same
        if backwards:
            items.reverse()
        for _ in range(gone):
            items.remove(value)
        if backwards:
            items.reverse()
        if not items:
            del self._data[name]
        return gone

    def lpos(self, name: str, value: str) -> int | None:
        """Return the first place of a value; None when it is not there."""
        items: deque[str] | None = self._data.get(name)
        if items is None:
            return None
        try:
            return items.index(value)
        except ValueError:
            return None

    # -- sorted sets ----------------------------------------------------------------------------------------------

    def zadd(self, name: str, mapping: Mapping[str, float]) -> int:
        """Give members scores and count the new ones."""
        members = self._data.get(name)
        if members is None:
            members = self._data[name] = SortedSet()
        new = 0
        for member, score in mapping.items():
            new += members.add(member, float(score))
        return new

    def zcard(self, name: str) -> int:
        """Count the members."""
        members = self._data.get(name)
        return 0 if members is None else len(members.scores)

    def zcount(self, name: str, min: float | str, max: float | str) -> int:
        """Count the members with scores between two bounds, both inclusive."""
        members: SortedSet | None = self._data.get(name)
        if members is None:
            return 0
        start, stop = members.between(float(min), float(max))
        return stop - start

    def zscore(self, name: str, value: str) -> float | None:
        """Return a member's score; None when it is not there."""
        members: SortedSet | None = self._data.get(name)
        return None if members is None else members.scores.get(value)

    def zrange(self, name: str, start: int, end: int, *, desc: bool = False, withscores: bool = False) -> list[Any]:
        """List members from one rank to another, both inclusive, by score or against it."""
        members: SortedSet | None = self._data.get(name)
        if members is None:
            return []
        entries = members.entries
        if desc:
            entries = entries[::-1]
        entries = entries[start : end + 1] if start >= 0 and end >= 0 else entries[_span(start, end, len(entries))]
        if withscores:
            return [(member, score) for score, member in entries]
        return [member for _score, member in entries]

    def zrangebyscore(
        self,
        name: str,
        min: float | str,
        max: float | str,
        start: int | None = None,
        num: int | None = None,
    ) -> list[str]:
        """List members with scores between two bounds, both inclusive, in order."""
        members: SortedSet | None = self._data.get(name)
        if members is None:
            return []
        first, stop = members.between(float(min), float(max))
        if start is not None and num is not None:
            first += start
            stop = first + num if 0 <= num < stop - first else stop
        return [member for _score, member in members.entries[first:stop]]

    def zrem(self, name: str, *values: str) -> int:
        """Take members out and count those that were there."""
        members: SortedSet | None = self._data.get(name)
        if members is None:
            return 0
        gone = 0
        for value in values:
            gone += members.remove(value)
        if not members.scores:
            del self._data[name]
        return gone

    # -- sets -----------------------------------------------------------------------------------------------------

    def sadd(self, name: str, *values: str) -> int:
        """Put members in and count the new ones."""
        members = self._data.get(name)
        if members is None:
            members = self._data[name] = set()
        before = len(members)
        members.update(values)
        return len(members) - before

    def srem(self, name: str, *values: str) -> int:
        """Take members out and count those that were there."""
        members = self._data.get(name)
        if members is None:
            return 0
        before = len(members)
        members.difference_update(values)
        gone: int = before - len(members)
        if not members:
            del self._data[name]
        return gone

    def scard(self, name: str) -> int:
        """Count the members."""
        members = self._data.get(name)
        return 0 if members is None else len(members)

    def sismember(self, name: str, value: str) -> int:
        """Return 1 when a member is there, else 0."""
        members = self._data.get(name)
        return int(members is not None and value in members)

    def smembers(self, name: str) -> Members:
        """Copy the members."""
        members = self._data.get(name)
        return set() if members is None else set(members)


class _Away(MemoryStore):
    """The same store while its server is away: every command but ``connect`` fails."""

    def __getattribute__(self, name: str) -> Any:
        if name in _COMMANDS:
            raise redis.ConnectionError("the simulated Redis is away")
        return super().__getattribute__(name)


_COMMANDS = frozenset(name for name in vars(MemoryStore) if not name.startswith("_") and name != "connect")
_TYPES: dict[type, str] = {str: "string", dict: "hash", deque: "list", set: "set", SortedSet: "zset"}


def _span(start: int, end: int, length: int) -> slice:
    """Turn Redis's inclusive places, negative ones counted from the end, into a slice."""
    first = max(0, start + length if start < 0 else start)
    last = end + length if end < 0 else end
    return slice(first, max(0, last + 1))


def _text(value: Any) -> str:
    """Write a number as redis-py sends it."""
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, int | str) and not isinstance(value, bool):
        return str(value)
    raise redis.DataError(f"Invalid input of type: '{type(value).__name__}'. Convert to a bytes, string, int or float.")
