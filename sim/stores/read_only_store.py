"""A store whose server is a replica: it answers every question and refuses everything that would change a key."""

from collections.abc import Callable
from typing import Any, cast

import redis

from sim.queue.store import NO_OPERATIONS, Operations, Store

READONLY = "READONLY You can't write against a read only replica."
"""What Redis answers; after a script it adds which one."""
_READS = frozenset(
    {
        "exists",
        "get",
        "hget",
        "hgetall",
        "hmget",
        "keys",
        "lindex",
        "llen",
        "lpos",
        "lrange",
        "multi",
        "pttl",
        "publish",
        "scard",
        "sismember",
        "smembers",
        "type",
        "watch",
        "zcard",
        "zcount",
        "zrange",
        "zrangebyscore",
        "zscore",
    }
)


class ReadOnlyStore:
    """Passes on what only reads; a step of the queue goes as far as its first write, and so changes nothing.

    It has no operations of its own: what a step has read before it is refused must be read by commands.

    Args:
        store: Has the keys.

    Source: docs/bull-facts.md, "Read-only".
    """

    operations: Operations = NO_OPERATIONS

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return a command; one that writes is refused, whether or not it would find anything to change."""
        if name.startswith("_"):
            raise AttributeError(name)
        return cast(Callable[..., Any], getattr(self._store, name)) if name in _READS else _refuse


def _refuse(*_args: Any, **_kwargs: Any) -> Any:
    raise redis.ResponseError(READONLY)


def read_only(store: Store) -> Store:
    """Return the same keys, of which none can be changed."""
    return cast(Store, ReadOnlyStore(store))
