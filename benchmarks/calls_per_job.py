"""How many calls a job costs: a figure of the program alone, the same on a busy machine as on a quiet one."""

import cProfile
import pstats

from benchmarks.worlds import STEADY
from sim.engine.run import run
from sim.scenario.load import parse_scenario
from sim.stores.open_store import StoreName


def calls_per_job(store: StoreName, jobs: int = 200) -> float:
    """Return how many functions are called for one more job in a steady run, those written in C included."""
    _calls(store, jobs)  # what is done once in a process is done
    return (_calls(store, 2 * jobs) - _calls(store, jobs)) / jobs


def _calls(store: StoreName, jobs: int) -> int:
    scenario = parse_scenario(STEADY.format(jobs=jobs, every="100ms"), "benchmark.yaml")
    profile = cProfile.Profile()
    profile.runcall(run, scenario, store=store)
    calls: int = pstats.Stats(profile).total_calls
    return calls
