"""The story of one job: everything that happened to it, and what broke around it meanwhile."""

from collections.abc import Callable
from typing import Any

from sim.core.durations import format_duration
from sim.exercises.measures import Observation
from sim.ledger.events import Event, Record
from sim.ledger.outcomes import JobOutcome, Outcome

MOST_LINES = 40
"""A longer story leaves out its middle."""

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


def job_story(observation: Observation, job: str) -> list[str]:
    """Tell one job's story, a line for each thing that happened; what broke around it is told where it fell between.

    Raises:
        TraceNotKept: The run kept no events.
    """
    own = [record for record in observation.result.ledger if record.job == job]
    if not own:
        return []
    first_ms, last_ms = own[0].t_ms, own[-1].t_ms
    workers = {record.worker for record in own if record.worker}
    told: list[str] = []
    crashed: set[str] = set()
    for record in observation.result.ledger:
        is_back = record.event is Event.WORKER_STARTED and record.worker in crashed
        if record.event is Event.WORKER_CRASHED and record.worker:
            crashed.add(record.worker)
        if record.job == job or (first_ms <= record.t_ms <= last_ms and _surrounds(record, workers, is_back)):
            told.append(_line(record))
    if len(told) > MOST_LINES:
        half = MOST_LINES // 2
        told = [*told[:half], f"{'':>10}  … {len(told) - 2 * half} more lines …", *told[-half:]]
    return told


def _surrounds(record: Record, workers: set[str], is_back: bool) -> bool:
    """Tell whether something that concerns no job belongs into the story of one that these workers had."""
    if record.job is not None or record.event not in _TOLD:
        return False
    if record.event is Event.WORKER_STARTED:
        return is_back and record.worker in workers
    if record.event in (Event.WORKER_CRASHED, Event.WORKER_FROZEN, Event.WORKER_RESUMED):
        return record.worker in workers
    return True


def _line(record: Record) -> str:
    detail_of = _DETAILS.get(record.event)
    more = "" if detail_of is None else detail_of(record.more or {})
    what = _TOLD.get(record.event, record.event.value)
    if record.event is Event.STARTED:
        what = f"attempt {record.attempt} starts"
    detail = f": {more}" if more else ""
    who = record.worker or ""
    if record.job is None:
        return f"{_clock(record.t_ms)}  · {f'{who} ' if who else ''}{what}{detail}"
    by = f"  ({who})" if who and who not in ("producer", "queue") else ""
    return f"{_clock(record.t_ms)}    {what}{detail}{by}"


def _clock(t_ms: int) -> str:
    return f"{t_ms / 1_000:>9.3f}s"


def witness(observation: Observation, measure: str, queue: str | None) -> JobOutcome | None:
    """Choose a job that shows best what a measure found; None where no single job does."""
    jobs = observation.jobs(queue)
    if not jobs:
        return None
    if measure in _EXTREMES:
        return max(jobs, key=_EXTREMES[measure])
    if measure == "delivered":
        return next((job for job in jobs if job.outcome is not Outcome.DELIVERED), None)
    if measure in {outcome.field for outcome in Outcome}:
        return next((job for job in jobs if job.outcome.field == measure), None)
    shows = _SHOWS.get(measure)
    return None if shows is None else next((job for job in jobs if shows(job)), None)


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
