"""What keys take, and what a limit of memory does to single commands."""

from typing import Any

import pytest
import redis

from sim.core.clock import ManualClock
from sim.core.errors import SizeError
from sim.core.sizes import format_size, parse_size
from sim.queue.store import atomic
from sim.stores import memory_use as use
from sim.stores.memory_store import MemoryStore
from sim.stores.metered_store import OOM, Eviction, MeteredStore


@pytest.mark.parametrize(
    ("size", "takes"),
    [(1, 8), (9, 16), (17, 32), (128, 128), (129, 160), (257, 320), (10_241, 12_288), (100_000, 114_688)],
)
def test_an_allocation_is_rounded_up_to_a_size_class(size: int, takes: int) -> None:
    """Multiples of 16 up to 128, then four to each doubling."""
    assert use.allocated(size) == takes


def test_a_short_hash_is_packed_and_one_long_value_unpacks_it() -> None:
    """At more than 64 bytes."""
    short = {"name": "x", "data": "y" * 64}
    long = {"name": "x", "data": "y" * 65}
    assert use.hash_bytes(long) - use.hash_bytes(short) > 100


@pytest.mark.parametrize(("text", "size"), [("1b", 1), ("10kb", 10_240), ("64MB", 64 << 20), (" 2gb ", 2 << 30)])
def test_a_size_is_a_number_with_a_unit(text: str, size: int) -> None:
    """1kb is 1024 bytes, as in redis.conf."""
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "10", "kb", "1.5mb", "-1kb", "1 kb", "10k", "1tb", "9" * 50 + "kb"])
def test_anything_else_is_none(text: str) -> None:
    """A bare number would leave the unit open."""
    with pytest.raises(SizeError, match="expected a size such as"):
        parse_size(text)


@pytest.mark.parametrize(("size", "text"), [(10_240, "10kb"), (1 << 20, "1mb"), (1_500, "1500b"), (0, "0b")])
def test_a_size_is_written_in_the_largest_unit_that_fits(size: int, text: str) -> None:
    """So that reading it gives the same again."""
    assert format_size(size) == text


def metered(room: int, eviction: Eviction = "noeviction") -> tuple[MeteredStore, list[str], ManualClock]:
    """A store with so much room for keys, what it evicts, and its clock."""
    clock = ManualClock(1_000)
    keys = MemoryStore(clock)
    gone: list[str] = []
    store: Any = keys
    limited = MeteredStore(store, keys, clock, limit=use.EMPTY_BYTES + room, eviction=eviction, evicted=gone.append)
    return limited, gone, clock


def test_a_command_that_needs_memory_is_refused_above_the_limit_and_no_sooner() -> None:
    """One byte less is still enough."""
    store, _gone, _clock = metered(0)
    store.set("a", "x")
    taken = store.used - use.EMPTY_BYTES
    for room, refused in ((taken, False), (taken - 1, True)):
        store, _gone, _clock = metered(room)
        store.set("a", "x")
        assert store.is_full is refused
        if refused:
            with pytest.raises(redis.ResponseError, match="OOM"):
                store.set("b", "y")
            assert store.get("b") is None
        else:
            store.set("b", "y")


def test_what_frees_memory_or_only_reads_is_never_refused() -> None:
    """And a step that begins with such a write goes on to its end."""
    store, _gone, _clock = metered(0)
    store.lpush("line", "1")
    assert store.lrange("line", 0, -1) == ["1"]

    def step(tx: Any) -> None:
        tx.multi()
        tx.lrem("line", 1, "1")
        tx.lpush("line", "2")

    atomic(store, step)
    assert store.lrange("line", 0, -1) == ["2"]
    store.delete("line")
    assert not store.is_full


def test_a_step_that_begins_with_a_write_that_needs_memory_is_refused_as_a_whole() -> None:
    """Nothing of it is done."""
    store, _gone, _clock = metered(0)
    store.lpush("line", "1")

    def step(tx: Any) -> None:
        tx.multi()
        tx.rpoplpush("line", "active")
        tx.delete("line")

    with pytest.raises(redis.ResponseError, match=OOM.split(" '")[0]):
        atomic(store, step)
    assert store.lrange("line", 0, -1) == ["1"]


def test_lru_gives_up_what_was_not_used_for_longest() -> None:
    """Reading counts as using."""
    store, gone, _clock = metered(440, "allkeys-lru")
    for name in ("a", "b", "c"):
        store.set(name, "x" * 40)
    store.get("a")
    store.set("d", "x" * 40)
    store.get("d")
    assert gone[0] == "b"


def test_ttl_gives_up_what_expires_next_and_nothing_that_does_not() -> None:
    """With nothing left that expires it is full."""
    store, gone, _clock = metered(200, "volatile-ttl")
    store.set("late", "x", px=9_000)
    store.set("soon", "x", px=3_000)
    store.set("stays", "x" * 40)
    store.set("more", "x" * 40)
    with pytest.raises(redis.ResponseError, match="OOM"):
        store.set("again", "x" * 40)
    assert gone == ["soon", "late"]


def test_an_expired_key_takes_nothing() -> None:
    """Alive in the millisecond of its expiry, gone in the one after."""
    store, _gone, clock = metered(10_000)
    before = store.used
    store.set("a", "x", px=500)
    clock.now_ms = 1_500
    assert store.used > before
    clock.now_ms = 1_501
    assert store.used == before


def test_a_recount_comes_to_the_same() -> None:
    """Whatever was written, deleted and renamed before."""
    store, _gone, _clock = metered(100_000)
    store.hset("h", mapping={"data": "x" * 100, "name": "y"})
    store.zadd("z", {str(number): number for number in range(200)})
    store.sadd("s", "1", "2")
    store.lpush("l", *map(str, range(100)))
    store.rename("l", "m")
    store.set("lock", "token", px=5_000)
    store.hdel("h", "name")
    used = store.used
    store.recount()
    assert store.used == used


def test_it_tells_when_it_gets_full() -> None:
    """Once, and again after it had room."""
    store, _gone, _clock = metered(10)
    told: list[str] = []
    store.filled = lambda: told.append("full")
    store.set("a", "x")
    assert told == ["full"]
    store.delete("a")
    store.set("a", "x")
    assert told == ["full", "full"]
