"""Finds the known name that a misspelt word meant; another thing with a similar name is never suggested."""

from collections.abc import Iterable

_MAX_EDITS = 3
_PREFIX = 4


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known name that a word misspells, or None.

    Near are names a few edits away (one for every three letters, three at most; two neighbours changing places are one
    edit), whatever the case and the separators, and the only name that goes on where the word ends.
    """
    folded = _folded(word)
    names = {name: _folded(name) for name in known}
    allowed = min(_MAX_EDITS, len(folded) // 3)
    found = [(edits(folded, other, allowed), name) for name, other in names.items()]
    best = min(found, key=lambda pair: pair[0], default=(allowed + 1, ""))
    if best[0] <= allowed:
        return best[1]
    longer = [name for name, other in names.items() if other.startswith(folded)] if len(folded) >= _PREFIX else []
    return longer[0] if len(longer) == 1 else None


def edits(one: str, other: str, most: int) -> int:
    """Count the letters to add, drop, change or swap with their neighbour; more than ``most`` counts as one more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        above, row = row, [i]
        for j, b in enumerate(other, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before = above
    return min(row[-1], most + 1)


def _folded(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")
