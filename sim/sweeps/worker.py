"""What a worker process of a sweep does: some runs of one point, as rows."""

import shlex
import time
from functools import lru_cache
from typing import NamedTuple

from sim.core.errors import SimError
from sim.core.gc_tuning import fewer_collections
from sim.core.replay import in_a_line
from sim.engine.run import run_modes
from sim.engine.run_options import RunOptions
from sim.results.failed_runs import FailedRun
from sim.results.sweep_rows import RunRow, row_of
from sim.scenario.schema import Scenario
from sim.stores.open_store import StoreName
from sim.sweeps.points import Settings, scenario_at
from sim.yaml_files.fields import ModeName, SemanticsName

SWEEP_STORE: StoreName = "memory"
"""What holds the queues' keys in a sweep."""


class Recipe(NamedTuple):
    """What all runs of a sweep have in common; small enough to go with every batch.

    Attributes:
        text: The scenario as its file has it.
        name: What errors call it.
        seed: What the seeds of the runs are derived from.
    """

    text: str
    name: str
    modes: tuple[ModeName, ...]
    semantics: SemanticsName | None
    seed: int


class Part(NamedTuple):
    """Some runs of one point."""

    point: int
    settings: Settings
    replications: tuple[int, ...]


class Batch(NamedTuple):
    """Some runs, of one point or of several."""

    recipe: Recipe
    parts: tuple[Part, ...]


class Took(NamedTuple):
    """How long runs of a point took, in seconds of real time; decides the size of later batches and nothing else."""

    point: int
    runs: int
    took_s: float


class Done(NamedTuple):
    """The outcome of a batch.

    Attributes:
        failures: Runs that could not be finished.
        took: By part; a scenario that was read first took no time.
    """

    rows: list[RunRow]
    failures: list[FailedRun]
    took: tuple[Took, ...]

    @property
    def runs(self) -> int:
        """How many runs were carried out, with those that failed."""
        return sum(took.runs for took in self.took)


def seed_of(seed: int, replication: int) -> int:
    """Derive the seed of a run, below 2^63; the same at every point, so that points can be compared run by run.

    Source: numpy's SeedSequence, with the number of the replication as its spawn key.
    """
    import numpy as np

    state = np.random.SeedSequence(seed, spawn_key=(replication,)).generate_state(1, np.uint64)
    return int(state[0]) >> 1


def warm_up() -> None:
    """Load what the first run needs, so that a process that has nothing to do yet is ready when it has."""
    seed_of(0, 1)


def carry_out(batch: Batch) -> Done:
    """Run a batch. A run that cannot be finished, for whatever reason, is reported and does not stop the others."""
    rows: list[RunRow] = []
    failures: list[FailedRun] = []
    took: list[Took] = []
    recipe = batch.recipe
    with fewer_collections():
        for part in batch.parts:
            scenario = _scenario(recipe.text, recipe.name, part.settings)
            began_s = time.perf_counter()
            for replication in part.replications:
                found = _run(scenario, recipe, part, replication)
                if isinstance(found, FailedRun):
                    failures.append(found)
                else:
                    rows += found
            took.append(Took(part.point, len(part.replications), time.perf_counter() - began_s))
    return Done(rows, failures, tuple(took))


def _run(scenario: Scenario, recipe: Recipe, part: Part, replication: int) -> list[RunRow] | FailedRun:
    seed = seed_of(recipe.seed, replication)
    try:
        options = RunOptions(seed=seed, semantics=recipe.semantics, store=SWEEP_STORE, trace=False, metrics=False)
        result = run_modes(scenario, options, recipe.modes)
        return [row_of(part.point, replication, seed, one) for one in result.modes.values()]
    except Exception as error:  # whatever it is, the other runs are to be had
        broke = not isinstance(error, SimError)
        why = in_a_line(error) if broke else " ".join(str(error).split())
        return FailedRun(part.point, replication, seed, why, broke, replay_command(recipe, part.settings, seed))


def replay_command(recipe: Recipe, settings: Settings, seed: int) -> str:
    """Write the command that gives one run of a sweep again."""
    mode = recipe.modes[0] if len(recipe.modes) == 1 else "both"
    parts = ["python", "-m", "sim", "run", recipe.name, "--mode", mode, "--seed", str(seed), "--store", SWEEP_STORE]
    if recipe.semantics is not None:
        parts += ["--semantics", recipe.semantics]
    for path, value in settings:
        parts += ["--set", f"{path}={value}"]
    return shlex.join(parts)


@lru_cache(maxsize=256)
def _scenario(text: str, name: str, settings: Settings) -> Scenario:
    return scenario_at(text, name, settings)
