"""One run of an exercise's scenario with somebody's policy, as checks look at it."""

from dataclasses import dataclass
from functools import cached_property

from sim.engine.run_options import RunOptions
from sim.engine.simulation import Simulation
from sim.results.delivery import sorted_times
from sim.results.outcomes import JobResult
from sim.results.result import ModeResult
from sim.scenario.schema import Scenario
from sim.yaml_files.fields import ModeName

MAX_STEPS = 60_000
"""A run of an exercise that needs more steps is given up; a sensible policy needs 500 to 5,000."""


@dataclass(frozen=True)
class Observation:
    """One run of an exercise's scenario with somebody's policy.

    Attributes:
        scenario: What was run, with the policy in it.
        commands: What the queue asked of Redis, by command; empty in in-process mode.
        records_kept: Finished jobs whose records stand in the queue's keys at the end, by queue.
        failed_kept: How many of them stand in the failed set.
    """

    scenario: Scenario
    seed: int
    result: ModeResult
    commands: dict[str, int]
    records_kept: dict[str, int]
    failed_kept: dict[str, int]

    def jobs(self, queue: str | None) -> list[JobResult]:
        """The jobs of one queue, or of all."""
        return [job for job in self.result.jobs if queue is None or job.queue == queue]

    @cached_property
    def delivery_ms(self) -> dict[str | None, list[int]]:
        """How long each delivered job took from when it was due to its first effect, sorted, by queue and over all."""
        return {name: sorted_times(self.jobs(name)) for name in (None, *self.result.queue_names)}


def observe(scenario: Scenario, mode: ModeName, seed: int, *, events: bool = True) -> Observation:
    """Run a scenario once, as fast as can be.

    Args:
        events: Whether to keep what happened; measures of alerts need it.

    Raises:
        BudgetExceeded: The run needs more than ``MAX_STEPS`` steps.
    """
    options = RunOptions(seed=seed, store="memory", max_steps=MAX_STEPS, trace=events, count_commands=True)
    world = Simulation(scenario, mode, options)
    world.run()
    commands = {} if world.commands is None else dict(world.commands.by_name)
    result = world.result()
    kept = {name: _records(world, name) for name in scenario.queues}
    world.close()
    records = {name: completed + failed for name, (completed, failed) in kept.items()}
    return Observation(scenario, seed, result, commands, records, {name: failed for name, (_, failed) in kept.items()})


def _records(world: Simulation, queue: str) -> tuple[int, int]:
    """Count the completed and the failed jobs of a queue whose records are kept."""
    if world.mode != "queue":
        return 0, 0
    counts = world.server.operate(lambda: world.queue(queue).counts)
    return counts["completed"], counts["failed"]
