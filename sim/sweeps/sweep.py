"""Run a scenario many times, at one point or at many, and keep every run."""

import os
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.core.errors import SimError
from sim.core.extras import need
from sim.results.failed_runs import FailedRun, format_failures
from sim.results.sweep_result import SweepResult
from sim.scenario.load import read_text
from sim.sweeps.batches import Batches
from sim.sweeps.executors import on_a_cluster, on_this_machine, serially
from sim.sweeps.plan import Plan
from sim.sweeps.points import as_varies
from sim.sweeps.store import SweepStore
from sim.sweeps.worker import Done, carry_out
from sim.yaml_files.fields import ModeName, SemanticsName

if TYPE_CHECKING:
    from pandas import DataFrame

_WORTH_IT_S = 2.0
"""Work that takes one process no longer than this is not worth starting others for."""
_CLUSTER_WIDTH = 8
MAX_RUNS = 10_000_000


class Progress(NamedTuple):
    """How far a sweep is, in runs; ``failed`` of the ``done`` could not be finished."""

    done: int
    of: int
    failed: int


Watcher = Callable[[Progress], None]


class RunsFailed(SimError):
    """Some runs of a sweep could not be finished; all others are kept.

    Args:
        result: What was computed.
        failures: The runs, as ``FailedRun``, in order.
    """

    def __str__(self) -> str:
        return format_failures(self.args[1])


def run_missing(
    plan: Plan,
    store: SweepStore,
    runs: int,
    *,
    jobs: int | None = None,
    cluster: str | None = None,
    watch: Watcher | None = None,
) -> list[FailedRun]:
    """Carry out every run that the database does not have yet, and write each batch as it comes.

    Args:
        runs: At each point.
        jobs: How many processes; left out, as many as the machine has processors, one where that is fast enough.
        cluster: Address of a Dask scheduler, in place of processes on this machine.
        watch: Is told how far the sweep is.

    Returns:
        Runs that could not be finished, in order.
    """
    there = store.done()
    missing = {
        point: [replication for replication in range(1, runs + 1) if (point, replication) not in there]
        for point in range(len(plan.points))
    }
    todo = sum(map(len, missing.values()))
    of = runs * len(plan.points)
    failures: list[FailedRun] = []
    done = of - todo

    def keep(came: Done) -> None:
        nonlocal done
        store.add(came.rows, came.failures)
        failures.extend(came.failures)
        done += len(came.rows) // len(plan.modes) + len(came.failures)
        if watch is not None:
            watch(Progress(done, of, len(failures)))

    if watch is not None:
        watch(Progress(done, of, 0))
    if not todo:
        return failures
    batches = Batches(plan, missing)
    if cluster is None:
        first = carry_out(next(batches))  # also tells how long a run takes
        batches.learn_speed(first)
        keep(first)
    with closing(_results(batches, jobs, cluster)) as results:
        for came in results:
            batches.learn_speed(came)
            keep(came)
    return sorted(failures)


