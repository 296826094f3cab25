"""What a worker process of a sweep does: some runs of one point, as rows."""

import time
from functools import lru_cache
from typing import NamedTuple

from sim.core.errors import SimError
from sim.core.garbage import fewer_collections
from sim.experiments.points import Settings, scenario_at
from sim.experiments.run import run
from sim.report.sweep_result import RunRow, row_of
from sim.scenario.fields import ModeName, SemanticsName
from sim.scenario.schema import Scenario
from sim.world.stores import StoreName

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


class Batch(NamedTuple):
    """Some runs of one point."""

    recipe: Recipe
    point: int
    settings: Settings
    replications: tuple[int, ...]


class Done(NamedTuple):
    """What came of a batch.

    Attributes:
        failures: Runs that could not be finished: point, replication and why.
        took_s: How long it worked, in seconds of real time; decides the size of later batches and nothing else.
    """

    rows: list[RunRow]
    failures: list[tuple[int, int, str]]
    took_s: float


def seed_of(seed: int, replication: int) -> int:
    """Derive the seed of a run, below 2^63; the same at every point, so that points can be compared run by run.

    Source: numpy's SeedSequence, with the number of the replication as its spawn key.
    """
    import numpy as np

    state = np.random.SeedSequence(seed, spawn_key=(replication,)).generate_state(1, np.uint64)
    return int(state[0]) >> 1


def carry_out(batch: Batch) -> Done:
    """Run a batch. A run that takes more steps than are allowed is reported and does not stop the others."""
    began_s = time.perf_counter()
    recipe = batch.recipe
    scenario = _scenario(recipe.text, recipe.name, batch.settings)
    rows: list[RunRow] = []
    failures: list[tuple[int, int, str]] = []
    with fewer_collections():
        for replication in batch.replications:
            seed = seed_of(recipe.seed, replication)
            try:
                result = run(
                    scenario,
                    modes=recipe.modes,
                    seed=seed,
                    semantics=recipe.semantics,
                    store=SWEEP_STORE,
                    trace=False,
                    metrics=False,
                )
            except SimError as error:
                failures.append((batch.point, replication, str(error)))
                continue
            rows += [row_of(batch.point, replication, seed, one) for one in result.modes.values()]
    return Done(rows, failures, time.perf_counter() - began_s)


@lru_cache(maxsize=256)
def _scenario(text: str, name: str, settings: Settings) -> Scenario:
    return scenario_at(text, name, settings)
