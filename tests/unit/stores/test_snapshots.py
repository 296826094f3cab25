"""What Redis keeps."""

import pytest

from sim.core.clock import ManualClock
from sim.scenario.schema import RedisConfig
from sim.stores.fakeredis_store import open_fakeredis
from sim.stores.snapshots import load_snapshot, restore_point_ms, take_snapshot


@pytest.mark.parametrize(
    ("persistence", "cause", "point"),
    [
        ("none", "process-kill", None),
        ("none", "power-loss", None),
        ("rdb", "process-kill", 60_000),
        ("rdb", "power-loss", 60_000),
        ("aof-everysec", "process-kill", 90_900),
        ("aof-everysec", "power-loss", 90_000),
        ("aof-always", "process-kill", 90_900),
        ("aof-always", "power-loss", 90_900),
    ],
)
def test_policy_and_cause_decide_what_is_left(persistence: str, cause: str, point: int | None) -> None:
    """After a crash at 90.9 s with a snapshot every minute."""
    config = RedisConfig.model_validate({"persistence": persistence, "save_interval": "60s"})
    assert restore_point_ms(config, cause, 90_900) == point


def test_a_snapshot_brings_every_type_back(clock: ManualClock) -> None:
    """Strings, hashes, lists in their order, sets and sorted sets."""
    redis = open_fakeredis(clock)[1]
    redis.set("s", "1")
    redis.hset("h", mapping={"a": "1"})
    redis.rpush("l", "1", "2")
    redis.sadd("m", "x")
    redis.zadd("z", {"a": 2, "b": 1})
    snapshot = take_snapshot(redis, clock)
    redis.delete("s", "h", "l", "m", "z")
    redis.set("new", "1")
    load_snapshot(redis, clock, snapshot)
    assert take_snapshot(redis, clock) == snapshot


@pytest.mark.parametrize(("passed_ms", "there"), [(499, 1), (500, 0)])
def test_a_lock_expires_at_its_time_also_while_redis_is_down(clock: ManualClock, passed_ms: int, there: int) -> None:
    """Expiry is kept as an absolute time."""
    redis = open_fakeredis(clock)[1]
    redis.set("lock", "token", px=500)
    snapshot = take_snapshot(redis, clock)
    clock.advance(passed_ms)
    load_snapshot(redis, clock, snapshot)
    assert redis.exists("lock") == there


@pytest.mark.parametrize(("passed_ms", "there"), [(30_000, 1), (30_001, 0)])
def test_keys_expire_on_the_simulated_clock(clock: ManualClock, passed_ms: int, there: int) -> None:
    """Alive in their last millisecond, gone in the next."""
    redis = open_fakeredis(clock)[1]
    redis.set("k", "v", px=30_000)
    clock.advance(passed_ms)
    assert redis.exists("k") == there


@pytest.mark.parametrize("asked", ["type", "pttl", "get"])
def test_a_key_that_expires_while_it_is_read_is_in_no_snapshot(
    clock: ManualClock, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    """A real Redis does not wait for the reader; an empty string is a value all the same."""
    redis = open_fakeredis(clock)[1]
    redis.set("empty", "")
    redis.set("lock", "token", px=10)
    ask = getattr(redis, asked)

    def late(key: str) -> object:
        if key == "lock":
            clock.advance(11)
        return ask(key)

    monkeypatch.setattr(redis, asked, late)
    assert list(take_snapshot(redis, clock)) == ["empty"]
