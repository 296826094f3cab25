"""The arms of an experiment: scenarios, each with some values changed, all run with the same seeds.

Run number n of every arm has the same seed, so that arms can be compared run by run: what they have in common
(arrivals, service times, the moments of random faults) does not widen the interval of their difference.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sim.results.failed_runs import FailedRun
from sim.results.sweep_rows import RunRow
from sim.results.sweep_values import MEASURES, measures_of
from sim.sweeps.executors import on_this_machine, serially
from sim.sweeps.points import Settings
from sim.sweeps.worker import Batch, Part, Recipe, replay_command, seed_of
from sim.yaml_files.fields import ModeName

BATCH = 10
"""Runs of one arm that are carried out in one go."""
FEW = 20
"""So few runs are not worth starting other processes for."""
_PLACE = {name: place for place, name in enumerate(MEASURES)}


class Arm(NamedTuple):
    """A scenario with some of its values changed.

    Attributes:
        recipe: The scenario, its modes, its semantics, and what the seeds of the runs are derived from.
        settings: Pairs of a path and the value as a file would have it; ``()`` changes nothing.
    """

    recipe: Recipe
    settings: Settings = ()

    def seed(self, replication: int) -> int:
        """Return the seed of a run.

        Args:
            replication: The number of the run, from 1.
        """
        return seed_of(self.recipe.seed, replication)

    def command(self, replication: int) -> str:
        """Write the command that gives one of its runs again."""
        return replay_command(self.recipe, self.settings, self.seed(replication))


@dataclass
class ArmRuns:
    """The runs of an arm.

    Attributes:
        rows: By mode and number of the run; a run that failed is not there.
        failures: Runs that could not be finished, by number.
    """

    arm: Arm
    rows: dict[ModeName, dict[int, RunRow]] = field(default_factory=dict)
    failures: dict[int, FailedRun] = field(default_factory=dict)

    def values(self, mode: ModeName, measure: str) -> dict[int, int]:
        """Return a measure of each run, by number, in order; runs in which it has no value are left out.

        Args:
            measure: One of ``sim.results.sweep_values.MEASURES``.
        """
        place = _PLACE[measure]
        found = {number: measures_of(row)[place] for number, row in sorted(self.rows.get(mode, {}).items())}
        return {number: value for number, value in found.items() if value is not None}


def run_arms(arms: Sequence[Arm], runs: int, *, first: int = 1, jobs: int | None = None) -> Iterator[ArmRuns]:
    """Run every arm equally often.

    Args:
        runs: Of each arm.
        first: The number of the first run; those before it were made earlier.
        jobs: Processes; None: one for each CPU. The result is the same with any number.

    Yields:
        The arms in their order, each as soon as it and all before it are complete.

    Raises:
        ScenarioError, VaryError: An arm cannot be used.
        SimError: A process was killed from outside.
    """
    found = [ArmRuns(arm) for arm in arms]
    missing = [runs] * len(arms)
    batches = list(_batches(arms, range(first, first + runs)))
    many = os.cpu_count() or 1 if jobs is None else jobs
    made = serially(batches) if many == 1 or len(arms) * runs <= FEW else on_this_machine(iter(batches), many)
    told = 0
    for done in made:
        for row in done.rows:
            found[row.point].rows.setdefault(row.mode, {})[row.replication] = row
        for failure in done.failures:
            found[failure.point].failures[failure.replication] = failure
        for took in done.took:
            missing[took.point] -= took.runs
        while told < len(arms) and not missing[told]:
            yield found[told]
            told += 1


def _batches(arms: Sequence[Arm], replications: range) -> Iterator[Batch]:
    for number, arm in enumerate(arms):
        for start in range(0, len(replications), BATCH):
            own = tuple(replications[start : start + BATCH])
            yield Batch(arm.recipe, (Part(number, arm.settings, own),))
