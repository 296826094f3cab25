"""What is known of one job, and which events tell it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sim.results.trace import EventKind


class Place(StrEnum):
    """Where the queue holds a job when the run ends."""

    WAITING = "waiting"
    ACTIVE = "active"
    DELAYED = "delayed"
    COMPLETED = "completed"
    FAILED = "failed"
    DEAD = "dead"
    SUBMITTING = "submitting"  # still in the client's offline queue, or running inside the application
    NOWHERE = "nowhere"


@dataclass(slots=True)
class JobFacts:
    """What the trace, the database and the queue say of one offered job.

    Attributes:
        job: The offer's name, such as ``email-17``.
        offered_ms: When the producer wanted it done, ms since the run began.
        reported: Whether its caller was told that it failed, as only a caller in the same process is.
        effects: How many times its effect stands in the database or outbox; of several, all of them together.
        done: How many different ones of the effects that the scenario lists stand.
        parts: How many it lists; 0 for a handler with one effect of its own.
        first_effect_ms: When it had them all for the first time, ms since the run began.
        place: Where the queue holds it when the run ends.
        delay_ms: How long after the offer it becomes due.
        deliver_within_ms: Within which time of being due it is to be delivered; None: nothing was promised.
    """

    job: str
    queue: str
    offered_ms: int
    enqueued: bool = False
    rejected: bool = False
    ignored: bool = False
    reported: bool = False
    evicted_from: str | None = None
    attempts: int = 0
    stalls: int = 0
    suppressed: int = 0
    effects: int = 0
    done: int = 0
    parts: int = 0
    first_effect_ms: int | None = None
    ended_ms: int | None = None
    place: Place = Place.NOWHERE
    delay_ms: int = 0
    deliver_within_ms: int | None = None


Tell = Callable[[JobFacts, int, dict[str, Any] | None], None]
"""Adds what an event says to the facts of its job; takes its time in ms since the run began, and its ``more``."""


def tells_of(mode: str) -> Mapping[EventKind, Tell]:
    """Return the events that change the facts of a job in this mode, and how; all other events change none."""
    return _IN_PROCESS if mode == "in-process" else _QUEUE


def offered_facts(queue: str, job: str, t_ms: int, more: Mapping[str, Any] | None) -> JobFacts:
    """Return what is known of a job that is offered."""
    facts = JobFacts(job, queue, t_ms)
    if more is not None:
        facts.delay_ms = more.get("delay_ms", 0)
        facts.deliver_within_ms = more.get("deliver_within_ms")
    return facts


def _enqueued(facts: JobFacts, _t_ms: int, more: dict[str, Any] | None) -> None:
    facts.enqueued = True
    if more is not None and "delay_ms" in more:
        facts.delay_ms = more["delay_ms"]


def _rejected(facts: JobFacts, t_ms: int, _more: dict[str, Any] | None) -> None:
    facts.rejected = True
    facts.ended_ms = t_ms


def _ignored(facts: JobFacts, t_ms: int, _more: dict[str, Any] | None) -> None:
    facts.ignored = True
    if not facts.enqueued:  # otherwise it was sent a second time, after a lost reply
        facts.ended_ms = t_ms


def _started(facts: JobFacts, _t_ms: int, _more: dict[str, Any] | None) -> None:
    facts.attempts += 1


def _effect(facts: JobFacts, t_ms: int, more: dict[str, Any] | None) -> None:
    if facts.first_effect_ms is None and not (more or {}).get("missing"):
        facts.first_effect_ms = t_ms


def _deduplicated(facts: JobFacts, _t_ms: int, _more: dict[str, Any] | None) -> None:
    facts.suppressed += 1


def _ended(facts: JobFacts, t_ms: int, _more: dict[str, Any] | None) -> None:
    facts.ended_ms = t_ms


def _failed_before_its_caller(facts: JobFacts, t_ms: int, _more: dict[str, Any] | None) -> None:
    facts.ended_ms = t_ms
    facts.reported = True


def _stalled(facts: JobFacts, _t_ms: int, _more: dict[str, Any] | None) -> None:
    facts.stalls += 1


def _evicted(facts: JobFacts, _t_ms: int, more: dict[str, Any] | None) -> None:
    facts.evicted_from = (more or {}).get("from")


def _purged(facts: JobFacts, _t_ms: int, _more: dict[str, Any] | None) -> None:
    facts.evicted_from = "dead"


def _retried(facts: JobFacts, _t_ms: int, _more: dict[str, Any] | None) -> None:
    facts.evicted_from = None


_QUEUE: Mapping[EventKind, Tell] = {
    EventKind.ENQUEUED: _enqueued,
    EventKind.REJECTED: _rejected,
    EventKind.IGNORED: _ignored,
    EventKind.STARTED: _started,
    EventKind.EFFECT: _effect,
    EventKind.EFFECT_DEDUPLICATED: _deduplicated,
    EventKind.COMPLETED: _ended,
    EventKind.FAILED: _ended,
    EventKind.STALLED: _stalled,
    EventKind.EVICTED: _evicted,
    EventKind.PURGED: _purged,
    EventKind.REMOVED: _evicted,
    EventKind.RETRIED: _retried,
    EventKind.REPLAYED: _retried,
}
_IN_PROCESS: Mapping[EventKind, Tell] = {**_QUEUE, EventKind.FAILED: _failed_before_its_caller}
