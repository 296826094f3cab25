"""A sorted set as Redis keeps it."""

from bisect import bisect_left, bisect_right, insort

_LAST = "\U0010ffff" * 8
"""Behind every member that a queue could have."""


class SortedSet:
    """Members by score, equal scores in the order of their text."""

    __slots__ = ("entries", "scores")

    def __init__(self) -> None:
        self.scores: dict[str, float] = {}
        self.entries: list[tuple[float, str]] = []

    def add(self, member: str, score: float) -> bool:
        """Put a member in or give it another score; tell whether it is new. O(log n) at the end, else O(n)."""
        before = self.scores.get(member)
        if before == score:
            return False
        if before is not None:
            del self.entries[bisect_left(self.entries, (before, member))]
        self.scores[member] = score
        entry = (score, member)
        entries = self.entries
        if not entries or entries[-1] < entry:
            entries.append(entry)
        else:
            insort(entries, entry)
        return before is None

    def remove(self, member: str) -> bool:
        """Take a member out; tell whether it was there. O(n)."""
        score = self.scores.pop(member, None)
        if score is None:
            return False
        del self.entries[bisect_left(self.entries, (score, member))]
        return True

    def between(self, least: float, most: float) -> tuple[int, int]:
        """Return the ranks from which and up to which (exclusive) scores lie between two bounds, both inclusive."""
        return bisect_left(self.entries, (least,)), bisect_right(self.entries, (most, _LAST))
