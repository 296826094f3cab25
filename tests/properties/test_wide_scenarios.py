"""Whatever a scenario says: no traceback, the same run on both stores and with stops on the way, sums that add up.

``RANDOM_SCENARIOS=20000`` tries so many, ``RANDOM_STEPS=500`` so many with several ways to stop each.
``python -m tests.properties.wide_runs`` does the same in pieces, and goes on where it was stopped.
"""

import os
from random import Random

import pytest

from sim.serve.page.live_run import LiveRun
from tests.properties.wide_runs import check_steps, judge, loaded, whole
from tests.sizes import sized

SCENARIOS = int(os.environ.get("RANDOM_SCENARIOS", sized(60)))
STEPPED = int(os.environ.get("RANDOM_STEPS", sized(40)))
CHUNK = 20
WAYS = 6


def chunks(count: int) -> list[range]:
    """Numbers from 0, some at a time."""
    return [range(first, min(first + CHUNK, count)) for first in range(0, count, CHUNK)]


@pytest.mark.parametrize("seeds", chunks(SCENARIOS), ids=lambda seeds: f"from-{seeds.start}")
def test_random_scenarios_run_alike_everywhere_and_add_up(seeds: range) -> None:
    """Operators, dead letters, alerts, limiters, blocking handlers, all faults and persistences among them."""
    for seed in seeds:
        try:
            judge(seed)
        except Exception as error:
            raise AssertionError(f"scenario {seed}: see tests.properties.wide_scenarios.scenario_of({seed})") from error


@pytest.mark.parametrize("seeds", chunks(STEPPED), ids=lambda seeds: f"from-{seeds.start}")
def test_stops_on_the_way_change_nothing(seeds: range) -> None:
    """At the moment of an event, just before it, just after it and anywhere else, in both modes."""
    for seed in seeds:
        scenario, random = loaded(seed), Random(seed)
        for mode in scenario.modes:
            _result, lines = whole(scenario, mode, store="memory")
            for _ in range(WAYS):
                check_steps(scenario, mode, lines, random)


@pytest.mark.parametrize("seeds", chunks(STEPPED), ids=lambda seeds: f"from-{seeds.start}")
def test_a_served_run_that_nobody_touches_is_the_run(seeds: range) -> None:
    """However long its turns are, which is what real time decides: all alike, or each another."""
    for seed in seeds:
        scenario, random = loaded(seed), Random(seed)
        run = LiveRun(scenario)
        longest_ms = random.choice((7, 200, 1_000, 60_000, 3_600_000))
        for _ in range(3_000):
            if run.is_over:
                break
            run.go_on(run.now_ms + random.choice((longest_ms, random.randint(1, longest_ms))))
        if not run.is_over:
            run.go_on(run.now_ms + 100 * 86_400_000)
        for mode, world in run.worlds.items():
            _result, lines = whole(scenario, mode, store="memory")
            world.finish()
            assert list(world.trace.lines()) == lines, (seed, mode)
