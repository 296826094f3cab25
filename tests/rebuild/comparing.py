"""Holds the fingerprints of two sides against each other."""

import hashlib
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from tests.rebuild.keeping import Kept, written
from tests.rebuild.translate import Body, body, known

_NOTHING = object()
_LONGEST = 900
_FIRST = ("error", "trace", "rows", "verdict")
"""Sections from which the others follow, by the end of their names."""


@dataclass
class Found:
    """What the comparison of one part comes to.

    Attributes:
        events: Lines of traces that were compared.
        differences: By unit, where it first differs.
        gone: Units that only the checkout before has.
        new: Units that only this checkout has; nothing is held against them.
        digest: Of everything that was compared, in new words; the same for the same.
    """

    part: str
    units: int = 0
    events: int = 0
    differences: dict[str, str] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    digest: str = ""

    @property
    def is_same(self) -> bool:
        """Whether nothing differs; a part without any unit proves nothing."""
        return bool(self.units) and not self.differences and not self.gone

    @property
    def line(self) -> str:
        """The summary."""
        what = f"{self.part:<10} {self.units:>5} units, {self.events:>9,} events"
        new = f", {len(self.new)} only here and not compared" if self.new else ""
        if self.is_same:
            return f"{what}: the same{new}; sha256 {self.digest[:16]}"
        return f"{what}: DIFFERENT in {len(self.differences)}, {len(self.gone)} gone{new}"


def compare(part: str, before: Kept, after: Kept, quick: bool) -> Found:
    """Compare one part, unit by unit."""
    found = Found(part)
    digest = hashlib.sha256()
    there = set(after.keys([part], quick))
    keys = before.keys([part], quick)
    found.gone = [key for key in keys if key not in there]
    found.new = sorted(there - set(keys))
    for key in keys:
        if key not in there:
            continue
        old, new = body(before.body(key)), known(after.body(key))
        found.units += 1
        found.events += sum(len(items) for section, items in new.items() if section.endswith("trace"))
        digest.update(written([key, new]))
        if "broke" in new or written(old) != written(new):
            found.differences[key] = first_difference(old, new)
    found.digest = digest.hexdigest()
    return found


def first_difference(before: Body, after: Body) -> str:
    """Tell where two units first differ, first in what the rest follows from."""
    if "broke" in after:
        return "\n".join(["here it broke:", *after["broke"][-8:]])
    for section in sorted({*before, *after}, key=lambda name: (not name.endswith(_FIRST), name)):
        for number, (one, other) in enumerate(
            zip_longest(before.get(section, []), after.get(section, []), fillvalue=_NOTHING)
        ):
            if one is _NOTHING or other is _NOTHING or written(one) != written(other):
                return f"{section}, line {number + 1}:\n  before {_shown(one)}\n  now    {_shown(other)}"
    return "only the sections' names differ"


def _shown(item: Any) -> str:
    if item is _NOTHING:
        return "(nothing)"
    text = written(item).decode()
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."
