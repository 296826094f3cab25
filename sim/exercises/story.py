"""The story of one job: everything that happened to it, and what broke around it meanwhile."""

from collections.abc import Callable
from typing import Any

from sim.core.durations import format_duration
from sim.exercises.measures import Observation
from sim.ledger.events import Event, Record
from sim.ledger.outcomes import JobOutcome, Outcome
from sim.report.result import ModeResult

MOST_LINES = 24
"""A longer story leaves out its middle, unless the whole of it is asked for."""
LONG_MS = 10 * 60_000
"""From here on a story tells the time in hours, minutes and seconds, as the texts of long exercises do."""

_TOLD: dict[Event, str] = {
    Event.OFFERED: "offered by the application",
    Event.SUBMIT_WAITING: "the submit waits: Redis is away",
    Event.ACCEPTED: "accepted by the queue",
    Event.REJECTED: "the submit failed",
    Event.PROMOTED: "its delay is over: back in line",
    Event.TAKEN: "taken, not locked yet",
    Event.KILLED: "its worker is killed",
    Event.STARTED: "starts",
    Event.EFFECT: "its effect happens",
    Event.EFFECT_SUPPRESSED: "a second effect stopped by the key",
    Event.ATTEMPT_FAILED: "the attempt fails",
    Event.RETRY_SCHEDULED: "will be tried again",
    Event.COMPLETED: "completed",
    Event.REFUSED: "the queue refuses the worker's report",
    Event.FAILED: "FAILED for good",
    Event.STALLED: "found stalled: back in line",
    Event.EVICTED: "its record is removed by retention",
    Event.REMOVED: "removed by an operator",
    Event.RETRIED: "retried by an operator",
    Event.DEAD_LETTERED: "put in the dead letter queue",
    Event.REPLAYED: "replayed from the dead letter queue",
    Event.PURGED: "thrown away as a dead letter",
    Event.FORGOTTEN: "gone with Redis: its disk has nothing of it",
    Event.RESTORED: "put back by Redis: its disk has it in an older place",
    Event.LOST: "LOST: nothing knows of it any more",
    Event.WORKER_STARTED: "is started again",
    Event.WORKER_CRASHED: "crashes",
    Event.WORKER_FROZEN: "freezes",
    Event.WORKER_RESUMED: "goes on",
    Event.REDIS_DOWN: "Redis goes away",
    Event.REDIS_UP: "Redis is back",
    Event.DATABASE_FAULT_BEGAN: "the database fails",
    Event.DATABASE_FAULT_ENDED: "the database works again",
    Event.HANDLER_FAULT_BEGAN: "handlers begin to fail",
    Event.HANDLER_FAULT_ENDED: "handlers work again",
}
_DETAILS: dict[Event, Callable[[dict[str, Any]], str]] = {
    Event.ATTEMPT_FAILED: lambda more: str(more.get("error", "")),
    Event.RETRY_SCHEDULED: lambda more: (
        f"in {format_duration(round(more['delay_ms']))}" if more.get("delay_ms") else ""
    ),
    Event.FAILED: lambda more: str(more.get("reason", "")),
    Event.EFFECT: lambda more: str(more.get("system", "")),
    Event.KILLED: lambda more: str(more.get("step", "")),
    Event.REFUSED: lambda more: str(more.get("error", "")),
    Event.REJECTED: lambda more: str(more.get("error", "")),
    Event.EVICTED: lambda more: f"from {more['from']}" if "from" in more else "",
    Event.REDIS_DOWN: lambda more: str(more.get("why", "")),
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
    own = [record for record in result.ledger if record.job == job]
    if not own:
        return []
    first_ms, last_ms = own[0].t_ms, own[-1].t_ms
    clock = _long_clock if last_ms >= LONG_MS else _clock
    told: list[str] = []
    hands = _Hands()
    shown = ""
    for record in result.ledger:
        if record.job == job:
            who = "" if record.worker in (None, "producer", "queue", shown) else record.worker
            shown = who or shown
            told.append(f"{clock(record.t_ms)}    {_what(record)}{f'  ({who})' if who else ''}")
            hands.follow(record)
        elif (
            record.job is None
            and first_ms <= record.t_ms
            and (record.t_ms <= last_ms or record.event in _BEFALLS)
            and hands.surrounds(record)
        ):
            who = f"{record.worker} " if record.worker else ""
            told.append(f"{clock(record.t_ms)}  · {who}{_what(record)}")
    if len(told) > MOST_LINES and not whole:
        half = MOST_LINES // 2
        told = [*told[:half], f"{'':>10}  … {len(told) - 2 * half} more lines: run with --job {job} …", *told[-half:]]
    return told


class _Hands:
    """The processes that have a job in their hands: more than one when the queue takes a living one for dead."""

    def __init__(self) -> None:
        self._holding: set[str] = set()
        self._crashed: set[str] = set()

    def follow(self, record: Record) -> None:
        """Note what an event of the job says about who has it."""
        if record.event in _TAKES_IT and record.worker:
            self._holding.add(record.worker)
        elif record.event in _LETS_GO:
            self._holding.discard(record.worker or "")

    def surrounds(self, record: Record) -> bool:
        """Tell whether something that concerns no job belongs into the story."""
        who = record.worker or ""
        if record.event is Event.WORKER_STARTED:
            told = who in self._crashed
            self._crashed.discard(who)
            return told
        if record.event is Event.WORKER_CRASHED and who in self._holding:
            self._holding.discard(who)
            self._crashed.add(who)
            return True
        if record.event in _BEFALLS:
            return who in self._holding
        return record.event in _TOLD


_TAKES_IT = (Event.TAKEN, Event.STARTED)
_BEFALLS = (Event.WORKER_CRASHED, Event.WORKER_STARTED, Event.WORKER_FROZEN, Event.WORKER_RESUMED)
_LETS_GO = (Event.ATTEMPT_FAILED, Event.COMPLETED, Event.REFUSED)


def _what(record: Record) -> str:
    detail_of = _DETAILS.get(record.event)
    more = "" if detail_of is None else detail_of(record.more or {})
    what = _TOLD.get(record.event, record.event.value)
    if record.event is Event.STARTED:
        what = f"attempt {record.attempt} starts"
    return f"{what}: {more}" if more else what


def _clock(t_ms: int) -> str:
    return f"{t_ms / 1_000:>9.3f}s"


def _long_clock(t_ms: int) -> str:
    minutes, ms = divmod(t_ms, 60_000)
    return f"{minutes // 60:>2}:{minutes % 60:02}:{ms // 1_000:02}.{ms % 1_000:03}"


def witness(observation: Observation, measure: str, queue: str | None) -> JobOutcome | None:
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


def _best(jobs: list[JobOutcome], observation: Observation) -> JobOutcome | None:
    """Choose the first job that could have been done; one whose error is permanent shows nothing of a policy."""
    hopeless = {
        record.job
        for record in observation.result.ledger
        if record.event is Event.ATTEMPT_FAILED and (record.more or {}).get("permanent")
    }
    return next((job for job in jobs if job.job not in hopeless), jobs[0] if jobs else None)


def _delivery_ms(job: JobOutcome) -> float:
    return -1 if job.first_effect_ms is None else job.first_effect_ms - job.offered_ms


_EXTREMES: dict[str, Callable[[JobOutcome], float]] = {
    "delivery_p50": _delivery_ms,
    "delivery_p95": _delivery_ms,
    "delivery_max": _delivery_ms,
    "attempts": lambda job: job.attempts,
    "attempts_max": lambda job: job.attempts,
    "attempts_per_job": lambda job: job.attempts,
    "redis_commands_per_job": lambda job: job.attempts + job.stalls,
    "extra_effects": lambda job: job.effects,
}
_SHOWS: dict[str, Callable[[JobOutcome], bool]] = {
    "duplicated": lambda job: job.duplicated,
    "suppressed_duplicates": lambda job: job.suppressed > 0,
    "false_failures": lambda job: job.false_failure,
    "indeterminate": lambda job: job.indeterminate,
    "stalled": lambda job: job.stalls > 0,
}
