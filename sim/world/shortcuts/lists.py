"""Shortcuts of the commands for lists; the left end is the first."""

from collections.abc import Callable
from typing import Any

from fakeredis._helpers import fix_range

from sim.world.shortcuts.arguments import NoShortcut, all_decoded, all_encoded, decoded, encoded, whole
from sim.world.simulated_server import SimulatedDatabase


def lpush(db: SimulatedDatabase, name: str, *values: str) -> int:
    """Put values at the left end, one after the other, and return the length."""
    new = all_encoded(values)
    items = db.value(name, list)
    if items is None:
        items = db.create(name, []).value
    for value in new:
        items.insert(0, value)
    return len(items)


def rpush(db: SimulatedDatabase, name: str, *values: str) -> int:
    """Put values at the right end, one after the other, and return the length."""
    new = all_encoded(values)
    items = db.value(name, list)
    if items is None:
        items = db.create(name, []).value
    items.extend(new)
    return len(items)


def rpoplpush(db: SimulatedDatabase, src: str, dst: str) -> str | None:
    """Move the last value to the left end of another list and return it; None when there is none."""
    source = db.value(src, list)
    if source is None:
        encoded(dst)
        return None
    target = db.value(dst, list)
    if target is None:
        target = db.create(dst, []).value
    value: bytes = source.pop()
    target.insert(0, value)
    if not source:
        db.remove(src)
    return decoded(value)


def lrange(db: SimulatedDatabase, name: str, start: int, end: int) -> list[str]:
    """List the values from one place to another, both inclusive; negative places count from the end."""
    whole(start), whole(end)
    items = db.value(name, list)
    if items is None:
        return []
    first, stop = fix_range(start, end, len(items))
    return all_decoded(items[first:stop])


def lindex(db: SimulatedDatabase, name: str, index: int) -> str | None:
    """Return the value at a place; None when there is none."""
    whole(index)
    items = db.value(name, list)
    if items is None or not -len(items) <= index < len(items):
        return None
    return decoded(items[index])


def linsert(db: SimulatedDatabase, name: str, where: str, refvalue: str, value: str) -> int:
    """Put a value before or after another; return the new length, -1 without the other, 0 without the list."""
    if where not in ("BEFORE", "AFTER"):
        raise NoShortcut
    pivot, new = encoded(refvalue), encoded(value)
    items = db.value(name, list)
    if items is None:
        return 0
    if pivot not in items:
        return -1
    items.insert(items.index(pivot) + (where == "AFTER"), new)
    return len(items)


def llen(db: SimulatedDatabase, name: str) -> int:
    """Count the values."""
    items = db.value(name, list)
    return 0 if items is None else len(items)


def lrem(db: SimulatedDatabase, name: str, count: int, value: str) -> int:
    """Take out a value that is there once, whatever the count, and return how often it was there: once or never."""
    whole(count)
    unwanted = encoded(value)
    items = db.value(name, list)
    found = 0 if items is None else items.count(unwanted)
    if found > 1:
        raise NoShortcut
    if found:
        items.remove(unwanted)
        if not items:
            db.remove(name)
    return found


def lpos(db: SimulatedDatabase, name: str, value: str, *more: Any, **options: Any) -> int | None:
    """Return the first place of a value; None when it is not there."""
    if more or options:
        raise NoShortcut
    wanted = encoded(value)
    items = db.value(name, list)
    if items is None or wanted not in items:
        return None
    place: int = items.index(wanted)
    return place


SHORTCUTS: dict[str, Callable[..., Any]] = {
    "lpush": lpush,
    "rpush": rpush,
    "rpoplpush": rpoplpush,
    "lrange": lrange,
    "lindex": lindex,
    "linsert": linsert,
    "llen": llen,
    "lrem": lrem,
    "lpos": lpos,
}
