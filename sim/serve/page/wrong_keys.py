"""Keys of a queue under which somebody put something of another kind: named, so that the page can say what is wrong."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeVar

from redis.exceptions import ResponseError

from sim.engine.simulation import Simulation
from sim.queue.keys import QueueKeys

T = TypeVar("T")

LINES = {"wait": "list", "paused": "list"}
KINDS = {
    **LINES,
    "active": "list",
    "delayed": "zset",
    "priority": "zset",
    "completed": "zset",
    "failed": "zset",
    "id": "string",
    "meta": "hash",
    "stalled": "set",
    "limiter": "string",
    "limiter_index": "hash",
    "limiter_limited": "set",
    "repeat": "zset",
}
"""Bull's keys by their names in ``QueueKeys``, and what stands there."""


class WrongKey(NamedTuple):
    """A key that the queue cannot use.

    Attributes:
        kind: What stands there, in Redis's words.
        wanted: What Bull keeps there.
    """

    key: str
    kind: str
    wanted: str

    def __str__(self) -> str:
        return f"{self.key} holds a {self.kind}, but Bull keeps a {self.wanted} there: delete it (DEL {self.key})"


def wrong_keys(world: Simulation, queue: str) -> list[WrongKey]:
    """List the keys of a queue, and of its dead letter queue, that hold something of another kind.

    Redis: TYPE of each. O(1).
    """
    keys = world.queue(queue).keys
    return [*_wrong(world, keys, KINDS.items()), *_wrong(world, keys.dead_letters(), LINES.items())]


def _wrong(world: Simulation, keys: QueueKeys, kinds: Iterable[tuple[str, str]]) -> list[WrongKey]:
    redis: Any = world.redis
    found = []
    for name, wanted in kinds:
        key: str = getattr(keys, name)
        kind = redis.type(key)
        if kind not in (wanted, "none"):
            found.append(WrongKey(key, kind, wanted))
    return found


def is_queue_key(keys: QueueKeys, job_id: str) -> bool:
    """Tell whether the key that a job of this id would have is one of the queue's own."""
    return any(keys.job(job_id) == getattr(keys, name) for name in (*KINDS, "stalled_check", "meta_paused"))


def read_or(default: T, read: Callable[..., T], *arguments: Any, **options: Any) -> T:
    """Read from a key; ``default`` where something of another kind stands there."""
    try:
        return read(*arguments, **options)
    except ResponseError:
        return default
