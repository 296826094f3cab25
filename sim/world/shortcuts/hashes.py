"""Shortcuts of the commands for hashes."""

from collections.abc import Callable, Mapping
from typing import Any

from fakeredis.model import Hash

from sim.world.shortcuts.arguments import NoShortcut, added, all_encoded, decoded, encoded
from sim.world.simulated_server import SimulatedDatabase


def _fields(db: SimulatedDatabase, name: str) -> dict[bytes, bytes] | None:
    """Return the fields of a hash, None when there is none; hashes whose fields may expire are left to fakeredis."""
    found = db.value(name, Hash)
    if found is None:
        return None
    if found._expiry_heap:
        raise NoShortcut
    fields: dict[bytes, bytes] = found._values
    return fields


def _create(db: SimulatedDatabase, name: str, fields: dict[bytes, bytes]) -> None:
    created = Hash()
    created._values.update(fields)
    db.create(name, created)


def hget(db: SimulatedDatabase, name: str, key: str) -> str | None:
    """Return one field; None when it does not exist."""
    field = encoded(key)
    fields = _fields(db, name)
    value = None if fields is None else fields.get(field)
    return None if value is None else decoded(value)


def hgetall(db: SimulatedDatabase, name: str) -> dict[str, str]:
    """Return all fields in the order of their creation; empty when there is no hash."""
    fields = _fields(db, name)
    if fields is None:
        return {}
    try:
        return {field.decode(): value.decode() for field, value in fields.items()}
    except UnicodeDecodeError:
        return {decoded(field): decoded(value) for field, value in fields.items()}


def hset(
    db: SimulatedDatabase,
    name: str,
    key: str | None = None,
    value: Any = None,
    mapping: Mapping[str, Any] | None = None,
    items: Any = None,
) -> int:
    """Set fields and count the new ones."""
    if items or (key is None and not mapping):
        raise NoShortcut
    wanted = {}
    if key is not None:
        wanted[encoded(key)] = encoded(value)
    if mapping:
        for field, content in mapping.items():
            wanted[encoded(field)] = encoded(content)
    fields = _fields(db, name)
    if fields is None:
        _create(db, name, wanted)
        return len(wanted)
    before = len(fields)
    fields.update(wanted)
    return len(fields) - before


def hdel(db: SimulatedDatabase, name: str, *keys: str) -> int:
    """Delete fields and count those that were there."""
    unwanted = all_encoded(keys)
    fields = _fields(db, name)
    if fields is None:
        return 0
    gone = 0
    for field in unwanted:
        gone += fields.pop(field, None) is not None
    if not fields:
        db.remove(name)
    return gone


def hincrby(db: SimulatedDatabase, name: str, key: str, amount: int = 1) -> int:
    """Add to a field that holds a number and return the new one."""
    field = encoded(key)
    fields = _fields(db, name)
    number = added(b"0" if fields is None else fields.get(field, b"0"), amount)
    if fields is None:
        _create(db, name, {field: repr(number).encode()})
    else:
        fields[field] = repr(number).encode()
    return number


SHORTCUTS: dict[str, Callable[..., Any]] = {
    "hget": hget,
    "hgetall": hgetall,
    "hset": hset,
    "hdel": hdel,
    "hincrby": hincrby,
}
