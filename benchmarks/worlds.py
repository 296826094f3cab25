"""Whole runs of different sizes, as scenarios; each run in a process of its own where its memory is measured."""

import json
import resource
import subprocess
import sys
import time
from typing import Any, NamedTuple

from sim.core.gc_tuning import fewer_collections
from sim.engine.run import run
from sim.scenario.load import parse_scenario

STEADY = """
title: Benchmark
question: How fast is a long steady run?
modes: [queue]
queues:
  email: {{service: 150ms, remove_on_complete: 100}}
workload:
  - queue: email
    arrivals: {{kind: constant, interval: {every}, count: {jobs}}}
workers:
  email: {{processes: 2}}
"""
SMALL = """
title: Benchmark
question: How many small worlds a second?
modes: [queue]
queues:
  email: {service: 2s}
workload:
  - queue: email
    arrivals: {kind: constant, interval: 1s, count: 8}
workers:
  email: {processes: 3}
faults:
  - {kind: worker-crash, target: email-1, at: 4500ms, restart_after: 1s}
"""


class Run(NamedTuple):
    """What one run took.

    Attributes:
        took_s: Real time of the run alone, seconds.
        peak_mib: The most memory that its process had, MiB, the interpreter and its libraries included.
        simulated_s: Simulated time, seconds.
    """

    took_s: float
    peak_mib: float
    simulated_s: float


def steady_run(jobs: int, every: str, store: str = "memory") -> Run:
    """Run so many jobs in a new process and measure it there."""
    command = [sys.executable, "-m", "benchmarks.worlds", str(jobs), every, store]
    answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return Run(**answer)


def small_worlds_per_s(rounds: int, worlds: int = 60) -> list[float]:
    """Return whole runs a second of three workers, eight jobs and one crash, for each round.

    The garbage collector looks as seldom as in a batch of a sweep, which is where small worlds are run by the thousand.
    """
    scenario = parse_scenario(SMALL, "benchmark.yaml")
    store: Any = "memory"
    for seed in range(10):
        run(scenario, seed=seed, store=store)
    rates = []
    with fewer_collections():
        for _ in range(rounds):
            began = time.perf_counter()
            for seed in range(worlds):
                run(scenario, seed=seed, store=store)
            rates.append(worlds / (time.perf_counter() - began))
    return rates


def command_s(*arguments: str) -> float:
    """Return how long ``python -m sim`` takes with these arguments, seconds, from start to exit."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "sim", *arguments], check=True, capture_output=True)
    return time.perf_counter() - began


def _measure(jobs: int, every: str, store: Any) -> Run:
    scenario = parse_scenario(STEADY.format(jobs=jobs, every=every), "benchmark.yaml")
    began = time.perf_counter()
    result = run(scenario, store=store)
    took_s = time.perf_counter() - began
    queue = result.modes["queue"]
    if queue.totals.delivered != jobs:
        raise SystemExit(f"{queue.totals.delivered} of {jobs} jobs delivered: this measures something else")
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Run(took_s, peak_mib, queue.simulated_ms / 1000)


if __name__ == "__main__":
    print(json.dumps(_measure(int(sys.argv[1]), sys.argv[2], sys.argv[3])._asdict()))
