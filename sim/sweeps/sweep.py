"""Run a scenario many times, at one point or at many, and keep every run."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.core.errors import SimError
from sim.core.extras import need
from sim.results.failed_runs import format_failures
from sim.results.sweep_result import SweepResult
from sim.scenario.load import read_text
from sim.sweeps.plan import Plan
from sim.sweeps.points import as_varies
from sim.sweeps.processes import started_ahead
from sim.sweeps.run_missing import Watcher, run_missing, runs_asked, until_of
from sim.yaml_files.fields import ModeName, SemanticsName

if TYPE_CHECKING:
    from pandas import DataFrame


class RunsFailed(SimError):
    """Some runs of a sweep could not be finished; all others are kept.

    Args:
        result: What was computed.
        failures: The runs, as ``FailedRun``, in order.
    """

    def __str__(self) -> str:
        return format_failures(self.args[1])


def sweep(
    scenario: str | Path,
    runs: int | None = None,
    vary: Mapping[str, Sequence[Any]] | None = None,
    *,
    modes: Sequence[ModeName] | None = None,
    seed: int | None = None,
    semantics: SemanticsName | None = None,
    jobs: int | None = None,
    cluster: str | None = None,
    path: str | Path | None = None,
    resume: bool = True,
    until_interval: str | None = None,
    measures: Sequence[str] = (),
    watch: Watcher | None = None,
) -> "DataFrame":
    """Run a scenario many times and return a pandas frame with one row for each mode of each run.

    >>> frame = sim.sweep("outage.yaml", 200, {"queues.email.attempts": [1, 3, 5]})
    >>> frame.groupby(["queues.email.attempts", "mode"]).lost.mean()

    Args:
        scenario: The path of a scenario file, or the text of a scenario (anything with a line break).
        runs: Runs per point; default: 100, or at most 10,000 with ``until_interval``.
        vary: Values by path, such as ``{"queues.email.attempts": [1, 3, 5]}``; every combination is a point.
        modes: ``in-process``, ``queue``, or both; default: the scenario's.
        seed: The seed that the seeds of the runs derive from; default: the scenario's.
        semantics: ``documented`` or ``bull-4.16``; default: the scenario's first.
        jobs: Processes; default: one per CPU, or a single one if that is fast enough.
        cluster: The address of a Dask scheduler, such as ``tcp://host:8786``, in place of processes on this machine.
        path: Keep the runs in this SQLite file; if it exists, the sweep continues it.
        resume: Whether to continue an existing file; otherwise it is an error.
        until_interval: Stop as soon as no bound of a 95% interval lies further than this from its value, such as
            ``"1%"``, at any point in any mode. Shares of the jobs are compared as they are, other means relatively.
            It is looked at after 50, 100, 200, ... runs of every point; the result has those runs and no more.
        measures: Whose intervals ``until_interval`` looks at; default: those of the jobs delivered, duplicated, not
            delivered, and of each reason why not.
        watch: Called with a ``Progress`` now and then.

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
        until_interval=until_interval,
        measures=measures,
        watch=watch,
    ).to_frame()


def sweep_result(
    scenario: str | Path,
    runs: int | None = None,
    vary: Mapping[str, Sequence[Any]] | None = None,
    *,
    modes: Sequence[ModeName] | None = None,
    seed: int | None = None,
    semantics: SemanticsName | None = None,
    jobs: int | None = None,
    cluster: str | None = None,
    path: str | Path | None = None,
    resume: bool = True,
    until_interval: str | None = None,
    measures: Sequence[str] = (),
    watch: Watcher | None = None,
) -> SweepResult:
    """Do what ``sweep`` does without pandas, and return a ``SweepResult``: rows, answers with intervals, and a frame.

    Args:
        scenario: The path of a scenario file, or the text of a scenario (anything with a line break).
        runs: Runs per point; default: 100, or at most 10,000 with ``until_interval``.
        vary: Values by path, such as ``{"queues.email.attempts": [1, 3, 5]}``; every combination is a point.
        modes: ``in-process``, ``queue``, or both; default: the scenario's.
        seed: The seed that the seeds of the runs derive from; default: the scenario's.
        semantics: ``documented`` or ``bull-4.16``; default: the scenario's first.
        jobs: Processes; default: one per CPU, or a single one if that is fast enough.
        cluster: The address of a Dask scheduler, such as ``tcp://host:8786``, in place of processes on this machine.
        path: Keep the runs in this SQLite file; if it exists, the sweep continues it.
        resume: Whether to continue an existing file; otherwise it is an error.
        until_interval: Stop as soon as no bound of a 95% interval lies further than this from its value, such as
            ``"1%"``, at any point in any mode. Shares of the jobs are compared as they are, other means relatively.
            It is looked at after 50, 100, 200, ... runs of every point; the result has those runs and no more.
        measures: Whose intervals ``until_interval`` looks at; default: those of the jobs delivered, duplicated, not
            delivered, and of each reason why not.
        watch: Called with a ``Progress`` now and then.

    Raises:
        RunsFailed: Some runs could not be finished; the error holds the others.
        SimError: The scenario, a value or the file cannot be used.
    """
    until = until_of(until_interval, measures)
    runs = runs_asked(runs, until)
    is_text = isinstance(scenario, str) and "\n" in scenario
    text = str(scenario) if is_text else read_text(scenario)
    name = "scenario" if is_text else str(scenario)
    with started_ahead(jobs):
        plan = Plan(text, name, as_varies(vary or {}), modes=modes, seed=seed, semantics=semantics)
        with plan.open_store(None if path is None else Path(path), resume=resume) as store:
            ending = run_missing(plan, store, runs, jobs=jobs, cluster=cluster, until=until, watch=watch)
            result = plan.result(store, stop=ending.stop)
    if ending.failures:
        raise RunsFailed(result, ending.failures)
    return result
