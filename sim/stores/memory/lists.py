"""The commands of the store in memory for lists; the left end is the first."""

from collections import deque

import redis

from sim.stores.memory.data import Data, span


class Lists(Data):
    """Lists."""

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
        return list(items)[span(start, end, len(items))]

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
