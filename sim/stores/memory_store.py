"""The store in memory: the part of Redis that the queue uses, on simulated time.

It answers every command of ``sim.queue.store.Commands`` as redis-py with ``decode_responses`` does on a real server;
the conformance cases and the random histories run on it as on the others. Keys expire as on Redis: alive in the
millisecond of their expiry, gone in the one after. A key whose last member goes is gone.

Commands check the type of a key only where Python would not notice by itself; a wrong one raises ``TypeError`` or
``AttributeError`` where redis-py raises ``ResponseError``.
"""

from collections.abc import Callable
from typing import Any

import redis

from sim.stores.memory.hashes import Hashes
from sim.stores.memory.keys import Keys
from sim.stores.memory.lists import Lists
from sim.stores.memory.operations import OPERATIONS
from sim.stores.memory.sets import Sets
from sim.stores.memory.sorted_sets import SortedSets


class MemoryStore(Keys, Hashes, Lists, SortedSets, Sets):
    """Redis's strings, lists, hashes, sets and sorted sets as the queue uses them.

    Attributes:
        operations: The forms of its own that it has of operations of the queue; see ``sim.queue.store``.
    """

    operations = OPERATIONS

    def connect(self, is_connected: bool) -> None:
        """Let commands through, or let every one raise ``redis.ConnectionError`` as on a server that is down."""
        self.__class__ = MemoryStore if is_connected else _Away

    def transaction(self, func: Callable[[Any], Any], *watches: str, value_from_callable: bool = False) -> Any:
        """Run the body; nothing can come between two commands, so they are carried out at once."""
        value = func(self)
        return value if value_from_callable else []

    def watch(self, *names: str) -> None:
        """Do nothing: nobody else can change a key before the body ends."""

    def multi(self) -> None:
        """Do nothing: what follows is carried out at once instead of being noted down."""


class _Away(MemoryStore):
    """The same store while its server is down: every command but ``connect`` fails."""

    def __getattribute__(self, name: str) -> Any:
        if name in _COMMANDS:
            raise redis.ConnectionError("the simulated Redis is down")
        return super().__getattribute__(name)


_COMMANDS = frozenset(
    name
    for part in (MemoryStore, Keys, Hashes, Lists, SortedSets, Sets)
    for name in vars(part)
    if not name.startswith("_") and name != "connect"
) | {"_data"}
"""What fails while the server is down: its commands, and what its own operations begin with."""
