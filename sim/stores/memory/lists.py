"""The commands of the store in memory for lists; the left end is the first."""

from collections import deque
from itertools import islice

import redis

from sim.stores.memory.data import Data, span
from sim.stores.memory.long_list import LongList, take_out

SHORT = 64
"""A list of no more values is walked through where one of them is looked for."""


class Lists(Data):
    """Lists: a ``deque``, or a ``LongList`` where a value was looked for while there were many."""

    def lpush(self, name: str, *values: str) -> int:
        """Put values at the left end, one after the other."""
        items = self._data.get(name)
        if items is None:
            items = self._data[name] = deque()
        items.extendleft(values)
        return len(items)

    def rpush(self, name: str, *values: str) -> int:
        """Put values at the right end, one after the other."""
        items = self._data.get(name)
        if items is None:
            items = self._data[name] = deque()
        items.extend(values)
        return len(items)

    def rpoplpush(self, src: str, dst: str) -> str | None:
        """Move the last value to the left end of another list and return it; None when there is none."""
        items: deque[str] | LongList | None = self._data.get(src)
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
        items: deque[str] | LongList | None = self._data.get(name)
        if items is None:
            return []
        places = span(start, end, len(items))
        first, stop = places.start, min(places.stop, len(items))
        if first >= stop:
            return []
        if stop - first == len(items):
            return list(items)
        if len(items) - first < first:
            return list(islice(reversed(items), len(items) - stop, len(items) - first))[::-1]
        return list(islice(items, first, stop))

    def lindex(self, name: str, index: int) -> str | None:
        """Return the value at a place; None when there is none."""
        items: deque[str] | LongList | None = self._data.get(name)
        if items is None or not -len(items) <= index < len(items):
            return None
        return items[index]

    def linsert(self, name: str, where: str, refvalue: str, value: str) -> int:
        """Put a value before or after another; return the new length, -1 without the other, 0 without the list."""
        items = self._searchable(name)
        if items is None:
            return 0
        after = where.upper() == "AFTER"
        if isinstance(items, LongList):
            return len(items) if items.insert_beside(refvalue, value, after=after) else -1
        try:
            place = items.index(refvalue)
        except ValueError:
            return -1
        items.insert(place + after, value)
        return len(items)

    def lset(self, name: str, index: int, value: str) -> bool:
        """Put a value in place of another; negative places count from the end.

        Raises:
            redis.ResponseError: There is no such list, or no such place in it.
        """
        items: deque[str] | LongList | None = self._data.get(name)
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
        items = self._searchable(name)
        if items is None:
            return 0
        if isinstance(items, LongList):
            gone = items.take_out(value, count)
        elif len(items) == 1 and items[0] == value:
            del self._data[name]
            return 1
        else:
            gone = take_out(items, value, count)
        if not items:
            del self._data[name]
        return gone

    def lpos(self, name: str, value: str) -> int | None:
        """Return the first place of a value; None when it is not there."""
        items = self._searchable(name)
        if items is None:
            return None
        try:
            return items.index(value)
        except ValueError:
            return None

    def _searchable(self, name: str) -> deque[str] | LongList | None:
        """Return a list to look for a value in; one that has become long is kept otherwise from now on."""
        items: deque[str] | LongList | None = self._data.get(name)
        if type(items) is deque and len(items) > SHORT:
            items = self._data[name] = LongList(items)
        return items
