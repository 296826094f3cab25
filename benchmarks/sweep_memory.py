"""How much memory a sweep's own process needs, beside its workers, for so many runs.

``python -m benchmarks.sweep_memory 20000 100000`` runs that many of the smallest runs on two processes;
``--made-up 1000000`` makes the rows up in place of running anything; all else is as it is: handing out, writing and
summing up.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sim.reports.sweep_json import summary_of
from sim.results.sweep_rows import COUNTS, TIMES, RunRow
from sim.sweeps import executors, run_missing, sweep
from sim.sweeps.worker import Batch, Done, Took, seed_of

TINY = """
title: Benchmark of memory
question: What stays of a finished run?
modes: [queue]
queues:
  email: {service: {kind: exponential, mean: 1s}}
workload:
  - queue: email
    arrivals: {kind: poisson, interval: 1s, count: 1}
"""


def made_up(batch: Batch) -> Done:
    """Make up the rows of a batch, as different from one another as those of real runs."""
    rows = []
    for part in batch.parts:
        for replication in part.replications:
            seed = seed_of(batch.recipe.seed, replication)
            numbers: dict[str, int | None] = dict.fromkeys(COUNTS, 0)
            numbers |= {"offered": 100, "delivered": 100 - seed % 7, "lost": seed % 7}
            numbers |= {name: seed % (2_000 + 500 * place) for place, name in enumerate(TIMES)}
            row = RunRow(part.point, replication, "queue", seed, seed % 1_000_000, tuple(numbers.values()))
            rows.append(row)
    return Done(rows, [], tuple(Took(part.point, len(part.replications), 0.0003) for part in batch.parts))


def peak_of(runs: int, *, really: bool) -> dict[str, float]:
    """Do a sweep of so many runs in a new process, its answers included, and say what that took."""
    command = [sys.executable, "-m", "benchmarks.sweep_memory", str(runs), "--here", *([] if really else ["--made-up"])]
    answer: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return answer


def _measure(runs: int, *, really: bool) -> dict[str, float]:
    if not really:
        for module in (executors, run_missing):
            module.carry_out = made_up
    began_s = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sweep.sqlite"
        result = sweep.sweep_result(TINY, runs, jobs=2 if really else 1, path=path)
        ran_s = time.perf_counter() - began_s
        if summary_of(result)["runs"] != runs:
            raise SystemExit("runs are missing: this measures something else")
        size_mib = path.stat().st_size / 2**20
    summed_s = time.perf_counter() - began_s - ran_s
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"peak_mib": peak_mib, "ran_s": ran_s, "summed_s": summed_s, "file_mib": size_mib}


def main() -> None:
    """Print a line for each number of runs."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sweep_memory", description=__doc__)
    parser.add_argument("runs", type=int, nargs="+")
    parser.add_argument("--made-up", action="store_true", help="make rows up")
    parser.add_argument("--here", action="store_true", help="in this process, as JSON")
    options = parser.parse_args()
    for runs in options.runs:
        if options.here:
            print(json.dumps(_measure(runs, really=not options.made_up)))
            continue
        found = peak_of(runs, really=not options.made_up)
        print(f"{runs:>9,} runs  " + "  ".join(f"{name} {value:,.1f}" for name, value in found.items()), flush=True)


if __name__ == "__main__":
    main()
