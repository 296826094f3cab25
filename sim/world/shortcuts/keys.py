"""Shortcuts of the commands for keys of any type, and for strings."""

from collections.abc import Callable
from typing import Any

from sim.world.shortcuts.arguments import NoShortcut, added, all_encoded, decoded, encoded
from sim.world.simulated_server import SimulatedDatabase

_MOST_PX = 2**52
"""Longer lives than this, ms, are left to fakeredis, which knows where Redis draws the line."""


def exists(db: SimulatedDatabase, *names: str) -> int:
    """Count how many of the keys exist."""
    if not names:
        raise NoShortcut
    found = 0
    for name in names:
        found += db.live(name) is not None
    return found


def delete(db: SimulatedDatabase, *names: str) -> int:
    """Delete keys and count those that were there."""
    gone = 0
    for name in names if len(names) == 1 else all_encoded(names):
        if db.live(name) is not None:
            db.remove(name)
            gone += 1
    return gone


def publish(db: SimulatedDatabase, channel: str, message: str) -> int:
    """Tell nobody: shortcuts are taken only while nobody listens."""
    encoded(channel), encoded(message)
    return 0


def get(db: SimulatedDatabase, name: str) -> str | None:
    """Return a string; None when it does not exist."""
    value: bytes | None = db.value(name, bytes)
    return None if value is None else decoded(value)


def set_(db: SimulatedDatabase, name: str, value: Any, *more: Any, px: int | None = None, **options: Any) -> bool:
    """Set a string over whatever is there, with or without an expiry, ms."""
    if more or options:
        raise NoShortcut
    content = encoded(value)
    expires_s = None
    if px is not None:
        if type(px) is not int or not 0 < px < _MOST_PX:
            raise NoShortcut
        expires_s = db.time + px / 1000.0
    item = db.live(name)
    if item is None:
        item = db.create(name, content)
    else:
        item.value = content
    item.expireat = expires_s
    return True


def incr(db: SimulatedDatabase, name: str, amount: int = 1) -> int:
    """Add to a string that holds a number and return the new one; an expiry stays."""
    item = db.live(name)
    if item is None:
        number = added(b"0", amount)
        db.create(name, repr(number).encode())
        return number
    if type(item.value) is not bytes:
        raise NoShortcut
    number = added(item.value, amount)
    item.value = repr(number).encode()
    return number


SHORTCUTS: dict[str, Callable[..., Any]] = {
    "exists": exists,
    "delete": delete,
    "publish": publish,
    "get": get,
    "set": set_,
    "incr": incr,
}
