"""``python -m benchmarks``: jobs per second in queue mode beside the bare model, in one run."""

import argparse
import statistics
import time

from benchmarks.bare_model import run_bare_model
from benchmarks.sweep_ratio import sweep_rates
from sim.experiments.run import run
from sim.scenario.load import parse_scenario

EVERY_MS = 100
SERVICE_MS = 150
WORKERS = 2

SCENARIO = f"""
title: Benchmark
question: How many jobs a second does the simulator run?
modes: [queue]
queues:
  email: {{service: {SERVICE_MS}ms, remove_on_complete: 100}}
workload:
  - queue: email
    arrivals: {{kind: constant, every: {EVERY_MS}ms, count: JOBS}}
workers:
  email: {{processes: {WORKERS}}}
"""


def queue_mode(jobs: int, store: str = "memory") -> None:
    """Run the jobs through the queue, effects and ledger included."""
    result = run(parse_scenario(SCENARIO.replace("JOBS", str(jobs)), "benchmark.yaml"), store=store)
    delivered = result.modes["queue"].totals.delivered
    if delivered != jobs:
        raise SystemExit(f"{delivered} of {jobs} jobs delivered: the benchmark measures something else")


def main() -> None:
    """Print medians and their ratio."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--jobs", type=int, default=2_000, help="jobs in one queue run")
    parser.add_argument("--rounds", type=int, default=5, help="rounds; medians are printed")
    parser.add_argument("--sweep", type=int, metavar="RUNS", help="measure a sweep of so many runs instead")
    options = parser.parse_args()
    if options.sweep:
        one, two = sweep_rates(options.sweep)
        print(f"sweep on one process     {one:12,.1f} runs/s")
        print(f"sweep on two processes   {two:12,.1f} runs/s")
        print(f"ratio                    {two / one:12.2f}")
        return
    queue_rates: list[float] = []
    bare_rates: list[float] = []
    queue_mode(50)
    for _ in range(options.rounds):
        began = time.perf_counter()
        queue_mode(options.jobs)
        middle = time.perf_counter()
        run_bare_model(options.jobs * 10, EVERY_MS, SERVICE_MS, WORKERS)
        ended = time.perf_counter()
        queue_rates.append(options.jobs / (middle - began))
        bare_rates.append(options.jobs * 10 / (ended - middle))
    queue_rate, bare_rate = statistics.median(queue_rates), statistics.median(bare_rates)
    print(f"queue mode on fakeredis  {queue_rate:12,.0f} jobs/s")
    print(f"bare SimPy model         {bare_rate:12,.0f} jobs/s")
    print(f"ratio                    {queue_rate / bare_rate:12.3f}")


if __name__ == "__main__":
    main()
