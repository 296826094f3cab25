"""With dead letters on, whatever breaks: every job has one outcome and stands in one place."""

from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.engine.world import World, simulation_of
from sim.queue.dead_letter import dead_letter_ids, dead_letters
from sim.queue.keys import QueueKeys
from sim.results.trace import EventKind
from sim.scenario.schema import Scenario
from sim.stores.open_store import STORES
from tests.properties.random_scenarios import scenarios
from tests.sizes import sized

EXAMPLES = sized(200)
OPERATIONS = ("replay", "replay all", "purge", "purge all", "look")


def with_dead_letters(raw: dict[str, Any]) -> dict[str, Any]:
    """Turn them on for every queue."""
    return {**raw, "queues": {name: {**queue, "dead_letter": "on"} for name, queue in raw["queues"].items()}}


def operate(world: World, verb: str) -> None:
    """Do what an operator does, in every queue; while Redis is down nobody can."""
    if world.faults.redis_state != "up":
        return
    for name in world.scenario.queues:
        queue = world.queue(name)
        if verb == "replay all":
            queue.replay_all()
        elif verb == "purge all":
            queue.purge_all()
        for letter in queue.dead[:1]:
            if verb == "replay":
                queue.replay(letter.id)
            elif verb == "purge":
                queue.purge(letter.id)


def look_at_every_place(world: World) -> list[int]:
    """Check every queue, also while Redis is down, and return how many dead letters each has."""
    store = world.redis
    return simulation_of(world).server.operate(
        lambda: [check_places(store, world.queue(name).keys) for name in world.scenario.queues]
    )


def check_places(store: Any, keys: QueueKeys) -> int:
    """No id stands in two places, no dead letter is without its hash and its trail, and nothing has failed."""
    lists = [store.lrange(key, 0, -1) for key in (keys.wait, keys.paused, keys.active)]
    sets = [store.zrange(key, 0, -1) for key in (keys.delayed, keys.completed, keys.failed)]
    standing = Counter(job_id for place in (*lists, *sets) for job_id in place)
    assert [job_id for job_id, places in standing.items() if places > 1] == []
    assert store.zcard(keys.failed) == 0
    letters = dead_letters(store, keys)
    assert sorted(dead_letter_ids(store, keys)) == sorted({letter.id for letter in letters})
    for letter in letters:
        last = letter.trail[-1]
        assert (last.failed_reason, last.attempts_made) == (letter.failed_reason, letter.attempts_made)
        assert (letter.queue, letter.job_id) == (letter.fields["fromQueue"], letter.fields["fromId"])
        assert letter.data["job"].startswith(keys.name)
    return len(letters)


@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
@given(scenarios(), st.lists(st.tuples(st.integers(0, 60_000), st.sampled_from(OPERATIONS)), max_size=4))
def test_a_job_has_one_outcome_and_one_place_on_every_store(raw: dict[str, Any], plan: list[tuple[int, str]]) -> None:
    """Also when an operator replays and purges meanwhile; and every store gives the same trace."""
    scenario = Scenario.model_validate(with_dead_letters(raw))
    traces: list[str] = []
    for store in STORES:
        world = World(scenario, store=store, max_steps=2_000_000)
        for at_ms, verb in sorted(plan):
            world.run_until(at_ms)
            operate(world, verb)
        world.run()
        standing = sum(look_at_every_place(world))
        result = world.result()
        assert result.totals.offered == scenario.jobs
        assert result.totals.adds_up
        assert result.totals.failed_retained == 0
        events = Counter(record.kind for record in result.trace)
        assert result.totals.failed_evicted <= events[EventKind.PURGED]
        assert events[EventKind.DEAD_LETTERED] == events[EventKind.FAILED]
        broken = {record.more["kind"] for record in result.trace if record.kind is EventKind.FAULT_BEGAN}
        if not broken & {"redis-crash", "redis-outage"}:
            assert standing == events[EventKind.DEAD_LETTERED] - events[EventKind.REPLAYED] - events[EventKind.PURGED]
        traces.append(result.trace_sha256)
    assert len(set(traces)) == 1