def sweep(
    scenario: str | Path,
    runs: int = 100,
    vary: Mapping[str, Sequence[Any]] | None = None,
    *,
    modes: Sequence[ModeName] | None = None,
    seed: int | None = None,
    semantics: SemanticsName | None = None,
    jobs: int | None = None,
    cluster: str | None = None,
    path: str | Path | None = None,
    resume: bool = True,
    watch: Watcher | None = None,
) -> "DataFrame":
    """Run a scenario many times and return a pandas frame with one row for each mode of each run.

    >>> frame = sim.sweep("outage.yaml", 200, {"queues.email.attempts": [1, 3, 5]})  # doctest: +SKIP
    >>> frame.groupby(["queues.email.attempts", "mode"]).lost.mean()  # doctest: +SKIP

    Args:
        scenario: The path of a scenario file, or the text of a scenario (anything with a line break).
        runs: How many at each point.
        vary: Values by path, such as ``{"queues.email.attempts": [1, 3, 5]}``; every combination is a point.
        modes: ``in-process``, ``queue``, or both; left out, the scenario's.
        seed: What the seeds of the runs are derived from; left out, the scenario's.
        semantics: ``documented`` or ``bull-4.16``; left out, the scenario's first.
        jobs: Processes; left out, one for each processor, or one alone where that is fast enough.
        cluster: The address of a Dask scheduler, such as ``tcp://host:8786``, in place of processes on this machine.
        path: Keep the runs in this SQLite file; where it exists, the sweep goes on with it.
        resume: Whether to go on with a file that exists; otherwise it is an error.
        watch: Is called with a ``Progress`` now and then.

    Raises:
        MissingExtra: pandas is not installed; ``sweep_result`` does without.
        RunsFailed: Some runs could not be finished; the error holds the others.
        SimError: The scenario, a value or the file cannot be used.
    """
    need("a frame", "notebook", "pandas")
    return sweep_result(
        scenario,
        runs,
        vary,
        modes=modes,
        seed=seed,
        semantics=semantics,
        jobs=jobs,
        cluster=cluster,
        path=path,
        resume=resume,
        watch=watch,
    ).to_frame()


def sweep_result(
    scenario: str | Path,
    runs: int = 100,
    vary: Mapping[str, Sequence[Any]] | None = None,
    *,
    modes: Sequence[ModeName] | None = None,
    seed: int | None = None,
    semantics: SemanticsName | None = None,
    jobs: int | None = None,
    cluster: str | None = None,
    path: str | Path | None = None,
    resume: bool = True,
    watch: Watcher | None = None,
) -> SweepResult:
    """Do what ``sweep`` does without pandas, and return a ``SweepResult``: rows, answers with intervals, and a frame.

    Args:
        scenario: The path of a scenario file, or the text of a scenario (anything with a line break).
        runs: How many at each point.
        vary: Values by path, such as ``{"queues.email.attempts": [1, 3, 5]}``; every combination is a point.
        modes: ``in-process``, ``queue``, or both; left out, the scenario's.
        seed: What the seeds of the runs are derived from; left out, the scenario's.
        semantics: ``documented`` or ``bull-4.16``; left out, the scenario's first.
        jobs: Processes; left out, one for each processor, or one alone where that is fast enough.
        cluster: The address of a Dask scheduler, such as ``tcp://host:8786``, in place of processes on this machine.
        path: Keep the runs in this SQLite file; where it exists, the sweep goes on with it.
        resume: Whether to go on with a file that exists; otherwise it is an error.
        watch: Is called with a ``Progress`` now and then.

    Raises:
        RunsFailed: Some runs could not be finished; the error holds the others.
        SimError: The scenario, a value or the file cannot be used.
    """
    if not 1 <= runs <= MAX_RUNS:
        raise SimError(f"runs: expected a number from 1 to {MAX_RUNS:,}, not {runs}")
    is_text = isinstance(scenario, str) and "\n" in scenario
    text = str(scenario) if is_text else read_text(scenario)
    name = "scenario" if is_text else str(scenario)
    plan = Plan(text, name, as_varies(vary or {}), modes=modes, seed=seed, semantics=semantics)
    with plan.open_store(None if path is None else Path(path), resume=resume) as store:
        failures = run_missing(plan, store, runs, jobs=jobs, cluster=cluster, watch=watch)
        result = plan.result(store)
    if failures:
        raise RunsFailed(result, failures)
    return result


def _results(batches: Batches, jobs: int | None, cluster: str | None) -> Generator[Done]:
    if cluster is not None:
        batches.at_once = _CLUSTER_WIDTH
        return on_a_cluster(batches, cluster)
    if jobs is None:
        jobs = 1 if batches.expected_s < _WORTH_IT_S else len(os.sched_getaffinity(0))
    if jobs == 1:
        return serially(batches)
    batches.at_once = jobs
    return on_this_machine(batches, jobs)
