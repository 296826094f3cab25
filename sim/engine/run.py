"""Run a scenario once, in one mode or in both."""

from collections.abc import Sequence
from pathlib import Path

from sim.core.file_set import write_lines
from sim.core.gc_tuning import fewer_collections
from sim.engine.run_options import MAX_STEPS, RunOptions, Sampling
from sim.engine.simulation import Simulation
from sim.results.result import ModeResult, Result
from sim.scenario.load import load_scenario
from sim.scenario.schema import Scenario
from sim.stores.open_store import StoreName
from sim.yaml_files.fields import MODES, ModeName, SemanticsName


def run(
    scenario: Scenario | str | Path,
    *,
    modes: Sequence[ModeName] | None = None,
    seed: int | None = None,
    semantics: SemanticsName | None = None,
    store: StoreName = "fakeredis",
    max_steps: int = MAX_STEPS,
    trace: bool = True,
    metrics: Sampling = None,
    error_log: bool | str | Path = False,
    error_log_omit: Sequence[str] = (),
) -> Result:
    """Run a scenario to its end and return its result.

    Both modes see the same arrivals, service times and faults.

    Args:
        scenario: A loaded scenario, or the path of its file.
        modes: ``in-process``, ``queue``, or both; default: the scenario's.
        seed: Seed of all random numbers; default: the scenario's.
        semantics: ``documented`` or ``bull-4.16``; default: the scenario's first.
        store: What holds the queue's keys, ``fakeredis`` or ``memory``, which is faster; both give the same result.
        max_steps: A run that needs more simulation steps is stopped.
        trace: Whether to keep what happened. Without it outcomes and counts are the same and take less memory; what
            needs events (the trace, its hash, the pictures of jobs and of the time line) raises ``TraceNotKept``.
        metrics: Time between two samples, such as ``"1s"``; default: the scenario's; False takes none.
        error_log: Whether to keep a line for every failed attempt, as ``Result.errors``; a path is also written to.
        error_log_omit: Fields to omit from every line, such as ``data`` or ``data.to``.

    Raises:
        ScenarioError: The file cannot be used; the error says where and why.
        UnknownName: There is no such field of the error log.
        OutputError: The error log cannot be written.
        BudgetExceeded: The run needed more steps than allowed.
        TraceDiskFull: The run is long, and there is no room on disk for its trace.
    """
    options = RunOptions(
        seed=seed,
        semantics=semantics,
        store=store,
        max_steps=max_steps,
        trace=trace,
        metrics=metrics,
        error_log=error_log is not False,
        error_log_omit=tuple(error_log_omit),
    )
    result = run_modes(scenario if isinstance(scenario, Scenario) else load_scenario(scenario), options, modes)
    if isinstance(error_log, str | Path):
        write_lines(Path(error_log), result.error_lines())
    return result


def run_modes(scenario: Scenario, options: RunOptions, modes: Sequence[ModeName] | None = None) -> Result:
    """Run a scenario to its end, with all options in one value; see ``run``.

    Args:
        modes: None: the scenario's.
    """
    options = options.resolved(scenario)
    chosen = scenario.modes if modes is None else modes
    results: dict[ModeName, ModeResult] = {}
    for mode in MODES:
        if mode not in chosen:
            continue
        with fewer_collections():
            world = Simulation(scenario, mode, options)
            world.run()
            results[mode] = world.conclude()
    return Result(scenario, options.seed_of(scenario), options.semantics_of(scenario), options.store, results)
