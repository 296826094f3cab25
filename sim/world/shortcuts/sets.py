"""Shortcuts of the commands for sets, in the words of fakeredis's own type, which also minds members that expire."""

from collections.abc import Callable, Set
from typing import Any

from fakeredis.model import ExpiringMembersSet

from sim.world.shortcuts.arguments import all_decoded, all_encoded, encoded
from sim.world.simulated_server import SimulatedDatabase


def sadd(db: SimulatedDatabase, name: str, *values: str) -> int:
    """Put members in and count the new ones."""
    new = all_encoded(values)
    members = db.value(name, ExpiringMembersSet)
    if members is None:
        members = db.create(name, ExpiringMembersSet()).value
    before = len(members)
    members.update(new)
    return len(members) - before


def srem(db: SimulatedDatabase, name: str, *values: str) -> int:
    """Take members out and count those that were there."""
    unwanted = all_encoded(values)
    members = db.value(name, ExpiringMembersSet)
    if members is None:
        return 0
    before = len(members)
    for value in unwanted:
        members.discard(value)
    after = len(members)
    if not after:
        db.remove(name)
    return before - after


def scard(db: SimulatedDatabase, name: str) -> int:
    """Count the members."""
    members = db.value(name, ExpiringMembersSet)
    return 0 if members is None else len(members)


def sismember(db: SimulatedDatabase, name: str, value: str) -> int:
    """Return 1 when a member is there, else 0."""
    member = encoded(value)
    members = db.value(name, ExpiringMembersSet)
    return int(members is not None and member in members)


def smembers(db: SimulatedDatabase, name: str) -> Set[str]:
    """Return the members."""
    members = db.value(name, ExpiringMembersSet)
    return set() if members is None else set(all_decoded(list(members)))


SHORTCUTS: dict[str, Callable[..., Any]] = {
    "sadd": sadd,
    "srem": srem,
    "scard": scard,
    "sismember": sismember,
    "smembers": smembers,
}
