"""A sorted set as Redis keeps it: whatever its size, a member comes and goes in O(log n)."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from itertools import chain, islice

Entry = tuple[float, str]
"""Score and member."""
_LAST = "\U0010ffff" * 8
"""Behind every member that a queue could have."""
PIECE = 512
"""Entries that stand in one list; where there are twice as many, they are two."""


class SortedSet:
    """Members by score, equal scores in the order of their text.

    The entries stand in sorted lists one behind the other, none of them empty but the only one of an empty set, so
    that a change anywhere moves no more than one of the lists.

    Attributes:
        scores: By member.
    """

    __slots__ = ("_lasts", "_pieces", "scores")

    def __init__(self) -> None:
        self.scores: dict[str, float] = {}
        self._pieces: list[list[Entry]] = [[]]
        self._lasts: list[Entry] = []
        """The last entry of each list but the last list."""

    def __len__(self) -> int:
        return len(self.scores)

    def add(self, member: str, score: float) -> bool:
        """Put a member in or give it another score; tell whether it is new. O(1) at the end, else O(log n)."""
        before = self.scores.get(member)
        if before == score:
            return False
        if before is not None:
            self._take_out((before, member))
        self.scores[member] = score
        entry = (score, member)
        piece = self._pieces[-1]
        if piece and entry > piece[-1]:
            piece.append(entry)
            place = len(self._lasts)
        else:
            place = bisect_left(self._lasts, entry)
            piece = self._pieces[place]
            insort(piece, entry)
        if len(piece) >= 2 * PIECE:
            self._pieces[place : place + 1] = [piece[:PIECE], piece[PIECE:]]
            self._lasts.insert(place, piece[PIECE - 1])
        return before is None

    def remove(self, member: str) -> bool:
        """Take a member out; tell whether it was there. O(log n)."""
        score = self.scores.pop(member, None)
        if score is None:
            return False
        self._take_out((score, member))
        return True

    def lowest(self, count: int) -> list[Entry]:
        """List the first entries, so many or all."""
        first = self._pieces[0]
        return first[:count] if count <= len(first) else list(self.entries(0, min(count, len(self.scores))))

    def drop_lowest(self, count: int) -> None:
        """Take the first entries out, so many of them as there are at least."""
        first = self._pieces[0]
        if count < len(first):
            for _score, member in first[:count]:
                del self.scores[member]
            del first[:count]
        else:
            for _score, member in self.lowest(count):
                self.remove(member)

    def _take_out(self, entry: Entry) -> None:
        place = bisect_left(self._lasts, entry)
        piece = self._pieces[place]
        del piece[bisect_left(piece, entry)]
        if not self._lasts:
            return
        if not piece:
            del self._pieces[place]
            del self._lasts[place if place < len(self._lasts) else -1]
        elif place < len(self._lasts):
            self._lasts[place] = piece[-1]

    def between(self, least: float, most: float) -> tuple[int, int]:
        """Return the ranks from which and up to which (exclusive) scores lie between two bounds, both inclusive."""
        start = self._rank((least,))
        return start, max(start, self._rank((most, _LAST)))

    def _rank(self, bound: tuple[float] | Entry) -> int:
        place = bisect_left(self._lasts, bound)
        return sum(map(len, self._pieces[:place])) + bisect_right(self._pieces[place], bound)

    def entries(self, start: int, stop: int) -> Iterator[Entry]:
        """Go through the entries from one rank up to another (exclusive), which lie within the set."""
        if start >= stop:
            return iter(())
        place = 0
        if start:
            while start >= len(self._pieces[place]):
                start -= len(self._pieces[place])
                stop -= len(self._pieces[place])
                place += 1
        piece = self._pieces[place]
        if stop <= len(piece):
            return iter(piece[start:stop])
        return islice(chain.from_iterable(islice(self._pieces, place, None)), start, stop)

    def entries_backwards(self, start: int, stop: int) -> Iterator[Entry]:
        """Go through the entries against their order, from one place, counted from the end, up to another."""
        size = len(self)
        return reversed(list(self.entries(size - stop, size - start)))
