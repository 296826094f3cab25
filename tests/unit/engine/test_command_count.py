"""What a queue asks of Redis is counted at its own seam."""

from pathlib import Path

import pytest
import redis

import sim
from sim.engine.clock import SimulatedClock, SimulatedTime
from sim.engine.command_count import CommandCount, observed
from sim.stores.memory_store import MemoryStore
from sim.stores.open_store import STORES


@pytest.fixture
def memory() -> MemoryStore:
    """An empty store."""
    return MemoryStore(SimulatedClock(SimulatedTime()))


def test_commands_are_counted_by_name_and_do_what_they_do(memory: MemoryStore) -> None:
    """WATCH and MULTI are not: nothing can come in between."""
    count = CommandCount()
    counted = observed(memory, count.hear)
    counted.watch("a")
    counted.multi()
    counted.lpush("line", "1", "2")
    counted.lpush("line", "3")
    assert counted.lrange("line", 0, -1) == ["3", "2", "1"]
    assert (count.by_name, count.total) == ({"lpush": 2, "lrange": 1}, 3)


def test_a_pop_counts_only_when_it_takes_something(memory: MemoryStore) -> None:
    """A real worker's pop blocks until there is something to take."""
    count = CommandCount()
    counted = observed(memory, count.hear)
    assert counted.rpoplpush("wait", "active") is None
    memory.lpush("wait", "1")
    assert counted.rpoplpush("wait", "active") == "1"
    assert count.by_name == {"rpoplpush": 1}


def test_a_command_that_fails_because_redis_is_away_is_not_counted(memory: MemoryStore) -> None:
    """Nor does one that was sent before keep working: each call asks the store as it is then."""
    count = CommandCount()
    counted = observed(memory, count.hear)
    counted.incr("n")
    memory.connect(False)
    with pytest.raises(redis.ConnectionError):
        counted.incr("n")
    memory.connect(True)
    assert (counted.incr("n"), count.by_name) == (2, {"incr": 2})


@pytest.mark.parametrize("store", ["memory", "fakeredis"])
def test_who_looks_at_the_keys_is_not_counted(store: str) -> None:
    """Only what the queue itself asks; the same on either store."""
    path = "scenarios/01-worker-crashes/crash-in-progress.yaml"
    world = sim.World(path, store=store, count_commands=True)
    world.run()
    assert world.commands is not None
    before = world.commands.total
    assert before == 659
    world.redis.llen("bull:order:wait")
    world.result()
    assert world.commands.total == before
    assert sim.World(path, store=store).commands is None


@pytest.mark.parametrize("name", ["crash-in-progress", "frozen-worker", "a-bad-day", "retry-all-after-the-outage"])
def test_both_stores_are_asked_the_same_and_counting_changes_no_event(name: str) -> None:
    """Also where the store in memory carries out steps without commands as long as nobody counts."""
    (path,) = Path("scenarios").glob(f"*/{name}.yaml")
    uncounted = sim.World(path, store="memory")
    counted = {store: sim.World(path, store=store, count_commands=True) for store in STORES}
    for world in (uncounted, *counted.values()):
        world.run()
    commands = {store: world.commands and world.commands.by_name for store, world in counted.items()}
    assert commands["memory"] == commands["fakeredis"]
    assert {world.trace.sha256() for world in (uncounted, *counted.values())} == {uncounted.trace.sha256()}
