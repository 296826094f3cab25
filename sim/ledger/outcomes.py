"""From what happened to a job to the one outcome that it ends with.

Pure functions: the facts come from the ledger, from the application's database and outbox (how many effects stand), and
from the queue's keys at the end of the run (where the job is). What the queue claims never decides whether a job was
delivered.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum

from sim.ledger.events import Event, Ledger


class Outcome(StrEnum):
    """The label that an offered job ends with: exactly one.

    Source: DESIGN of the project, restated in docs/outcomes.md.
    """

    REJECTED = "rejected"
    DELIVERED = "delivered"
    FAILED_REPORTED = "failed-reported"
    FAILED_RETAINED = "failed-retained"
    FAILED_EVICTED = "failed-evicted"
    DEAD_LETTERED = "dead-lettered"
    LOST = "lost"
    PENDING = "pending"

    @property
    def field(self) -> str:
        """The outcome's name as a key in JSON and in ``expect``: ``failed_evicted``."""
        return self.value.replace("-", "_")


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


RECORDS_OF_FAILURE = ("failed", "dead")
"""From where a record may have been removed that said of a job that it failed: by retention, or by an operator."""


@dataclass(slots=True)
class JobFacts:
    """What the ledger, the database and the queue say of one offered job.

    Attributes:
        job: The offer's name, such as ``email-17``.
        offered_ms: When the producer wanted it done, ms since the run began.
        effects: How many times its effect stands in the database or outbox.
        place: Where the queue holds it when the run ends.
    """

    job: str
    queue: str
    offered_ms: int
    accepted: bool = False
    rejected: bool = False
    reported: bool = False
    failed: bool = False
    evicted_from: str | None = None
    attempts: int = 0
    stalls: int = 0
    suppressed: int = 0
    effects: int = 0
    first_effect_ms: int | None = None
    ended_ms: int | None = None
    place: Place = Place.NOWHERE


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """One job's outcome, with the counts that lie over it."""

    job: str
    queue: str
    outcome: Outcome
    offered_ms: int
    first_effect_ms: int | None
    ended_ms: int | None
    attempts: int
    effects: int
    stalls: int
    suppressed: int
    false_failure: bool
    indeterminate: bool

    @property
    def duplicated(self) -> bool:
        """Whether the effect stands twice or more."""
        return self.effects >= 2


@dataclass(slots=True)
class Counts:
    """How many jobs ended how, and the counts over them; the field names are the keys of the JSON contract."""

    offered: int = 0
    rejected: int = 0
    delivered: int = 0
    failed_reported: int = 0
    failed_retained: int = 0
    failed_evicted: int = 0
    dead_lettered: int = 0
    lost: int = 0
    pending: int = 0
    duplicated: int = 0
    extra_effects: int = 0
    suppressed_duplicates: int = 0
    false_failures: int = 0
    indeterminate: int = 0
    stalled: int = 0
    attempts: int = 0

    def as_dict(self) -> dict[str, int]:
        """The counts by name, in the order of the contract."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    @property
    def adds_up(self) -> bool:
        """Whether the outcomes sum to what was offered."""
        parts: list[int] = [getattr(self, outcome.field) for outcome in Outcome]
        return self.offered == sum(parts)


@dataclass(slots=True)
class Audit:
    """What stands when the run ends, as read from the database, the outbox and the queue's keys.

    Attributes:
        effects: How many effects stand for each job; a job without one may be left out.
        places: Where the queue, the client or the application holds each job; NOWHERE may be left out.
    """

    effects: Mapping[str, int] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)


def gather_facts(ledger: Ledger, audit: Audit) -> list[JobFacts]:
    """Read the facts of every offered job out of the ledger and the audit, in the order of the offers."""
    facts: dict[str, JobFacts] = {}
    for t_ms, queue, job, event, _attempt, _worker, more in ledger:
        if job is None or queue is None:
            continue
        if event is Event.OFFERED:
            facts[job] = JobFacts(job, queue, t_ms)
            continue
        fact = facts[job]
        if event is Event.STARTED:
            fact.attempts += 1
        elif event is Event.EFFECT:
            if fact.first_effect_ms is None:
                fact.first_effect_ms = t_ms
        elif event is Event.ACCEPTED:
            fact.accepted = True
        elif event is Event.COMPLETED:
            fact.ended_ms = t_ms
        elif event is Event.FAILED:
            fact.failed = True
            fact.ended_ms = t_ms
            fact.reported = fact.reported or ledger.mode == "in-process"
        elif event is Event.STALLED:
            fact.stalls += 1
        elif event is Event.REJECTED:
            fact.rejected = True
            fact.ended_ms = t_ms
        elif event is Event.EFFECT_SUPPRESSED:
            fact.suppressed += 1
        elif event is Event.EVICTED:
            fact.evicted_from = (more or {}).get("from")
        elif event is Event.PURGED:
            fact.evicted_from = "dead"
        elif event is Event.RETRIED or event is Event.REPLAYED:
            fact.evicted_from = None
    for job, fact in facts.items():
        fact.effects = audit.effects.get(job, 0)
        fact.place = audit.places.get(job, Place.NOWHERE)
    return list(facts.values())


def outcome_of(facts: JobFacts) -> Outcome:
    """Name the one outcome of a job; the order of the questions is the precedence."""
    if facts.effects:
        return Outcome.DELIVERED
    if facts.place is Place.DEAD:
        return Outcome.DEAD_LETTERED
    if facts.place is Place.FAILED:
        return Outcome.FAILED_RETAINED
    if facts.place in (Place.WAITING, Place.ACTIVE, Place.DELAYED, Place.SUBMITTING):
        return Outcome.PENDING
    if facts.reported:
        return Outcome.FAILED_REPORTED
    if facts.evicted_from in RECORDS_OF_FAILURE:
        return Outcome.FAILED_EVICTED
    if facts.rejected and not facts.accepted:
        return Outcome.REJECTED
    return Outcome.LOST


def judge(facts: JobFacts) -> JobOutcome:
    """Turn the facts of a job into its outcome and overlays."""
    outcome = outcome_of(facts)
    delivered = outcome is Outcome.DELIVERED
    removed = facts.evicted_from in RECORDS_OF_FAILURE
    says_failed = facts.place in (Place.FAILED, Place.DEAD) or removed or facts.reported
    caller_saw_error = facts.rejected or (facts.reported and delivered)
    return JobOutcome(
        job=facts.job,
        queue=facts.queue,
        outcome=outcome,
        offered_ms=facts.offered_ms,
        first_effect_ms=facts.first_effect_ms,
        ended_ms=facts.ended_ms,
        attempts=facts.attempts,
        effects=facts.effects,
        stalls=facts.stalls,
        suppressed=facts.suppressed,
        false_failure=delivered and says_failed,
        indeterminate=caller_saw_error and facts.accepted,
    )


def count(jobs: Iterable[JobOutcome]) -> Counts:
    """Add up outcomes and overlays."""
    counts = Counts()
    for job in jobs:
        counts.offered += 1
        name = job.outcome.field
        setattr(counts, name, getattr(counts, name) + 1)
        counts.duplicated += job.duplicated
        counts.extra_effects += max(0, job.effects - 1)
        counts.suppressed_duplicates += job.suppressed
        counts.false_failures += job.false_failure
        counts.indeterminate += job.indeterminate
        counts.stalled += job.stalls
        counts.attempts += job.attempts
    return counts
