"""Brings the keys of a simulated Redis to a real one and back.

Simulated time lies in the past of the real clock. What a lock has left to live it keeps; a due time stays as it is
on the way to the real Redis, where it has passed, and is moved by the difference of the clocks on the way back.
"""

import time
from typing import Any

from sim.engine.world import World, simulation_of
from sim.queue.submit import SCALE
from sim.stores.snapshots import Snapshot, load_snapshot, take_snapshot


class WallClock:
    """Real time as the queue's clock."""

    @property
    def now_ms(self) -> int:
        """Current time, epoch ms."""
        return time.time_ns() // 1_000_000


def to_real(world: World, client: Any) -> None:
    """Write everything that a world's Redis holds into a real one."""
    load_snapshot(client, simulation_of(world).clock, take_snapshot(world.redis, simulation_of(world).clock))


def to_world(client: Any, world: World) -> None:
    """Write everything that a real Redis holds into a world's, on the world's clock."""
    clock = WallClock()
    behind_ms = clock.now_ms - simulation_of(world).clock.now_ms
    load_snapshot(world.redis, simulation_of(world).clock, earlier(take_snapshot(client, clock), behind_ms))


def earlier(snapshot: Snapshot, by_ms: int) -> Snapshot:
    """Move due times and expiries."""
    moved: Snapshot = {}
    for key, saved in snapshot.items():
        value = saved.value
        if key.endswith(":delayed"):
            value = [(job_id, score - by_ms * SCALE) for job_id, score in value]
        expires_at_ms = None if saved.expires_at_ms is None else saved.expires_at_ms - by_ms
        moved[key] = saved._replace(value=value, expires_at_ms=expires_at_ms)
    return moved
