"""From what happened to a job to the one outcome that it ends with.

Pure functions: the facts come from the trace, from the application's database and outbox (how many effects stand), and
from the queue's keys at the end of the run (where the job is). What the queue claims never decides whether a job was
delivered.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields

from sim.results.facts import JobFacts, Place, offered_facts, tells_of
from sim.results.job_results import JobResult, JobResults, Outcome
from sim.results.trace import EventKind, Trace
from sim.yaml_files.fields import ModeName

__all__ = [
    "Counts",
    "FinalState",
    "JobFacts",
    "JobResult",
    "JobResults",
    "Outcome",
    "Place",
    "add_up",
    "classify_outcomes",
    "count_by_queue",
    "gather_facts",
    "judge",
    "outcome_of",
]


RECORDS_OF_FAILURE = ("failed", "dead")
"""From where a record may have been removed that said of a job that it failed: by retention, or by an operator."""


@dataclass(slots=True)
class Counts:
    """How many jobs had which outcome, and overlapping counts; the field names are the keys of the JSON contract."""

    offered: int = 0
    rejected: int = 0
    ignored: int = 0
    delivered: int = 0
    failed_reported: int = 0
    failed_retained: int = 0
    failed_evicted: int = 0
    dead_lettered: int = 0
    lost: int = 0
    pending: int = 0
    duplicated: int = 0
    late: int = 0
    extra_effects: int = 0
    suppressed_duplicates: int = 0
    partial: int = 0
    false_failures: int = 0
    indeterminate: int = 0
    stalled: int = 0
    attempts: int = 0

    @property
    def not_delivered(self) -> int:
        """Jobs without all their effects, for whatever reason: the eight other outcomes together."""
        return self.offered - self.delivered

    def as_dict(self) -> dict[str, int]:
        """The counts by name, in the order of the contract; ``not_delivered`` follows ``delivered``."""
        counts: dict[str, int] = {}
        for f in fields(self):
            counts[f.name] = getattr(self, f.name)
            if f.name == "delivered":
                counts["not_delivered"] = self.not_delivered
        return counts

    @property
    def adds_up(self) -> bool:
        """Whether the outcomes sum to what was offered."""
        parts: list[int] = [getattr(self, outcome.field) for outcome in Outcome]
        return self.offered == sum(parts)


@dataclass(slots=True)
class FinalState:
    """What stands when the run ends, as read from the database, the outbox and the queue's keys.

    Attributes:
        effects: How many effects stand for each job; a job without one may be left out.
        parts: How many different effects a job has, by queue, where the scenario lists them.
        done: How many different effects stand, for each job of such a queue that has any.
        places: Where the queue, the client or the application holds each job; NOWHERE may be left out.
    """

    effects: Mapping[str, int] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    parts: Mapping[str, int] = field(default_factory=dict)
    done: Mapping[str, int] = field(default_factory=dict)

    def tell_effects(self, fact: JobFacts) -> None:
        """Say in the facts of a job which of its effects stand."""
        fact.effects = self.effects.get(fact.job, 0)
        if self.parts and fact.queue in self.parts:
            fact.parts = self.parts[fact.queue]
            fact.done = self.done.get(fact.job, 0)


def gather_facts(trace: Trace, final_state: FinalState) -> list[JobFacts]:
    """Read the facts of every offered job out of the trace and the audit, in the order of the offers.

    Raises:
        TraceNotKept: The trace holds no events.
    """
    tells = tells_of(trace.mode)
    facts: dict[str, JobFacts] = {}
    for t_ms, queue, job, event, _attempt, _worker, more in trace:
        if job is None or queue is None:
            continue
        if event is EventKind.OFFERED:
            facts[job] = offered_facts(queue, job, t_ms, more)
            continue
        tell = tells.get(event)
        if tell is not None:
            tell(facts[job], t_ms, more)
    for job, fact in facts.items():
        final_state.tell_effects(fact)
        fact.place = final_state.places.get(job, Place.NOWHERE)
    return list(facts.values())


_STANDING = {
    Place.DEAD: Outcome.DEAD_LETTERED,
    Place.FAILED: Outcome.FAILED_RETAINED,
    Place.WAITING: Outcome.PENDING,
    Place.ACTIVE: Outcome.PENDING,
    Place.DELAYED: Outcome.PENDING,
    Place.SUBMITTING: Outcome.PENDING,
}
"""What a job without effect ends as, by where it stands; the other places say nothing."""


def outcome_of(facts: JobFacts) -> Outcome:
    """Name the one outcome of a job; the order of the questions is the precedence."""
    if facts.effects and facts.done >= facts.parts:
        return Outcome.DELIVERED
    standing = _STANDING.get(facts.place)
    if standing is not None:
        return standing
    if facts.reported:
        return Outcome.FAILED_REPORTED
    if facts.evicted_from in RECORDS_OF_FAILURE:
        return Outcome.FAILED_EVICTED
    if not facts.enqueued:
        if facts.ignored:
            return Outcome.IGNORED
        if facts.rejected:
            return Outcome.REJECTED
    return Outcome.LOST


def judge(mode: ModeName, facts: JobFacts) -> JobResult:
    """Turn the facts of a job in a mode into its outcome and overlays."""
    outcome = outcome_of(facts)
    delivered = outcome is Outcome.DELIVERED
    reported = facts.reported
    says_failed = reported or facts.evicted_from in RECORDS_OF_FAILURE or facts.place in _SAYS_FAILED
    made = (
        mode,
        facts.queue,
        facts.job,
        outcome,
        facts.offered_ms,
        facts.first_effect_ms,
        facts.ended_ms,
        facts.attempts,
        facts.effects,
        facts.stalls,
        facts.suppressed,
        delivered and says_failed,
        facts.enqueued and (facts.rejected or (reported and delivered)),
        facts.offered_ms + facts.delay_ms,
        facts.deliver_within_ms,
        facts.done,
    )
    return _job_result(JobResult, made)


_job_result = tuple.__new__
"""Makes a result from its fields in a third of the time that its own constructor takes."""
_SAYS_FAILED = frozenset({Place.FAILED, Place.DEAD})


def classify_outcomes(mode: ModeName, facts: Iterable[JobFacts], final_state: FinalState) -> JobResults:
    """Give every job its outcome: what its events told already, with what stands at the end; in the order given."""
    tell, places = final_state.tell_effects, final_state.places
    outcomes: list[JobResult] = []
    for fact in facts:
        tell(fact)
        fact.place = places.get(fact.job, Place.NOWHERE)
        outcomes.append(judge(mode, fact))
    return JobResults(outcomes)


def count_by_queue(jobs: Iterable[JobResult]) -> dict[str, Counts]:
    """Count outcomes and overlays of each queue that has any job, in one walk over the jobs."""
    queues: dict[str, tuple[Counts, dict[Outcome, int]]] = {}
    for job in jobs:
        try:
            counts, ended = queues[job.queue]
        except KeyError:
            counts, ended = queues[job.queue] = Counts(), dict.fromkeys(Outcome, 0)
        ended[job.outcome] += 1
        counts.attempts += job.attempts
        if job.effects > 1 and (extra := job.extra_effects):
            counts.duplicated += job.duplicated
            counts.extra_effects += extra
        if job.suppressed:
            counts.suppressed_duplicates += job.suppressed
        if job.done and job.outcome is not Outcome.DELIVERED:
            counts.partial += 1
        if job.stalls:
            counts.stalled += job.stalls
        if job.false_failure:
            counts.false_failures += 1
        if job.indeterminate:
            counts.indeterminate += 1
        if job.deliver_within_ms is not None and job.late:
            counts.late += 1
    for counts, ended in queues.values():
        counts.offered = sum(ended.values())
        for outcome, number in ended.items():
            setattr(counts, _FIELDS[outcome], number)
    return {queue: counts for queue, (counts, _ended) in queues.items()}


_FIELDS = {outcome: outcome.field for outcome in Outcome}


def add_up(parts: Iterable[Counts]) -> Counts:
    """Add counts of different jobs together."""
    counts = Counts()
    for part in parts:
        for name in Counts.__slots__:
            setattr(counts, name, getattr(counts, name) + getattr(part, name))
    return counts
