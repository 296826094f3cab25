"""How many calls a job costs, or a small world: the same figures on a busy machine as on a quiet one."""

import cProfile
import pstats
from typing import Any

from benchmarks.worlds import SMALL, STEADY
from sim.engine.run import run
from sim.scenario.load import parse_scenario
from sim.scenario.schema import Scenario
from sim.stores.open_store import StoreName


def calls_per_job(store: StoreName, jobs: int = 200) -> float:
    """Return how many functions are called for one more job in a steady run, those written in C included."""
    once, twice = (_parsed(STEADY.format(jobs=count, every="100ms")) for count in (jobs, 2 * jobs))
    _calls(once, store=store)  # what is done once in a process is done
    return (_calls(twice, store=store) - _calls(once, store=store)) / jobs


def calls_per_small_world(worlds: int = 10) -> float:
    """Return how many functions are called for a small world on ``memory``, the mean over so many seeds."""
    scenario = _parsed(SMALL)
    _calls(scenario, seed=0, store="memory")
    return sum(_calls(scenario, seed=seed, store="memory") for seed in range(worlds)) / worlds


def _parsed(text: str) -> Scenario:
    return parse_scenario(text, "benchmark.yaml")


def _calls(scenario: Scenario, **asked: Any) -> int:
    profile = cProfile.Profile()
    profile.runcall(run, scenario, **asked)
    calls: int = pstats.Stats(profile).total_calls
    return calls
