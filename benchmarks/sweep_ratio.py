"""How much faster a sweep is on two processes than on one, and what a run costs on a Dask cluster beside its own time.

``python -m benchmarks.sweep_ratio --runs 2000 --rounds 3`` begins each sweep in a process of its own, so that the start
of its worker processes is in its time, one process and two in turn. ``--dask 1 2 4`` adds clusters of so many workers.
"""

import argparse
import hashlib
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

SCENARIO = """
title: Benchmark of sweeps
question: How many runs a second does a sweep carry out?
queues:
  email: {service: {kind: exponential, mean: 2s}}
workload:
  - queue: email
    arrivals: {kind: poisson, interval: 1s, count: 100}
workers:
  email: {processes: 3}
faults:
  - {kind: worker-crash, mean_interval: 60s}
"""


def sweep_rates(runs: int, processes: tuple[int, ...] = (1, 2)) -> list[float]:
    """Return runs per second for each number of processes, the starting of the processes included."""
    measured = [_in_its_own_process(runs, jobs=jobs) for jobs in processes]
    if any(one["rows"] != measured[0]["rows"] for one in measured):
        raise SystemExit("the number of processes changes the rows: the benchmark measures something else")
    return [runs / one["took_s"] for one in measured]


def _in_its_own_process(runs: int, **how: int) -> dict[str, Any]:
    words = [word for name, value in how.items() for word in (f"--{name}", str(value))]
    command = [sys.executable, "-m", "benchmarks.sweep_ratio", "--runs", str(runs), "--here", *words]
    answer: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return answer


def _measure(runs: int, jobs: int | None, workers: int) -> dict[str, Any]:
    from sim.sweeps.sweep import sweep_result

    batches = 0

    def count(_progress: object) -> None:
        nonlocal batches
        batches += 1

    if not workers:
        began_s = time.perf_counter()
        result = sweep_result(SCENARIO, runs, jobs=jobs)
        return {"took_s": time.perf_counter() - began_s, "rows": _digest(result.rows)}
    import distributed

    start: Any = distributed.LocalCluster
    with start(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster:
        address = cluster.scheduler_address
        sweep_result(SCENARIO, 8 * workers, cluster=address)  # the workers have loaded everything
        cpu_s = _own_cpu_s()
        began_s = time.perf_counter()
        result = sweep_result(SCENARIO, runs, cluster=address, watch=count)
        took_s = time.perf_counter() - began_s
        own_s = _own_cpu_s() - cpu_s
    return {"took_s": took_s, "own_cpu_s": own_s, "batches": batches - 1, "rows": _digest(result.rows)}


def _digest(rows: Iterable[object]) -> str:
    found = hashlib.sha256()
    for row in rows:
        found.update(repr(row).encode())
    return found.hexdigest()


def _own_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _write_s(rows: int, times: int) -> float:
    """Return how long a transaction with so many rows takes, on the disk of the folder for temporary files."""
    from benchmarks.sweep_memory import made_up
    from sim.sweeps.plan import Plan
    from sim.sweeps.worker import Batch, Part

    plan = Plan(SCENARIO, "benchmark.yaml")
    took_s: list[float] = []
    with tempfile.TemporaryDirectory() as folder, plan.open_store(Path(folder) / "sweep.sqlite") as store:
        for turn in range(times):
            numbers = tuple(range(turn * rows + 1, (turn + 1) * rows + 1))
            done = made_up(Batch(plan.recipe, (Part(0, (), numbers),)))
            began_s = time.perf_counter()
            store.add(done.rows)
            took_s.append(time.perf_counter() - began_s)
    return statistics.median(took_s)


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sweep_ratio", description=__doc__)
    parser.add_argument("--runs", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dask", type=int, nargs="*", default=[], metavar="WORKERS")
    parser.add_argument("--here", action="store_true", help="once, in this process, as JSON")
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--workers", type=int, default=0)
    options = parser.parse_args()
    if options.here:
        print(json.dumps(_measure(options.runs, options.jobs, options.workers)))
        return
    for _ in range(options.rounds):
        one, two = sweep_rates(options.runs)
        print(f"one process {one:,.1f} runs/s, two {two:,.1f}: {two / one:.2f} times as fast", flush=True)
        for workers in options.dask:
            found = _in_its_own_process(options.runs, workers=workers)
            rate = options.runs / found["took_s"]
            own_ms = 1000 * found["own_cpu_s"]
            print(
                f"Dask, {workers} workers: {rate:,.1f} runs/s, {rate / one:.2f} times one process; processor time of "
                f"scheduler, client and database {own_ms / options.runs:.2f} ms a run, "
                f"{own_ms / found['batches']:.1f} ms a batch, {found['batches']} batches",
                flush=True,
            )
    for rows in (1, 100, 1_000):
        print(f"a transaction of {rows:,} rows: {1000 * _write_s(rows, 20):.2f} ms", flush=True)


if __name__ == "__main__":
    main()
