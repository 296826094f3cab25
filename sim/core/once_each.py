"""Work out once what follows from an object that never changes, such as a scenario that a thousand runs share."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

T = TypeVar("T")
Answer = TypeVar("Answer")
KEPT = 16
"""Of so many objects the answers are kept; a sweep works on a few points at a time."""


def once_each(work: Callable[[T], Answer]) -> Callable[[T], Answer]:
    """Let a function of an object that never changes work once for each; objects are told apart by identity.

    Comparing them would be no use: it costs more than most answers, and to Python ``True`` and ``1`` are equal.
    """
    known: dict[int, tuple[T, Answer]] = {}

    @wraps(work)
    def remembered(thing: T) -> Answer:
        found = known.get(id(thing))
        if found is None:
            if len(known) >= KEPT:
                known.clear()
            found = known[id(thing)] = (thing, work(thing))  # the object stays, so nothing else can have its id
        return found[1]

    return remembered
