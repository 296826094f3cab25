"""The stores that a world may keep its queue in."""

from collections.abc import Callable
from typing import Literal, NamedTuple, cast, get_args

from sim.core.clock import Clock
from sim.queue.store import Store

StoreName = Literal["fakeredis", "memory"]
STORES: tuple[StoreName, ...] = get_args(StoreName)


class OpenStore(NamedTuple):
    """A store of one run.

    Attributes:
        store: What the queue works on.
        connect: Lets commands through (True), or lets all of them fail as when the server is down (False).
        sizes: Answers LLEN and ZCARD as the store does, as fast as can be.
    """

    store: Store
    connect: Callable[[bool], None]
    sizes: Store


def open_store(name: StoreName, clock: Clock) -> OpenStore:
    """Open an empty store: ``fakeredis`` has all of Redis, ``memory`` is fast and has what the queue uses."""
    if name == "memory":
        from sim.stores.memory_store import MemoryStore

        memory = MemoryStore(clock)
        return OpenStore(cast(Store, memory), memory.connect, cast(Store, memory))
    from sim.stores.fakeredis_store import Sizes, open_fakeredis

    server, store = open_fakeredis(clock)

    def connect(is_connected: bool) -> None:
        server.connected = is_connected

    return OpenStore(store, connect, cast(Store, Sizes(server)))
