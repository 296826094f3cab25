"""The whole keyspace of a queue as plain data, what one operation changed in it, and how two of them differ."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import redis

PREFIX = "bull:q:"
DUE_SLACK_MS = 2_000
"""Due times that the rate limiter sets may differ by this much; see ``differences``."""
JSON_FIELDS = frozenset({"data", "opts", "returnvalue", "stacktrace"})

Keyspace = dict[str, Any]
"""Key without the queue's prefix -> its value: text, a list, ``{"set": [...]}``, ``{"zset": [[member, score], ...]}``
or a hash; with an expiry ``{"value": ..., "ttl_ms": ...}``."""


def read_keyspace(store: Any, left_ms: Callable[[str], int]) -> Keyspace:
    """Read every key of the database; keys of other queues or prefixes would show with their full names.

    Args:
        left_ms: Tells what is left of a key's life, ms; negative for a key that does not expire.
    """
    keyspace: Keyspace = {}
    keys = sorted(store.keys("*"))
    kinds = at_once(store, [partial(_type, key=key) for key in keys])
    values = at_once(store, [partial(_READ.get(kind, _hash), key=key) for key, kind in zip(keys, kinds, strict=True)])
    for key, kind, read in zip(keys, kinds, values, strict=True):
        value = _plain(kind, read)
        ttl_ms = left_ms(key)
        name = key.removeprefix(PREFIX)
        keyspace[name] = value if ttl_ms < 0 else {"value": value, "ttl_ms": ttl_ms}
    return keyspace


def at_once(store: Any, questions: list[Callable[[Any], Any]]) -> list[Any]:
    """Ask a store several things; a real Redis hears them in one go, which takes a fifth of the time."""
    if type(store) is not redis.Redis:
        return [ask(store) for ask in questions]
    with store.pipeline(transaction=False) as pipe:
        for ask in questions:
            ask(pipe)
        return list(pipe.execute())


def _type(client: Any, key: str) -> Any:
    return client.type(key)


def _hash(client: Any, key: str) -> Any:
    return client.hgetall(key)


_READ: dict[str, Callable[..., Any]] = {
    "string": lambda client, key: client.get(key),
    "list": lambda client, key: client.lrange(key, 0, -1),
    "set": lambda client, key: client.smembers(key),
    "zset": lambda client, key: client.zrange(key, 0, -1, withscores=True),
}
"""What reads a key of each type; a hash is left."""


def _plain(kind: str, read: Any) -> Any:
    if kind in ("string", "list"):
        return read
    if kind == "set":
        return {"set": sorted(read)}
    if kind == "zset":
        return {"zset": [[member, score] for member, score in read]}
    return {field: _field(field, text) for field, text in sorted(read.items())}


def _field(field: str, text: str) -> Any:
    """Parse what is JSON by Bull's layout, because the order of an object's members means nothing there."""
    if field in JSON_FIELDS:
        try:
            return {"json": json.loads(text)}
        except ValueError:
            return text
    return text


def changes(before: Keyspace, after: Keyspace) -> dict[str, Any]:
    """Say what an operation did: new and changed keys with their values, deleted keys with None."""
    changed: dict[str, Any] = {key: value for key, value in after.items() if before.get(key) != value}
    changed |= dict.fromkeys((key for key in before if key not in after), None)
    return dict(sorted(changed.items()))


def apply(before: Keyspace, changed: dict[str, Any]) -> Keyspace:
    """Carry changes out on a keyspace; the opposite of ``changes``."""
    merged = {**before, **changed}
    return {key: value for key, value in merged.items() if value is not None}


def differences(expected: Keyspace, seen: Keyspace, *, loose_due_times: bool = False) -> list[str]:
    """List where two keyspaces differ, one line a key.

    Args:
        loose_due_times: Due times of delayed jobs may differ by ``DUE_SLACK_MS`` while their order is the same: those
            that the rate limiter sets depend on what is left of a key's life.
    """
    lines = []
    for key in sorted(expected.keys() | seen.keys()):
        if loose_due_times and key == "delayed" and _about_the_same(expected.get(key), seen.get(key)):
            continue
        if expected.get(key) != seen.get(key):
            lines.append(f"{key}: expected {_shown(expected.get(key))}, seen {_shown(seen.get(key))}")
    return lines


def _about_the_same(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    pairs = list(zip(one["zset"], other["zset"], strict=False))
    return len(one["zset"]) == len(other["zset"]) and all(
        first[0] == second[0] and abs(first[1] - second[1]) <= DUE_SLACK_MS * 4096 for first, second in pairs
    )


def _shown(value: Any) -> str:
    return "no such key" if value is None else json.dumps(value, ensure_ascii=False)
