"""What the error log costs: the same run with it and without, where a tenth of all attempts fail."""

import statistics
import time
from typing import Any

from sim.experiments.run import run
from sim.scenario.fields import ModeName
from sim.scenario.load import parse_scenario

SCENARIO = """
title: Benchmark
question: What does the error log cost?
queues:
  email: {{service: 150ms, remove_on_complete: 100}}
workload:
  - queue: email
    arrivals: {{kind: constant, every: 100ms, count: {jobs}}}
workers:
  email: {{processes: 2}}
faults:
  - {{kind: handler-error, error: transient, rate: 0.1, at: 0s, duration: 1d}}
"""


def error_log_ratio(mode: ModeName, jobs: int, turns: int) -> float:
    """Return the time of a run with an error log in times of one without it; the median of so many turns.

    Both run on ``memory``, by turns, and each is first as often. Time is that of this process alone: what is compared
    differs by less than what else a machine does.
    """
    scenario = parse_scenario(SCENARIO.format(jobs=jobs), "benchmark.yaml")
    store: Any = "memory"
    ratios = []
    for turn in range(turns):
        took: dict[bool, float] = {}
        for logged in (False, True) if turn % 2 else (True, False):
            began = time.process_time()
            result = run(scenario, modes=[mode], store=store, error_log=logged)
            took[logged] = time.process_time() - began
            share = result.error_count / result.modes[mode].totals.attempts
            if logged and not 0.05 < share < 0.15:
                raise SystemExit(f"{share:.0%} of the attempts failed: the benchmark measures something else")
        ratios.append(took[True] / took[False])
    return statistics.median(ratios)
