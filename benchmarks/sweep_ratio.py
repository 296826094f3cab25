"""How much faster a sweep is on two processes than on one."""

import time

from sim.sweeps.sweep import sweep_result

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
    rates: list[float] = []
    rows: list[object] = []
    for jobs in processes:
        began = time.perf_counter()
        result = sweep_result(SCENARIO, runs, jobs=jobs)
        rates.append(runs / (time.perf_counter() - began))
        rows.append(result.rows)
    if any(one != rows[0] for one in rows):
        raise SystemExit("the number of processes changes the rows: the benchmark measures something else")
    return rates
