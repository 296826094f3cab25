"""What a results folder costs beside its run: pictures, report, trace and the tables in the terminal."""

import contextlib
import io
import statistics
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from sim.engine.run import run
from sim.reports.results_folder import write_results
from sim.reports.tables import print_result
from sim.reports.terminal import Terminal
from sim.scenario.load import parse_scenario

SCENARIO = """
title: Benchmark
question: What does it cost to show a run?
modes: [queue]
queues:
  email: {{service: 1s}}
workload:
  - queue: email
    arrivals: {{kind: constant, interval: 3s, count: {steady}}}
  - queue: email
    arrivals: {{kind: bursts, interval: 20m, size: {burst}, bursts: 3, start: 5m}}
workers:
  email: {{processes: 2, concurrency: 2}}
alerts:
  - {{name: Backlog, metric: waiting, when: "> 100", for: 1m}}
  - {{name: Late, metric: delivery_p95, when: "> 5m"}}
"""


class ReportCost(NamedTuple):
    """Time of this process alone: medians.

    Attributes:
        took_s: What it took to show and write everything, s.
        ratio: The same in times of the run.
    """

    took_s: float
    ratio: float


def report_cost(jobs: int, rounds: int) -> ReportCost:
    """Return what it costs to show a run on ``fakeredis`` of so many jobs, most of which come in three bursts.

    The first round, which also loads what draws, does not count.
    """
    text = SCENARIO.format(steady=max(1, jobs // 16), burst=max(1, jobs * 5 // 16))
    scenario = parse_scenario(text, "benchmark.yaml")
    took: list[float] = []
    ratios: list[float] = []
    for number in range(rounds + 1):
        began = time.process_time()
        result = run(scenario, error_log=True)
        ran = time.process_time()
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
            print_result(result, Terminal())
            written = write_results(result, Path(folder))
        ended = time.process_time()
        if "monitoring.png" not in [path.name for path in written]:
            raise SystemExit("no picture of monitoring was drawn: the benchmark measures something else")
        if number:
            took.append(ended - ran)
            ratios.append((ended - ran) / (ran - began))
    return ReportCost(statistics.median(took), statistics.median(ratios))
