"""Shortcuts of the commands for sorted sets."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from fakeredis._helpers import fix_range
from fakeredis.model import ZSet

from sim.world.shortcuts.arguments import NoShortcut, all_decoded, all_encoded, decoded, encoded, whole
from sim.world.simulated_server import SimulatedDatabase

_BOUNDS = {"-inf": -math.inf, "+inf": math.inf}


def _score(number: Any) -> float:
    """Read a score; numbers that Redis might not take as they are, are left to fakeredis."""
    if type(number) is int:
        whole(number)
    elif type(number) is not float or not math.isfinite(number):
        raise NoShortcut
    score: float = 0.0 + number
    return score  # no negative zero, as in Redis


def _bound(end: Any) -> float:
    return _BOUNDS[end] if type(end) is str and end in _BOUNDS else _score(end)


def _ranks(members: Any, least: Any, most: Any) -> tuple[int, int]:
    """Return the ranks from which and up to which (exclusive) scores lie between two bounds, both inclusive."""
    low, high = _bound(least), _bound(most)
    if members is None:
        return 0, 0
    entries = members._byscore
    first = entries.bisect_left((low,))
    stop = len(entries) if high == math.inf else entries.bisect_left((math.nextafter(high, math.inf),))
    return first, max(first, stop)


def zadd(db: SimulatedDatabase, name: str, mapping: Mapping[str, float], *more: Any, **options: Any) -> int:
    """Give members scores and count the new ones."""
    if more or options or not mapping:
        raise NoShortcut
    wanted = [(encoded(member), _score(score)) for member, score in mapping.items()]
    members = db.value(name, ZSet)
    if members is None:
        members = db.create(name, ZSet()).value
    before = len(members)
    for member, score in wanted:
        members.add(member, score)
    return len(members) - before


def zcard(db: SimulatedDatabase, name: str) -> int:
    """Count the members."""
    members = db.value(name, ZSet)
    return 0 if members is None else len(members)


def zcount(db: SimulatedDatabase, name: str, min: float | str, max: float | str) -> int:
    """Count the members with scores between two bounds, both inclusive."""
    first, stop = _ranks(db.value(name, ZSet), min, max)
    return stop - first


def zscore(db: SimulatedDatabase, name: str, value: str) -> float | None:
    """Return a member's score; None when it is not there."""
    member = encoded(value)
    members = db.value(name, ZSet)
    return None if members is None else members.get(member)


def zrange(
    db: SimulatedDatabase,
    name: str,
    start: int,
    end: int,
    desc: bool = False,
    withscores: bool = False,
    *more: Any,
    **options: Any,
) -> list[Any]:
    """List members from one rank to another, both inclusive, by score or against it."""
    if more or options:
        raise NoShortcut
    whole(start), whole(end)
    members = db.value(name, ZSet)
    if members is None:
        return []
    first, stop = fix_range(start, end, len(members))
    if desc:
        first, stop = len(members) - stop, len(members) - first
    entries = members.islice_score(first, stop, bool(desc))
    if withscores:
        return [(decoded(member), score) for score, member in entries]
    return all_decoded([member for _score, member in entries])


def zrangebyscore(
    db: SimulatedDatabase,
    name: str,
    min: float | str,
    max: float | str,
    start: int | None = None,
    num: int | None = None,
    *more: Any,
    **options: Any,
) -> list[str]:
    """List members with scores between two bounds, both inclusive, in order; ``num`` of them after ``start``."""
    if more or options or (start is None) is not (num is None):
        raise NoShortcut
    members = db.value(name, ZSet)
    first, stop = _ranks(members, min, max)
    if start is not None and num is not None:
        if whole(start) < 0 or whole(num) < 0:
            raise NoShortcut
        first += start
        stop = stop if stop < first + num else first + num
    if first >= stop:
        return []
    return all_decoded([member for _score, member in members._byscore.islice(first, stop)])


def zrem(db: SimulatedDatabase, name: str, *values: str) -> int:
    """Take members out and count those that were there."""
    unwanted = all_encoded(values)
    members = db.value(name, ZSet)
    if members is None:
        return 0
    before = len(members)
    for value in unwanted:
        members.discard(value)
    after = len(members)
    if not after:
        db.remove(name)
    return before - after


SHORTCUTS: dict[str, Callable[..., Any]] = {
    "zadd": zadd,
    "zcard": zcard,
    "zcount": zcount,
    "zscore": zscore,
    "zrange": zrange,
    "zrangebyscore": zrangebyscore,
    "zrem": zrem,
}
