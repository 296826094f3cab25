"""What the error log and samples of metrics cost: the same run with and without, where a tenth of all attempts fail."""

import statistics
import time
from typing import Any

from sim.engine.run import run
from sim.scenario.load import parse_scenario
from sim.yaml_files.fields import ModeName

SCENARIO = """
title: Benchmark
question: What does it cost to watch?
queues:
  email: {{service: 150ms, remove_on_complete: 100}}
workload:
  - queue: email
    arrivals: {{kind: constant, interval: 100ms, count: {jobs}}}
workers:
  email: {{processes: 2}}
faults:
  - {{kind: handler-error, error: transient, rate: 0.1}}
"""


def observation_cost(mode: ModeName, jobs: int, turns: int, **watched: Any) -> float:
    """Return the time of a run that is watched in times of one that is not; the median of so many turns.

    Args:
        watched: What ``run`` is asked for, such as ``error_log=True`` or ``metrics="1s"``.

    Both run on ``memory``, by turns, and each is first as often. Time is that of this process alone: what is compared
    differs by less than what else a machine does.
    """
    scenario = parse_scenario(SCENARIO.format(jobs=jobs), "benchmark.yaml")
    store: Any = "memory"
    ratios = []
    for turn in range(turns):
        took: dict[bool, float] = {}
        for is_watched in (False, True) if turn % 2 else (True, False):
            began = time.process_time()
            result = run(scenario, modes=[mode], store=store, **(watched if is_watched else {}))
            took[is_watched] = time.process_time() - began
            totals = result.modes[mode].totals
            if mode == "queue" and not 1.05 < totals.attempts / totals.offered < 1.2:
                raise SystemExit("other than a tenth of the attempts failed: the benchmark measures something else")
        ratios.append(took[True] / took[False])
    return statistics.median(ratios)
