"""What is known of one job, and which events tell it.

How a run ended, and what was left to do.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from sim.core.durations import format_duration
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
        effects: How many times its effect stands in the database or outbox.
        place: Where the queue holds it when the run ends.
    """

    job: str
    queue: str
    offered_ms: int
    accepted: bool = False
    rejected: bool = False
    reported: bool = False
    evicted_from: str | None = None
    attempts: int = 0
    stalls: int = 0
    suppressed: int = 0
    effects: int = 0
    first_effect_ms: int | None = None
    ended_ms: int | None = None
    place: Place = Place.NOWHERE


Tell = Callable[[JobFacts, int, dict[str, Any] | None], None]
"""Adds what an event says to the facts of its job; takes its time in ms since the run began, and its ``more``."""


def tells_of(mode: str) -> Mapping[EventKind, Tell]:
    """Return the events that change the facts of a job in this mode, and how; all other events change none."""
    return _IN_PROCESS if mode == "in-process" else _QUEUE


def _accepted(facts: JobFacts, _t_ms: int, _more: dict[str, Any] | None) -> None:
    facts.accepted = True


def _rejected(facts: JobFacts, t_ms: int, _more: dict[str, Any] | None) -> None:
    facts.rejected = True
    facts.ended_ms = t_ms


def _started(facts: JobFacts, _t_ms: int, _more: dict[str, Any] | None) -> None:
    facts.attempts += 1


def _effect(facts: JobFacts, t_ms: int, _more: dict[str, Any] | None) -> None:
    if facts.first_effect_ms is None:
        facts.first_effect_ms = t_ms


def _suppressed(facts: JobFacts, _t_ms: int, _more: dict[str, Any] | None) -> None:
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
    EventKind.ACCEPTED: _accepted,
    EventKind.REJECTED: _rejected,
    EventKind.STARTED: _started,
    EventKind.EFFECT: _effect,
    EventKind.EFFECT_SUPPRESSED: _suppressed,
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


EndedBy = Literal["settled", "duration", "horizon", "hand"]
"""Nothing was left to do, the scenario's ``duration``, the default horizon, or whoever took stock before all that."""


@dataclass(frozen=True)
class RunEnd:
    """How one mode of a run ended.

    Attributes:
        at_ms: When, ms since the run began.
        pending: How many jobs had no outcome yet, by where they stood; places without any are left out.
        due_ms: When the first and the last delayed one become due, ms since the run began; None where none does.
        lately: How many jobs ended in the last ``lately_ms``, which tells whether more time would help.
        held_up: By queue, why nobody takes its jobs: ``paused`` or ``no workers``; empty for the queues that go on.
        enough_ms: A duration with which they would probably be settled, ms; None where more time alone does not help.
    """

    by: EndedBy
    at_ms: int
    pending: dict[Place, int] = field(default_factory=dict)
    due_ms: tuple[int, int] | None = None
    lately: int = 0
    lately_ms: int = 0
    held_up: dict[str, str] = field(default_factory=dict)
    enough_ms: int | None = None

    @property
    def is_early(self) -> bool:
        """Whether it ended before all was settled."""
        return self.by != "settled" and any(self.pending.values())

    def as_dict(self) -> dict[str, Any]:
        """The end as the JSON contract writes it."""
        first_ms, last_ms = self.due_ms or (None, None)
        return {
            "by": self.by,
            "at_ms": self.at_ms,
            "early": self.is_early,
            "pending": {place.value: count for place, count in self.pending.items()},
            "first_due_ms": first_ms,
            "last_due_ms": last_ms,
            "held_up": self.held_up,
            "duration": None if self.enough_ms is None else format_duration(self.enough_ms),
        }
