"""A Redis that has a limit of memory: what stands in front of its keys, and idle workers whose pops are refused."""

from collections.abc import Sequence
from functools import partial

import simpy
from redis.exceptions import ResponseError

from sim.engine.blocked_clients import BlockedClient, BlockedClients
from sim.engine.clock import SimulatedTime
from sim.engine.process import Process
from sim.engine.run_context import RunContext
from sim.queue.keys import QueueKeys
from sim.queue.store import Store
from sim.results.trace import EventKind
from sim.stores.metered_store import OOM, MeteredStore


def limited(run: RunContext, store: Store, keys: Store) -> MeteredStore | None:
    """Put the scenario's limit of memory in front of a store; None where it has none.

    Args:
        store: Carries the commands out.
        keys: Has the same keys, and is not heard.
    """
    config = run.scenario.redis
    if config.max_memory is None:
        return None
    return MeteredStore(
        store,
        keys,
        run.clock,
        limit=config.max_memory,
        eviction=config.eviction,
        evicted=lambda key: run.recorder.world(EventKind.KEY_EVICTED, None, key=key, eviction=config.eviction),
    )


def begin_to_count(memory: MeteredStore, idle: Sequence[BlockedClients]) -> None:
    """Count what is there, and tell the idle workers of every queue when it gets full."""

    def note_full() -> None:
        for blocked in idle:
            if isinstance(blocked, BlockedAtALimit):
                blocked.note_full()

    memory.filled = note_full
    memory.recount()


class BlockedAtALimit(BlockedClients):
    """The blocked pops on one queue of a Redis that may be full.

    A pop that comes while it is full is refused, whether or not anybody waits. One that is blocked already is served
    from what scripts put in line; when it times out and is sent again, it is refused as well.

    Source: docs/bull-facts.md, "Memory".
    """

    def __init__(self, env: SimulatedTime, store: Store, keys: QueueKeys, drain_ms: int, memory: MeteredStore) -> None:
        super().__init__(env, store, keys, drain_ms)
        self._memory = memory

    def enter(self, process: Process) -> simpy.Event:
        """Block until a job comes, as ever.

        Raises:
            redis.ResponseError: It is full.
        """
        if self._memory.is_full:
            raise ResponseError(OOM)
        return super().enter(process)

    def serve(self) -> None:
        """Hand waiting jobs to those who wait; Redis does that by itself, and refuses itself nothing."""
        with self._memory.unrefused():
            super().serve()

    def note_full(self) -> None:
        """Let every pop that is blocked now be refused when it times out, if Redis is still full then."""
        for client in self._clients.values():
            wait_ms = self.drain_ms - (self.env.now - client.since_ms) % self.drain_ms
            self.env.timeout(wait_ms).callbacks.append(partial(self._time_out, client))

    def _time_out(self, client: BlockedClient, _event: simpy.Event) -> None:
        if self._memory.is_full and self._clients.get(client.process) is client:
            self.break_connection(client.process)
