"""What shows that a check does not hold: one job's story, or what else there is to see.

The story of one job: everything that happened to it, and what broke around it meanwhile.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from sim.core.durations import format_duration
from sim.exercises.exercise import Check
from sim.exercises.measures import FROM_EVENTS, Observation
from sim.exercises.settings import SETTINGS, settings_behind
from sim.results.fault_windows import window_of
from sim.results.outcomes import JobResult, Outcome
from sim.results.result import ModeResult
from sim.results.text import duration_in_words
from sim.results.trace import Event, EventKind
from sim.scenario.schema import Scenario

MAX_LINES = 24
"""A longer story leaves out its middle, unless the whole of it is asked for."""
LONG_MS = 10 * 60_000
"""From here on a story tells the time in hours, minutes and seconds, as the texts of long exercises do."""

_TOLD: dict[EventKind, str] = {
    EventKind.OFFERED: "offered by the application",
    EventKind.SUBMIT_WAITING: "the submit waits: Redis is down",
    EventKind.ENQUEUED: "accepted by the queue",
    EventKind.REJECTED: "the submit failed",
    EventKind.PROMOTED: "its delay is over: back in line",
    EventKind.POPPED: "taken, not locked yet",
    EventKind.KILLED: "its worker is killed",
    EventKind.STARTED: "starts",
    EventKind.EFFECT: "its effect happens",
    EventKind.EFFECT_DEDUPLICATED: "a second effect stopped by the key",
    EventKind.ATTEMPT_FAILED: "the attempt fails",
    EventKind.RETRY_SCHEDULED: "will be tried again",
    EventKind.COMPLETED: "completed",
    EventKind.ACK_REJECTED: "the queue refuses the worker's report",
    EventKind.FAILED: "FAILED for good",
    EventKind.STALLED: "found stalled: back in line",
    EventKind.EVICTED: "its record is removed by retention",
    EventKind.REMOVED: "removed by an operator",
    EventKind.RETRIED: "retried by an operator",
    EventKind.DEAD_LETTERED: "put in the dead letter queue",
    EventKind.REPLAYED: "replayed from the dead letter queue",
    EventKind.PURGED: "thrown away as a dead letter",
    EventKind.DATA_LOST: "gone with Redis: its disk has nothing of it",
    EventKind.RESTORED: "put back by Redis: its disk has it in an older place",
    EventKind.LOST: "LOST: nothing knows of it any more",
    EventKind.WORKER_STARTED: "is started again",
    EventKind.WORKER_CRASHED: "crashes",
    EventKind.REDIS_LOADING: "Redis is started again and reads its data",
}
_DETAILS: dict[EventKind, Callable[[dict[str, Any]], str]] = {
    EventKind.ATTEMPT_FAILED: lambda more: str(more.get("error", "")),
    EventKind.RETRY_SCHEDULED: lambda more: (
        f"in {format_duration(round(more['delay_ms']))}" if more.get("delay_ms") else ""
    ),
    EventKind.FAILED: lambda more: str(more.get("reason", "")),
    EventKind.EFFECT: lambda more: str(more.get("system", "")),
    EventKind.KILLED: lambda more: str(more.get("step", "")),
    EventKind.ACK_REJECTED: lambda more: str(more.get("error", "")),
    EventKind.REJECTED: lambda more: str(more.get("error", "")),
    EventKind.EVICTED: lambda more: f"from {more['from']}" if "from" in more else "",
}


def job_story(result: ModeResult, job: str, *, whole: bool = False) -> list[str]:
    """Tell one job's story, a line for each thing that happened; what broke around it is told where it fell between.

    A process stands in brackets where it is another one than in the line before. What befalls a process is told while
    that process has the job in its hands, also after the last thing that the queue knows of the job.

    Args:
        whole: Leave nothing out, however long it is.

    Raises:
        TraceNotKept: The run kept no events.
    """
    own = [record for record in result.trace if record.job == job]
    if not own:
        return []
    first_ms, last_ms = own[0].t_ms, own[-1].t_ms
    clock = _long_clock if last_ms >= LONG_MS else _clock
    told: list[str] = []
    hands = _Hands()
    shown = ""
    for record in result.trace:
        if record.job == job:
            who = "" if record.worker in (None, "producer", "queue", shown) else record.worker
            shown = who or shown
            told.append(f"{clock(record.t_ms)}    {_what(record)}{f'  ({who})' if who else ''}")
            hands.follow(record)
        elif (
            record.job is None
            and first_ms <= record.t_ms
            and (record.t_ms <= last_ms or _befalls(record))
            and hands.surrounds(record)
        ):
            who = f"{record.worker} " if record.worker else ""
            told.append(f"{clock(record.t_ms)}  · {who}{_what(record)}")
    if len(told) > MAX_LINES and not whole:
        half = MAX_LINES // 2
        told = [*told[:half], f"{'':>10}  … {len(told) - 2 * half} more lines: run with --job {job} …", *told[-half:]]
    return told


class _Hands:
    """The processes that have a job in their hands: more than one when the queue takes a living one for dead."""

    def __init__(self) -> None:
        self._holding: set[str] = set()
        self._crashed: set[str] = set()

    def follow(self, record: Event) -> None:
        """Note what an event of the job says about who has it."""
        if record.kind in _TAKES_IT and record.worker:
            self._holding.add(record.worker)
        elif record.kind in _LETS_GO:
            self._holding.discard(record.worker or "")

    def surrounds(self, record: Event) -> bool:
        """Tell whether something that concerns no job belongs into the story."""
        who = record.worker or ""
        if record.kind is EventKind.WORKER_STARTED:
            told = who in self._crashed
            self._crashed.discard(who)
            return told
        if record.kind is EventKind.WORKER_CRASHED and who in self._holding:
            self._holding.discard(who)
            self._crashed.add(who)
            return True
        if _befalls(record):
            return who in self._holding
        return record.kind in _TOLD or record.kind in _FAULTS


_TAKES_IT = (EventKind.POPPED, EventKind.STARTED)
_FAULTS = (EventKind.FAULT_BEGAN, EventKind.FAULT_ENDED)
_LETS_GO = (EventKind.ATTEMPT_FAILED, EventKind.COMPLETED, EventKind.ACK_REJECTED)


def _befalls(record: Event) -> bool:
    """Tell whether an event is something that happens to a process."""
    if record.kind in _FAULTS:
        return record.worker is not None
    return record.kind in (EventKind.WORKER_CRASHED, EventKind.WORKER_STARTED)


def _what(record: Event) -> str:
    if record.kind in _FAULTS:
        window = window_of(record)
        if record.kind is EventKind.FAULT_ENDED:
            return window.ended
        detail = (record.more or {}).get(window.detail, "")
        return f"{window.began}: {detail}" if detail else window.began
    detail_of = _DETAILS.get(record.kind)
    more = "" if detail_of is None else detail_of(record.more or {})
    what = _TOLD.get(record.kind, record.kind.value)
    if record.kind is EventKind.STARTED:
        what = f"attempt {record.attempt} starts"
    return f"{what}: {more}" if more else what


def _clock(t_ms: int) -> str:
    return f"{t_ms / 1_000:>9.3f}s"


def _long_clock(t_ms: int) -> str:
    minutes, ms = divmod(t_ms, 60_000)
    return f"{minutes // 60:>2}:{minutes % 60:02}:{ms // 1_000:02}.{ms % 1_000:03}"


def counterexample(observation: Observation, measure: str, queue: str | None) -> JobResult | None:
    """Choose a job that shows best what a measure found; None where no single job does."""
    jobs = observation.jobs(queue)
    if not jobs:
        return None
    if measure in _EXTREMES:
        return max(jobs, key=_EXTREMES[measure])
    if measure in ("delivered", "not_delivered"):
        return _best([job for job in jobs if job.outcome is not Outcome.DELIVERED], observation)
    if measure in {outcome.field for outcome in Outcome}:
        return _best([job for job in jobs if job.outcome.field == measure], observation)
    shows = _SHOWS.get(measure)
    return None if shows is None else next((job for job in jobs if shows(job)), None)


def _best(jobs: list[JobResult], observation: Observation) -> JobResult | None:
    """Choose the first job that could have been done; one whose error is permanent shows nothing of a policy."""
    hopeless = {
        record.job
        for record in observation.result.trace
        if record.kind is EventKind.ATTEMPT_FAILED and (record.more or {}).get("permanent")
    }
    return next((job for job in jobs if job.job not in hopeless), jobs[0] if jobs else None)


def _delivery_ms(job: JobResult) -> float:
    return -1 if job.first_effect_ms is None else job.first_effect_ms - job.offered_ms


_EXTREMES: dict[str, Callable[[JobResult], float]] = {
    "delivery_p50": _delivery_ms,
    "delivery_p95": _delivery_ms,
    "delivery_max": _delivery_ms,
    "attempts": lambda job: job.attempts,
    "attempts_max": lambda job: job.attempts,
    "attempts_per_job": lambda job: job.attempts,
    "redis_commands_per_job": lambda job: job.attempts + job.stalls,
    "extra_effects": lambda job: job.effects,
}
_SHOWS: dict[str, Callable[[JobResult], bool]] = {
    "duplicated": lambda job: job.duplicated,
    "suppressed_duplicates": lambda job: job.suppressed > 0,
    "false_failures": lambda job: job.false_failure,
    "indeterminate": lambda job: job.indeterminate,
    "stalled": lambda job: job.stalls > 0,
}


IN_BRACKETS = "In brackets: the process, where it is another one than before."


class Evidence(NamedTuple):
    """What a learner is shown of a run that breaks a check.

    Attributes:
        heading: What the lines show.
        note: How to read them.
    """

    heading: str
    lines: list[str]
    note: str = ""


def evidence(check: Check, observation: Observation) -> Evidence:
    """Show what broke a check.

    Args:
        observation: A run that breaks it, with its events.
    """
    if check.measure in SETTINGS:
        return settings_evidence(check, observation.scenario)
    if check.measure in FROM_EVENTS:
        return Evidence("Faults, and who noticed them", _detections(observation))
    if check.measure == "redis_commands_per_job":
        most = sorted(observation.commands.items(), key=lambda pair: (-pair[1], pair[0]))[:8]
        jobs = max(1, observation.result.totals.offered)
        return Evidence(
            "The commands that Redis was asked for most",
            [f"{name.upper():<16}{count:>8,}   {count / jobs:.1f} a job" for name, count in most],
        )
    if check.measure == "records_kept":
        return Evidence(
            "Records of finished jobs at the end",
            [
                f"{queue:<16}{count:>8,}   {count - observation.failed_kept[queue]:,} completed, "
                f"{observation.failed_kept[queue]:,} failed"
                for queue, count in observation.records_kept.items()
            ],
        )
    job = counterexample(observation, check.measure, check.queue)
    if job is None:
        return Evidence("No single job shows it", [])
    return story_of(observation.result, job)


def settings_evidence(check: Check, scenario: Scenario) -> Evidence:
    """Show the settings that break a check, whatever a run does."""
    return Evidence(
        "The settings that say so", [f"  {line}" for line in settings_behind(scenario, check.measure, check.queue)]
    )


def story_of(result: ModeResult, job: JobResult, *, whole: bool = False) -> Evidence:
    """Show what happened to one job, and its story.

    Args:
        whole: Leave nothing out of a long story.
    """
    fate = f"{job.outcome.value}, {job.attempts} {'start' if job.attempts == 1 else 'starts'}"
    if job.effects > 1:
        fate += f", {job.effects} effects"
    return Evidence(f"The story of {job.job} ({fate})", job_story(result, job.job, whole=whole), IN_BRACKETS)


def _detections(observation: Observation) -> list[str]:
    detections = observation.result.detections
    told: list[str] = []
    for fault in detections.faults:
        alerts = [f"{one.alert} after {duration_in_words(fault.after_ms(one.fired_ms or 0))}" for one in fault.alerts]
        nobody = "-" if fault.is_operator_action else "NOBODY"
        told.append(f"{fault.window.start_ms / 1_000:>9.3f}s  {fault.window.label}: {', '.join(alerts) or nobody}")
    told += [
        f"{(one.fired_ms or 0) / 1_000:>9.3f}s  FALSE: {one.alert} fired, and nothing was broken"
        for one in detections.false
    ]
    return told
