"""Every measure of a run that a check can bound: whoever adds one writes an entry here, and nothing else.

Exercises and their problems, verdicts and evidence take whatever is listed; `tests.docs.measure_table` writes the table
of docs/exercises.md. What is read of the settings, without a run, is listed in ``settings.py``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sim.exercises.observation import Observation
from sim.exercises.settings import SETTINGS, setting
from sim.results.detection import FaultDetection
from sim.results.outcomes import Counts, JobResult
from sim.results.text import duration_in_words

Value = Callable[[Observation, str | None], float | None]
"""Measures a run, of one queue or (None) of all together; times in ms, None where there is nothing to measure."""


@dataclass(frozen=True)
class Measure:
    """What a check can measure of one run.

    Attributes:
        unit: What it counts; ``duration`` for a time, which bounds and answers then give as people write one.
        about: What it is, for the table.
        value: Measures it.
        per_queue: Whether a check may ask for one queue.
        from_events: Whether it is read from the events of a run, so that the run has to keep them.
        nothing: What it means where there is nothing to measure.
        job: What the job that shows it best has most of; None where no single job shows it.
        heading: What ``lines`` show in place of a job.
        lines: Shows where the value comes from.
    """

    name: str
    unit: str
    about: str
    value: Value
    per_queue: bool = True
    from_events: bool = False
    nothing: str = "nothing was delivered"
    job: Callable[[JobResult], float] | None = None
    heading: str = ""
    lines: Callable[[Observation], list[str]] | None = None


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
    return RUN_MEASURES[measure].value(observation, queue)


def is_time(measure: str) -> bool:
    """Tell whether a measure is a duration."""
    return measure in TIMES


def is_from_events(measure: str) -> bool:
    """Tell whether a measure is read from the events of a run."""
    return measure in RUN_MEASURES and RUN_MEASURES[measure].from_events


def is_of_whole_run(measure: str) -> bool:
    """Tell whether a measure is of the whole run, so that no single queue has it."""
    return measure in RUN_MEASURES and not RUN_MEASURES[measure].per_queue


def nothing_measured(measure: str) -> str:
    """Say what it means where there is nothing to measure."""
    return RUN_MEASURES[measure].nothing if measure in RUN_MEASURES else "nothing was delivered"


def _share(share: float) -> Value:
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


def _delivery_ms(job: JobResult) -> float:
    return -1 if job.delivery_ms is None else job.delivery_ms


def _starts(job: JobResult) -> float:
    return job.attempts


def _command_lines(observation: Observation) -> list[str]:
    most = sorted(observation.commands.items(), key=lambda pair: (-pair[1], pair[0]))[:8]
    jobs = max(1, observation.result.totals.offered)
    return [f"{name.upper():<16}{count:>8,}   {count / jobs:.1f} per job" for name, count in most]


def _record_lines(observation: Observation) -> list[str]:
    return [
        f"{queue:<16}{count:>8,}   {count - observation.failed_kept[queue]:,} completed, "
        f"{observation.failed_kept[queue]:,} failed"
        for queue, count in observation.records_kept.items()
    ]


def _detections(observation: Observation) -> list[str]:
    detections = observation.result.detections
    told: list[str] = []
    for fault in detections.faults:
        alerts = [f"{one.alert} after {duration_in_words(fault.after_ms(one.fired_ms or 0))}" for one in fault.alerts]
        nobody = "-" if fault.is_operator_action else "NOT DETECTED"
        told.append(f"{fault.window.start_ms / 1_000:>9.3f}s  {fault.window.label}: {', '.join(alerts) or nobody}")
    told += [
        f"{(one.fired_ms or 0) / 1_000:>9.3f}s  FALSE: {one.alert} fired while nothing was broken"
        for one in detections.false
    ]
    return told


def _delivery(name: str, share: float, about: str) -> Measure:
    return Measure(name, "duration", about, _share(share), job=_delivery_ms)


def _of_detection(name: str, unit: str, about: str, value: Value, nothing: str = "nothing was delivered") -> Measure:
    heading = "Faults and what detected them"
    return Measure(
        name, unit, about, value, per_queue=False, from_events=True, nothing=nothing, heading=heading, lines=_detections
    )


_ALL = (
    _delivery("delivery_p50", 0.5, "from when a job is due to its first effect, over the delivered jobs: the median"),
    _delivery("delivery_p95", 0.95, "the same: the 95th percentile"),
    _delivery("delivery_p99", 0.99, "the same: the 99th percentile"),
    _delivery("delivery_max", 1, "the same: the longest"),
    Measure("attempts_max", "starts", "the most starts of any job", _attempts_max, job=_starts),
    Measure("attempts_per_job", "starts", "the mean, to one decimal", _attempts_per_job, job=_starts),
    Measure(
        "redis_commands_per_job",
        "commands",
        "commands that the queue sent to Redis, per offered job: from all processes and timers, without blocking waits "
        "and the audit at the end",
        _commands_per_job,
        per_queue=False,
        heading="The most frequent Redis commands",
        lines=_command_lines,
    ),
    Measure(
        "records_kept",
        "records",
        "finished jobs, completed and failed, in the queue's keys at the end; dead letters are not counted",
        _records_kept,
        heading="Records of finished jobs at the end",
        lines=_record_lines,
    ),
    _of_detection("faults_unnoticed", "faults", "faults that no alert noticed", _faults_unnoticed),
    _of_detection("false_alerts", "alerts", "alerts that fired without a fault", _false_alerts),
    _of_detection(
        "detection_time_max",
        "duration",
        "the longest time from the start of a fault to its first alert",
        _detection_time_max,
        "a fault that no alert noticed",
    ),
)
COUNTS = tuple(Counts().as_dict())
RUN_MEASURES = {one.name: one for one in _ALL}
MEASURES = (*COUNTS, *RUN_MEASURES, *SETTINGS)
TIMES = tuple(name for name, one in (RUN_MEASURES | SETTINGS).items() if one.unit == "duration")
