"""A store with a limit of memory: it adds up what its keys take, and evicts keys or refuses to take more.

It stands in front of a store wherever a scenario sets ``redis.max_memory``. Redis looks before each command: while more
is used than the limit it evicts keys by its policy, and if there is none left to evict it refuses whatever may use more
memory. A script is refused by its first command that does; after a first command that frees memory, or after any other
write, it is carried out to its end.

Source: docs/bull-facts.md, "Memory"; processCommand and performEvictions of Redis 7.0.
"""

import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal, cast

import redis

from sim.core.clock import Clock
from sim.queue.keys import LOCK
from sim.queue.store import Store
from sim.stores import memory_use as use

Eviction = Literal["noeviction", "allkeys-lru", "volatile-ttl"]
OOM = "OOM command not allowed when used memory > 'maxmemory'."
_GROWS = frozenset({"hincrby", "hset", "incr", "linsert", "lpush", "lset", "rpoplpush", "rpush", "sadd", "set", "zadd"})
"""What Redis refuses while it is full (its flag ``denyoom``)."""
_FREES = frozenset({"delete", "hdel", "lrem", "rename", "srem", "zrem"})
_NO_KEY = frozenset({"keys", "publish"})


class MeteredStore:
    """Carries commands out on another store, within a limit of memory.

    It has no operations of its own, and each step of the queue runs in ``transaction``, as a script does.

    Args:
        store: Carries the commands out.
        keys: Has the same keys, to look at what they take without being counted or heard.
        limit: How many bytes may be used, those of an empty Redis included.
        evicted: Is told of each key that is evicted.

    Attributes:
        used: How many bytes are used, by the estimate of ``memory_use``.
        filled: Is called when Redis gets full and nothing can be evicted.
    """

    def __init__(
        self,
        store: Store,
        keys: Any,
        clock: Clock,
        *,
        limit: int,
        eviction: Eviction,
        evicted: Callable[[str], object],
    ) -> None:
        self.filled: Callable[[], object] = _nothing
        self._store = store
        self._keys = keys
        self._clock = clock
        self._limit = limit
        self._eviction = eviction
        self._evicted = evicted
        self._sizes: dict[str, int] = {}
        """Bytes of each key, by when it was last used: the one that was not for longest comes first."""
        self._expires_ms: dict[str, int] = {}
        self._next_to_expire: list[tuple[int, str]] = []
        self._key_bytes = 0
        self._in_script = False
        self._wrote = False
        self._was_full = False
        self._under_way = 0

    @property
    def used(self) -> int:
        """How many bytes are used, by the estimate of ``memory_use``."""
        self._forget_expired()
        tables = 8 * (use.table_slots(len(self._sizes)) + use.table_slots(len(self._expires_ms)))
        return use.EMPTY_BYTES + self._key_bytes + tables

    @property
    def is_full(self) -> bool:
        """Whether commands that may use more memory are refused."""
        if self.used + self._under_way <= self._limit:
            return False
        return self._eviction == "noeviction" or next(self._candidates(), None) is None

    def expect(self, length: int) -> None:
        """Take note of the data that comes with the next submit: Redis has it in memory before it looks."""
        self._under_way = use.text_bytes(length)

    def recount(self) -> None:
        """Count all keys anew, after somebody has changed them from outside."""
        self._sizes.clear()
        self._expires_ms.clear()
        self._next_to_expire.clear()
        self._key_bytes = 0
        for name in sorted(self._keys.keys("*")):
            left_ms = self._keys.pttl(name)
            if left_ms >= 0:
                self._note_expiry(name, left_ms)
            self._weigh(name)

    # -- commands -----------------------------------------------------------------------------------------------------

    def transaction(self, func: Callable[[Any], Any], *watches: str, value_from_callable: bool = False) -> Any:
        """Run a step as a script: what its first write may do, all may."""
        self._make_room()
        self._in_script, self._wrote = True, False
        try:
            value = func(self)
        finally:
            self._in_script = False
            self._look()
        return value if value_from_callable else []

    def watch(self, *names: str) -> None:
        """Do nothing: nobody comes in between."""

    def multi(self) -> None:
        """Do nothing: what follows is carried out at once."""

    @contextmanager
    def unrefused(self) -> Iterator[None]:
        """Carry out what Redis does by itself, such as handing a job to a client that is blocked."""
        self._in_script, self._wrote = True, True
        try:
            yield
        finally:
            self._in_script = False
            self._look()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return a command; there are no operations, so that steps run in ``transaction``."""
        if name.startswith("_") or name == "operations":
            raise AttributeError(name)
        command = getattr(self._store, name)
        if name in _NO_KEY:
            return cast(Callable[..., Any], command)
        if name not in _GROWS and name not in _FREES:
            return lambda key, *args, **kwargs: self._read(command, key, *args, **kwargs)
        return lambda *args, **kwargs: self._write(name, command, *args, **kwargs)

    def _read(self, command: Callable[..., Any], key: str, *args: Any, **kwargs: Any) -> Any:
        if not self._in_script:
            self._make_room()
        self._under_way = 0
        self._touch(key)
        return command(key, *args, **kwargs)

    def _write(self, name: str, command: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            if not self._in_script:
                self._make_room()
            if name in _GROWS and not (self._in_script and self._wrote) and self.is_full:
                raise redis.ResponseError(OOM)
        finally:
            self._under_way = 0
        self._wrote = True
        answer = command(*args, **kwargs)
        keys = args if name == "delete" else args[:2] if name in ("rename", "rpoplpush") else args[:1]
        if name == "set":
            self._expires_ms.pop(args[0], None)
            if kwargs.get("px") is not None:
                self._note_expiry(args[0], kwargs["px"])
        for key in keys:
            self._weigh(key)
        if not self._in_script:
            self._look()
        return answer

    # -- what is used -------------------------------------------------------------------------------------------------

    def _touch(self, key: str) -> None:
        size = self._sizes.pop(key, None)
        if size is not None:
            self._sizes[key] = size

    def _note_expiry(self, key: str, left_ms: int) -> None:
        expires_ms = self._expires_ms[key] = self._clock.now_ms + left_ms
        heapq.heappush(self._next_to_expire, (expires_ms, key))

    def _weigh(self, key: str) -> None:
        """Count a key anew that was just used."""
        self._key_bytes -= self._sizes.pop(key, 0)
        size = self._bytes_of(key)
        if size:
            self._sizes[key] = size
            self._key_bytes += size
        else:
            self._expires_ms.pop(key, None)

    def _bytes_of(self, key: str) -> int:
        store = self._keys
        kind = store.type(key)
        if kind == "none":
            return 0
        if kind == "string":
            value = store.get(key)
            length = use.TOKEN_BYTES if key.endswith(LOCK) else len(value)
            size = use.string_bytes(length, number=value.isdigit() and not key.endswith(LOCK))
        elif kind == "hash":
            size = use.hash_bytes(store.hgetall(key))
        elif kind == "list":
            size = use.list_bytes(store.llen(key))
        elif kind == "set":
            size = use.set_bytes(store.scard(key))
        else:
            size = use.sorted_set_bytes(store.zcard(key))
        return size + use.key_bytes(key, expires=key in self._expires_ms)

    def _forget_expired(self) -> None:
        now_ms = self._clock.now_ms
        while self._next_to_expire and self._next_to_expire[0][0] < now_ms:
            expires_ms, key = heapq.heappop(self._next_to_expire)
            if self._expires_ms.get(key) == expires_ms:
                del self._expires_ms[key]
                self._key_bytes -= self._sizes.pop(key, 0)

    # -- the limit ----------------------------------------------------------------------------------------------------

    def _candidates(self) -> Iterator[str]:
        """List the keys that may be evicted, the next one first."""
        if self._eviction == "allkeys-lru":
            yield from self._sizes
        elif self._eviction == "volatile-ttl":
            self._forget_expired()
            yield from sorted(self._expires_ms, key=lambda key: (self._expires_ms[key], key))

    def _make_room(self) -> None:
        """Evict keys while more is used than the limit, as Redis does before each command."""
        if self._eviction == "noeviction":
            return
        while self.used + self._under_way > self._limit:
            key = next(self._candidates(), None)
            if key is None:
                return
            self._keys.delete(key)
            self._weigh(key)
            self._evicted(key)

    def _look(self) -> None:
        """Tell when Redis gets full."""
        is_full = self.is_full
        if is_full and not self._was_full:
            self.filled()
        self._was_full = is_full


def _nothing() -> None:
    pass
