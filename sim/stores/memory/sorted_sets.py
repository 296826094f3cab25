"""The commands of the store in memory for sorted sets."""

from collections.abc import Mapping
from typing import Any

from sim.stores.memory.data import Data, span
from sim.stores.memory.sorted_set import SortedSet


class SortedSets(Data):
    """Sorted sets."""

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
        size = len(members.scores)
        if start < 0 or end < 0:
            places = span(start, end, size)
            start, end = places.start, places.stop - 1
        first, stop = start, min(end + 1, size)
        entries = members.entries_backwards(first, stop) if desc else members.entries(first, stop)
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
        return [member for _score, member in members.entries(first, stop)]

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
