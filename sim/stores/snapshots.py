"""What is left of Redis when it starts again."""

from typing import Any, NamedTuple

from sim.core.clock import Clock
from sim.faults.redis_crash import FSYNC_MS
from sim.scenario.schema import RedisConfig


class SavedKey(NamedTuple):
    """One key of a snapshot: its type, its value, and when it expires (epoch ms, or None)."""

    type: str
    value: Any
    expires_at_ms: int | None


Snapshot = dict[str, SavedKey]


def take_snapshot(redis: Any, clock: Clock) -> Snapshot:
    """Copy every key, with expiry as an absolute time; a key that expires while a real Redis is read is not there."""
    snapshot: Snapshot = {}
    for key in sorted(redis.keys("*")):
        kind = redis.type(key)
        left_ms = redis.pttl(key)
        if kind == "string":
            value: Any = redis.get(key)
        elif kind == "hash":
            value = redis.hgetall(key)
        elif kind == "list":
            value = redis.lrange(key, 0, -1)
        elif kind == "set":
            value = sorted(redis.smembers(key))
        else:
            value = redis.zrange(key, 0, -1, withscores=True)
        if value or value == "":
            snapshot[key] = SavedKey(kind, value, clock.now_ms + left_ms if left_ms >= 0 else None)
    return snapshot


def load_snapshot(redis: Any, clock: Clock, snapshot: Snapshot) -> None:
    """Replace everything by a snapshot; a key whose time has passed stays away."""
    redis.flushall()
    for key, (kind, value, expires_at_ms) in snapshot.items():
        left_ms = None if expires_at_ms is None else expires_at_ms - clock.now_ms
        if left_ms is not None and left_ms <= 0:
            continue
        if kind == "string":
            redis.set(key, value, px=left_ms)
        elif kind == "hash":
            redis.hset(key, mapping=value)
        elif kind == "list":
            redis.rpush(key, *value)
        elif kind == "set":
            redis.sadd(key, *value)
        else:
            redis.zadd(key, dict(value))


def restore_point_ms(config: RedisConfig, cause: str, crash_ms: int) -> int | None:
    """Say which moment's data is there after a crash, ms since the run began; None means none at all.

    Args:
        cause: ``process-kill`` keeps what reached the operating system, ``power-loss`` what reached the disk.

    Source: BULL_FACTS 8 for killed processes: `everysec` and `always` lose nothing, `rdb` goes back to its last
    snapshot, `none` loses all. A power loss was not measured; it follows from what each policy promises.
    """
    if config.persistence == "none":
        return None
    if config.persistence == "rdb":
        return crash_ms // config.save_interval * config.save_interval
    if config.persistence == "aof-everysec" and cause == "power-loss":
        return crash_ms // FSYNC_MS * FSYNC_MS
    return crash_ms
