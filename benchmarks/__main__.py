"""``python -m benchmarks``: how fast the simulator is, as ratios and medians measured in one run.

A machine is fast one minute and slow the next; a ratio of two things measured by turns says more than either.
"""

import argparse
import statistics
import time
from typing import Any

from benchmarks.bare_model import run_bare_model
from benchmarks.calls_per_job import calls_per_job, calls_per_small_world
from benchmarks.observation_cost import observation_cost
from benchmarks.report_cost import report_cost
from benchmarks.shape_costs import print_costs
from benchmarks.sweep_ratio import sweep_rates
from benchmarks.worlds import command_s, small_worlds_per_s, steady_run
from sim.engine.run import run
from sim.scenario.load import parse_scenario
from sim.stores.open_store import STORES
from sim.yaml_files.fields import MODES

EVERY_MS = 100
SERVICE_MS = 150
WORKERS = 2
DAY_S = 86_400

SCENARIO = f"""
title: Benchmark
question: How many jobs a second does the simulator run?
modes: [queue]
queues:
  email: {{service: {SERVICE_MS}ms, remove_on_complete: 100}}
workload:
  - queue: email
    arrivals: {{kind: constant, interval: {EVERY_MS}ms, count: JOBS}}
workers:
  email: {{processes: {WORKERS}}}
"""
TYPICAL = "scenarios/01-worker-crashes/crash-after-effect.yaml"


def queue_mode(jobs: int, store: Any = "memory") -> None:
    """Run the jobs through the queue, effects and trace included."""
    result = run(parse_scenario(SCENARIO.replace("JOBS", str(jobs)), "benchmark.yaml"), store=store)
    delivered = result.modes["queue"].totals.delivered
    if delivered != jobs:
        raise SystemExit(f"{delivered} of {jobs} jobs delivered: the benchmark measures something else")


def stores_beside_the_bare_model(jobs: int, rounds: int) -> None:
    """Print jobs a second on each store and on bare SimPy, taken by turns, and the ratios."""
    seconds: dict[str, list[float]] = {"memory": [], "fakeredis": [], "bare": []}
    for store in ("memory", "fakeredis"):
        queue_mode(50, store)
    for _ in range(rounds):
        for name, count in (("memory", jobs), ("fakeredis", max(1, jobs // 4)), ("bare", jobs * 4)):
            began = time.perf_counter()
            if name == "bare":
                run_bare_model(count, EVERY_MS, SERVICE_MS, WORKERS)
            else:
                queue_mode(count, name)
            seconds[name].append((time.perf_counter() - began) / count)
    rates = {name: 1 / statistics.median(each) for name, each in seconds.items()}
    _line("bare SimPy model", rates["bare"], "jobs/s")
    for store in ("memory", "fakeredis"):
        _line(f"queue mode on {store}", rates[store], "jobs/s", f"{rates[store] / rates['bare']:.3f} of the bare model")


def long_runs(rounds: int, jobs: int) -> None:
    """Print a long run, one of twice the length, and an idle day, each in a process of its own."""
    single = [steady_run(jobs, "1s") for _ in range(rounds)]
    double = [steady_run(jobs * 2, "1s") for _ in range(rounds)]
    empty = steady_run(1, "1s")
    took = statistics.median(one.took_s for one in single)
    ratio = statistics.median(two.took_s for two in double) / took
    grown, doubled = (one[0].peak_mib - empty.peak_mib for one in (single, double))
    memory = f"{doubled / grown:.2f} times the memory" if grown > 1 else ""
    _line(f"{jobs:,} jobs, one a second", took, "s", f"{single[0].peak_mib:.0f} MiB")
    _line("twice as many jobs", ratio, "times as long", memory)
    idle = steady_run(24, "1h")
    _line("an idle day, a job an hour", idle.simulated_s / idle.took_s, "times as fast as real time")


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--jobs", type=int, default=4_000, help="jobs in one queue run")
    parser.add_argument("--rounds", type=int, default=5, help="rounds; medians are printed")
    parser.add_argument("--long", type=int, metavar="JOBS", default=DAY_S, help="jobs in the long run; 0 leaves it out")
    parser.add_argument("--sweep", type=int, metavar="RUNS", default=1_000, help="runs in a sweep; 0 leaves it out")
    parser.add_argument("--million", action="store_true", help="also a run of a million jobs")
    parser.add_argument(
        "--shapes", nargs="*", metavar="WORD", help="only what a job costs in each shape, or in those named so"
    )
    options = parser.parse_args()
    if options.shapes is not None:
        print_costs(options.shapes, options.rounds)
        return
    stores_beside_the_bare_model(options.jobs, options.rounds)
    for store in STORES:
        _line(f"calls a job on {store}", calls_per_job(store), "calls, those written in C included")
    _line("calls a small world", calls_per_small_world(), "calls, those written in C included")
    _line("small worlds", statistics.median(small_worlds_per_s(options.rounds)), "whole runs/s")
    watched: dict[str, dict[str, Any]] = {"error log": {"error_log": True}, "metrics": {"metrics": "1s"}}
    for what, asked in watched.items():
        for mode in MODES:
            ratio = observation_cost(mode, max(200, options.jobs // 4), options.rounds * 4, **asked)
            _line(f"{what}, {mode}", ratio, "times as long as without")
    shown_jobs = options.jobs * 4
    cost = report_cost(shown_jobs, min(3, options.rounds))
    _line(f"report on {shown_jobs:,} jobs", cost.took_s, "s", f"{cost.ratio:.2f} times the run")
    _line("python -m sim --help", statistics.median(command_s("--help") for _ in range(options.rounds)), "s")
    shown = ("run", TYPICAL, "--out", "results/benchmark")
    _line("python -m sim run --out", statistics.median(command_s(*shown) for _ in range(min(3, options.rounds))), "s")
    if options.long:
        long_runs(min(3, options.rounds), options.long)
    if options.sweep:
        one, two = sweep_rates(options.sweep)
        _line("sweep on one process", one, "runs/s")
        _line("sweep on two processes", two, "runs/s", f"{two / one:.2f} times as fast")
    if options.million:
        million = steady_run(1_000_000, "100ms")
        _line("a million jobs", million.took_s, "s", f"{million.peak_mib:.0f} MiB")


def _line(what: str, figure: float, unit: str, more: str = "") -> None:
    digits = 0 if figure >= 100 else 2
    print(f"{what:28} {figure:12,.{digits}f} {unit:26} {more}".rstrip(), flush=True)


if __name__ == "__main__":
    main()
