"""Carry out the runs that a sweep's database does not have yet: all of them, or until the intervals are narrow."""

import os
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from typing import NamedTuple

from sim.core.errors import SimError
from sim.core.text import one_line
from sim.results.failed_runs import FailedRun
from sim.results.sweep_stop import SHOWN, Stop, checkpoints, parse_within, widest_of
from sim.results.sweep_values import MEASURES
from sim.sweeps.batches import Batches
from sim.sweeps.executors import on_a_cluster, on_this_machine, serially
from sim.sweeps.plan import Plan
from sim.sweeps.store import MAX_RUNS, SweepStore
from sim.sweeps.worker import Done, carry_out
from sim.yaml_files.problems import listed, quoted

_WORTH_IT_S = 2.0
"""Work that takes one process no longer than this is not worth starting others for."""
DEFAULT_RUNS = 100
DEFAULT_LIMIT = 10_000


class Progress(NamedTuple):
    """How far a sweep is, in runs; ``failed`` of the ``done`` could not be finished."""

    done: int
    of: int
    failed: int


Watcher = Callable[[Progress], None]


class Until(NamedTuple):
    """Run until the intervals are narrow.

    Attributes:
        within: How far the bounds of an interval may lie from its value; 0.01 is 1%.
        measures: What is looked at.
    """

    within: float
    measures: tuple[str, ...] = SHOWN


class Ending(NamedTuple):
    """How a sweep ended.

    Attributes:
        failures: Runs that could not be finished, in order.
        stop: Of a sweep that was to run until its intervals are narrow: where it ended, and why.
    """

    failures: list[FailedRun]
    stop: Stop | None


def run_missing(
    plan: Plan,
    store: SweepStore,
    runs: int,
    *,
    jobs: int | None = None,
    cluster: str | None = None,
    until: Until | None = None,
    watch: Watcher | None = None,
) -> Ending:
    """Carry out every run that the database does not have yet, and write each batch as it comes.

    Args:
        runs: At each point.
        jobs: How many processes; default: as many as the machine has processors, one where that is fast enough.
        cluster: Address of a Dask scheduler, in place of processes on this machine.
        until: Stop before so many runs where the intervals are narrow after the runs of a checkpoint, whichever others
            are there: so the same sweep stops at the same number of runs however it is carried out.
        watch: Is told how far the sweep is.
    """
    batches = Batches(plan, {})
    if until is None:
        _run_through(runs, plan, store, batches, jobs, cluster, watch)
        return Ending(store.failures(runs), None)
    for through in checkpoints(runs):
        _run_through(through, plan, store, batches, jobs, cluster, watch)
        widest = widest_of(plan.result(store, through).answers, until.measures)
        stop = Stop(until.within, until.measures, through, widest)
        if stop.is_narrow:
            break
    return Ending(store.failures(stop.runs), stop)


def _run_through(
    runs: int,
    plan: Plan,
    store: SweepStore,
    batches: Batches,
    jobs: int | None,
    cluster: str | None,
    watch: Watcher | None,
) -> None:
    """Carry out what is missing of the first so many runs of every point."""
    of = runs * len(plan.points)
    missing = store.missing(runs)
    done = of - sum(len(gap) for gaps in missing.values() for gap in gaps)
    failed = 0

    def keep(came: Done) -> None:
        nonlocal done, failed
        store.add(came.rows, came.failures)
        batches.learn_speed(came)
        failed += len(came.failures)
        done += came.runs
        if watch is not None:
            watch(Progress(done, of, failed))

    if watch is not None:
        watch(Progress(done, of, 0))
    if not missing:
        return
    batches.refill(missing)
    if cluster is None:
        keep(carry_out(next(batches)))  # also tells how long a run takes
    with closing(_results(batches, jobs, cluster)) as results:
        for came in results:
            keep(came)


def until_of(interval: str | None, measures: Sequence[str] = ()) -> Until | None:
    """Read until when a sweep is to run; None where it is not said.

    Raises:
        SimError: It is no percentage, or one of the measures is not there.
    """
    for measure in measures:
        if measure not in MEASURES:
            raise SimError(
                one_line(f"measures: there is no {quoted(measure)}; there are {listed(list(MEASURES), 'and')}")
            )
    if interval is None:
        return None
    return Until(parse_within(interval), tuple(measures) or SHOWN)


def runs_asked(runs: int | None, until: Until | None) -> int:
    """Say how many runs there are to be at each point, where it is said and where it is not.

    Raises:
        SimError: There are too few or too many.
    """
    if runs is None:
        return DEFAULT_RUNS if until is None else DEFAULT_LIMIT
    if not 1 <= runs <= MAX_RUNS:
        raise SimError(f"runs: expected a number from 1 to {MAX_RUNS:,}, not {runs}")
    return runs


def _results(batches: Batches, jobs: int | None, cluster: str | None) -> Generator[Done]:
    if cluster is not None:
        return on_a_cluster(batches, cluster)
    if jobs is None:
        jobs = 1 if batches.expected_s < _WORTH_IT_S else len(os.sched_getaffinity(0))
    batches.at_once = jobs
    return serially(batches) if jobs == 1 else on_this_machine(batches, jobs)
