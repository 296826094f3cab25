"""The watch skips the seconds in which nothing can change; nobody can tell from where a run ends."""

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.engine.run_loop import SETTLE_EVERY_MS
from sim.engine.world import World, simulation_of
from sim.scenario.schema import Scenario
from sim.yaml_files.fields import ModeName
from tests.properties.random_scenarios import scenarios
from tests.sizes import sized

EXAMPLES = sized(80)


class LooksEverySecond(World):
    """The same world with a watch that never skips."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        simulation_of(self)._loop._until_next_look_ms = lambda give_up_ms: SETTLE_EVERY_MS


def interfere(world: World, rng: random.Random) -> None:
    """Break or mend something by hand, between two steps of a run."""
    choice = rng.randrange(5)
    if choice == 0:
        world.faults.at(world.now_ms + rng.randrange(20_000), lambda: None)
    elif choice == 1:
        world.faults.crash(world.faults.processes("workers")[0], rng.randrange(9_000))
    elif choice == 2:
        world.faults.stop_redis()
    elif choice == 3:
        world.faults.start_redis()
    elif world.mode == "queue" and world.faults.redis_state == "up":
        world.queue(next(iter(world.scenario.queues))).pause()


def course(world: World, seed: int) -> list[Any]:
    """Run a world by steps, interfering at each, and return what was seen and where it ended."""
    rng = random.Random(seed)
    seen: list[Any] = []
    for _ in range(rng.randrange(6)):
        world.run_until(world.now_ms + rng.choice([0, 1, 500, 1_000, 5_000, rng.randrange(90_000)]))
        seen.append(world.is_over)
        interfere(world, rng)
    world.faults.start_redis()
    world.run()
    result = world.result()
    return [*seen, result.simulated_ms, result.trace_sha256]


@pytest.mark.parametrize("mode", ["queue", "in-process"])
@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
@given(raw=scenarios(), seed=st.integers(0, 1_000))
def test_a_watch_that_skips_ends_every_run_at_the_same_millisecond(
    mode: ModeName, raw: dict[str, Any], seed: int
) -> None:
    """To the byte of the trace, whatever breaks, and whoever interferes between two steps."""
    scenario = Scenario.model_validate(raw)
    skipping = World(scenario, mode, store="memory", max_steps=2_000_000)
    looking = LooksEverySecond(scenario, mode, store="memory", max_steps=2_000_000)
    assert course(skipping, seed) == course(looking, seed)


@pytest.mark.parametrize("kind", [World, LooksEverySecond])
def test_the_watch_goes_on_from_the_last_that_was_arranged(kind: type[World]) -> None:
    """What is arranged while it waits for something else moves its looks, and so the end of the run."""
    raw = {
        "title": "one long job",
        "question": "when does it end?",
        "queues": {"email": {"service": "60s"}},
        "workload": [{"queue": "email", "arrivals": {"kind": "times", "at": ["0s"]}}],
    }
    world = kind(Scenario.model_validate(raw), "queue", store="memory")
    for until_ms, arranged_ms in ((2_000, 7_300), (5_000, 9_050)):
        world.run_until(until_ms)
        world.faults.at(arranged_ms, lambda: None)
    world.run()
    assert world.result().simulated_ms == 60_050
