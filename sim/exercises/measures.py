"""What a check can measure of one run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from sim.engine.run_options import RunOptions
from sim.engine.simulation import Simulation
from sim.exercises.settings import SETTINGS, setting
from sim.results.detection import FaultDetection
from sim.results.outcomes import Counts, JobResult
from sim.results.result import ModeResult
from sim.scenario.schema import Scenario
from sim.yaml_files.fields import ModeName

MAX_STEPS = 60_000
"""A run of an exercise that needs more steps is given up; a sensible policy needs 500 to 5,000."""
COUNTS = tuple(Counts().as_dict())
TIMES = ("delivery_p50", "delivery_p95", "delivery_max", "detection_time_max", "backoff_min")
FROM_EVENTS = ("faults_unnoticed", "false_alerts", "detection_time_max")
"""Measures that are read from the events of a run, so that it has to keep them."""


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
        """How long each delivered job took from its offer to its first effect, sorted, by queue and over all."""
        found: dict[str | None, list[int]] = {None: [], **{name: [] for name in self.result.queue_names}}
        for job in self.result.jobs:
            if job.first_effect_ms is not None:
                for key in (None, job.queue):
                    found[key].append(job.first_effect_ms - job.offered_ms)
        return {key: sorted(times) for key, times in found.items()}


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


def measured(observation: Observation, measure: str, queue: str | None = None) -> float | None:
    """Return what a run gave for a measure; times in ms, None where there is nothing to measure.

    Args:
        queue: Only this queue; None for all together.

    Raises:
        KeyError: There is no such measure or queue.
    """
    if measure in COUNTS:
        counts = observation.result.totals if queue is None else observation.result.queues[queue]
        return float(getattr(counts, measure))
    if measure in SETTINGS:
        return float(setting(observation.scenario, measure, queue))
    return _MEASURES[measure](observation, queue)


def is_time(measure: str) -> bool:
    """Tell whether a measure is a duration."""
    return measure in TIMES


def _share(share: float) -> Callable[[Observation, str | None], float | None]:
    def delivery(observation: Observation, queue: str | None) -> float | None:
        return _nearest_rank(observation.delivery_ms[queue], share)

    return delivery


def _nearest_rank(values: Sequence[int], share: float) -> float | None:
    """Return the smallest value that at least this share of all values does not exceed."""
    if not values:
        return None
    return values[max(0, -int(-share * len(values) // 1) - 1)]


def _attempts_max(observation: Observation, queue: str | None) -> float | None:
    return max((job.attempts for job in observation.jobs(queue)), default=None)


def _attempts_per_job(observation: Observation, queue: str | None) -> float | None:
    jobs = observation.jobs(queue)
    return round(sum(job.attempts for job in jobs) / len(jobs), 1) if jobs else None


def _commands_per_job(observation: Observation, _queue: str | None) -> float | None:
    offered = observation.result.totals.offered
    return round(sum(observation.commands.values()) / offered, 1) if offered else None


def _records_kept(observation: Observation, queue: str | None) -> float | None:
    return sum(kept for name, kept in observation.records_kept.items() if queue in (None, name))


def _faults(observation: Observation) -> list[FaultDetection]:
    """List the faults; what an operator did is none."""
    return [fault for fault in observation.result.detections.faults if not fault.is_operator_action]


def _faults_unnoticed(observation: Observation, _queue: str | None) -> float | None:
    return sum(not fault.alerts for fault in _faults(observation))


def _false_alerts(observation: Observation, _queue: str | None) -> float | None:
    return len(observation.result.detections.false)


def _detection_time_max(observation: Observation, _queue: str | None) -> float | None:
    faults = _faults(observation)
    if not faults or any(not fault.alerts for fault in faults):
        return None
    fired = ((fault, min(episode.fired_ms or 0 for episode in fault.alerts)) for fault in faults)
    return max(fault.after_ms(t_ms) for fault, t_ms in fired)


_MEASURES: dict[str, Callable[[Observation, str | None], float | None]] = {
    "delivery_p50": _share(0.5),
    "delivery_p95": _share(0.95),
    "delivery_max": _share(1),
    "attempts_max": _attempts_max,
    "attempts_per_job": _attempts_per_job,
    "redis_commands_per_job": _commands_per_job,
    "records_kept": _records_kept,
    "faults_unnoticed": _faults_unnoticed,
    "false_alerts": _false_alerts,
    "detection_time_max": _detection_time_max,
}
MEASURES = (*COUNTS, *_MEASURES, *SETTINGS)
WHOLE_RUN = ("redis_commands_per_job", *FROM_EVENTS)
"""Measures of the whole run, which no single queue has."""
NOTHING_MEASURED = {
    "detection_time_max": "a fault that no alert noticed",
}
"""What it means where there is nothing to measure; elsewhere no job was delivered."""
