"""The life of single jobs as a picture draws it: one lane a job, with segments and markers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sim.ledger.events import Event
from sim.ledger.outcomes import JobOutcome, Outcome
from sim.report.replay import Attempt, AttemptEnd, State, replay
from sim.report.result import ModeResult, Result
from sim.report.series import loss_times


class SegmentKind(StrEnum):
    """What a stretch of a lane shows; the five kinds of attempts are told apart by how they ended."""

    SUBMITTING = "submitting"
    WAITING = "waiting"
    OK = "attempt-ok"
    FAILED = "attempt-failed"
    KILLED = "attempt-killed"
    REFUSED = "attempt-refused"
    UNFINISHED = "attempt-unfinished"
    HELD = "held"
    ABANDONED = "abandoned"
    BACKOFF = "backoff"

    @property
    def is_attempt(self) -> bool:
        """Whether a handler was running."""
        return self.value.startswith("attempt-")


class MarkerKind(StrEnum):
    """What happened to a job at one moment."""

    EFFECT = "effect"
    DUPLICATE = "duplicate"
    SUPPRESSED = "suppressed"
    REJECTED = "rejected"
    FAILED = "failed"
    EVICTED = "evicted"
    RETRIED = "retried"
    DEAD_LETTERED = "dead-lettered"
    REPLAYED = "replayed"
    PURGED = "purged"
    FORGOTTEN = "forgotten"
    LOST = "lost"


@dataclass(slots=True)
class Segment:
    """A stretch of a lane.

    Attributes:
        start_ms: Milliseconds since the run began.
        end_ms: Milliseconds since the run began.
        attempt: Which attempt it is, from 1; 0 when nothing ran.
        worker: The process that ran it, or None.
        track: The part of the lane it is drawn in, from 0: two attempts at one time lie side by side.
    """

    kind: SegmentKind
    start_ms: int
    end_ms: int
    attempt: int = 0
    worker: str | None = None
    track: int = 0


@dataclass(frozen=True, slots=True)
class Marker:
    """Something at one moment of a lane, drawn in the track of its attempt."""

    kind: MarkerKind
    t_ms: int
    track: int


@dataclass(slots=True)
class Lane:
    """One job's life in one mode.

    Attributes:
        offered_ms: When the producer wanted it done, ms since the run began.
        tracks: How many parts the lane has, at least 1.
    """

    job: str
    outcome: Outcome
    offered_ms: int
    segments: list[Segment] = field(default_factory=list)
    markers: list[Marker] = field(default_factory=list)

    @property
    def tracks(self) -> int:
        """How many parts the lane needs so that nothing covers anything else."""
        return 1 + max((segment.track for segment in self.segments), default=0)

    @property
    def end_ms(self) -> int:
        """When the job's life ended, ms since the run began; its record may have been removed much later."""
        ends = [segment.end_ms for segment in self.segments]
        ends += [marker.t_ms for marker in self.markers if marker.kind not in _REMOVALS]
        return max(ends, default=self.offered_ms)


_REMOVALS = (MarkerKind.EVICTED, MarkerKind.PURGED)
_KIND_OF_STATE = {
    State.SUBMITTING: SegmentKind.SUBMITTING,
    State.WAITING: SegmentKind.WAITING,
    State.ABANDONED: SegmentKind.ABANDONED,
    State.DELAYED: SegmentKind.BACKOFF,
    State.ACTIVE: SegmentKind.HELD,
}
_KIND_OF_END = {
    AttemptEnd.OK: SegmentKind.OK,
    AttemptEnd.FAILED: SegmentKind.FAILED,
    AttemptEnd.KILLED: SegmentKind.KILLED,
    AttemptEnd.REFUSED: SegmentKind.REFUSED,
    AttemptEnd.UNFINISHED: SegmentKind.UNFINISHED,
}
_KIND_OF_EVENT = {
    Event.EFFECT: MarkerKind.EFFECT,
    Event.EFFECT_SUPPRESSED: MarkerKind.SUPPRESSED,
    Event.REJECTED: MarkerKind.REJECTED,
    Event.FAILED: MarkerKind.FAILED,
    Event.EVICTED: MarkerKind.EVICTED,
    Event.RETRIED: MarkerKind.RETRIED,
    Event.DEAD_LETTERED: MarkerKind.DEAD_LETTERED,
    Event.REPLAYED: MarkerKind.REPLAYED,
    Event.PURGED: MarkerKind.PURGED,
    Event.FORGOTTEN: MarkerKind.FORGOTTEN,
}


def job_lanes(result: ModeResult, jobs: Sequence[str]) -> list[Lane]:
    """Draw up the lanes of some jobs, in the order given; a job that this mode never saw is left out."""
    wanted = set(jobs)
    lanes = {one.job: Lane(one.job, one.outcome, one.offered_ms) for one in result.jobs if one.job in wanted}
    played = replay(result.ledger, end_ms=result.simulated_ms, only=wanted)
    attempts: dict[str, list[Attempt]] = {}
    for attempt in played.attempts:
        attempts.setdefault(attempt.job, []).append(attempt)
        segment = Segment(_KIND_OF_END[attempt.end], attempt.start_ms, attempt.end_ms, attempt.number, attempt.worker)
        lanes[attempt.job].segments.append(segment)
    standing: dict[str, tuple[State, int]] = {}
    for t_ms, job, _old, new in played.changes:
        _close(lanes[job], standing.pop(job, None), t_ms, attempts.get(job, []))
        if new is not None:
            standing[job] = (new, t_ms)
    for job, state in standing.items():
        _close(lanes[job], state, played.end_ms, attempts.get(job, []))
    for lane in lanes.values():
        _assign_tracks(lane.segments)
    _mark(result, lanes)
    return [lanes[job] for job in jobs if job in lanes]


def choose_jobs(result: Result, limit: int) -> list[str]:
    """Choose the jobs that a picture shows, in the order of their offers.

    Jobs with the same story (in every mode) form a group. One of each group comes first, the most eventful group in
    front, then a second of each, and so on; jobs to which nothing special happened fill what is left.
    """
    by_job: dict[str, list[tuple[str, JobOutcome]]] = {}
    for mode, job in result.jobs:
        by_job.setdefault(job.job, []).append((mode, job))
    order = {name: place for place, name in enumerate(sorted(by_job, key=lambda name: by_job[name][0][1].offered_ms))}
    if len(by_job) <= limit:
        return list(order)
    groups: dict[tuple[object, ...], list[str]] = {}
    weights: dict[tuple[object, ...], int] = {}
    for name in order:
        story = tuple((mode, *_story(job)) for mode, job in by_job[name])
        groups.setdefault(story, []).append(name)
        weights[story] = sum(_weight(job) for _mode, job in by_job[name])
    ranked = sorted(groups, key=lambda story: -weights[story])
    eventful = [groups[story] for story in ranked if weights[story]]
    chosen = _in_turns(eventful, limit)
    plain = [name for story in ranked if not weights[story] for name in groups[story]]
    chosen += plain[: limit - len(chosen)]
    return sorted(chosen, key=order.__getitem__)


def _in_turns(groups: list[list[str]], limit: int) -> list[str]:
    chosen: list[str] = []
    turn = 0
    while len(chosen) < limit and any(len(group) > turn for group in groups):
        chosen += [group[turn] for group in groups if len(group) > turn]
        turn += 1
    return chosen[:limit]


def _story(job: JobOutcome) -> tuple[object, ...]:
    return (job.outcome, job.attempts, job.effects, job.stalls, job.suppressed, job.false_failure, job.indeterminate)


def _weight(job: JobOutcome) -> int:
    """How much there is to see in a job; 0 for one that went as everybody wishes."""
    return (
        16 * (job.outcome is Outcome.LOST)
        + 16 * job.duplicated
        + 8 * min(job.stalls, 2)
        + 4 * (job.suppressed > 0 or job.false_failure or job.indeterminate)
        + 2 * min(max(job.attempts - 1, 0), 4)
        + (job.outcome is not Outcome.DELIVERED)
    )


def _close(lane: Lane, standing: tuple[State, int] | None, end_ms: int, attempts: Iterable[Attempt]) -> None:
    if standing is None:
        return
    state, start_ms = standing
    if state is not State.ACTIVE:
        if end_ms > start_ms:
            lane.segments.append(Segment(_KIND_OF_STATE[state], start_ms, end_ms))
        return
    for attempt in sorted(attempts, key=lambda attempt: attempt.start_ms):
        if attempt.end_ms <= start_ms or attempt.start_ms >= end_ms:
            continue
        if attempt.start_ms > start_ms:
            lane.segments.append(Segment(SegmentKind.HELD, start_ms, attempt.start_ms))
        start_ms = max(start_ms, attempt.end_ms)
    if end_ms > start_ms:
        lane.segments.append(Segment(SegmentKind.HELD, start_ms, end_ms))


def _assign_tracks(segments: list[Segment]) -> None:
    segments.sort(key=lambda segment: (segment.start_ms, segment.end_ms, segment.attempt))
    free_at: list[int] = []
    for segment in segments:
        for track, free_ms in enumerate(free_at):
            if free_ms <= segment.start_ms:
                segment.track = track
                free_at[track] = segment.end_ms
                break
        else:
            segment.track = len(free_at)
            free_at.append(segment.end_ms)


def _mark(result: ModeResult, lanes: dict[str, Lane]) -> None:
    delivered: set[str] = set()
    for record in result.ledger:
        lane = lanes.get(record.job or "")
        kind = _KIND_OF_EVENT.get(record.event)
        if lane is None or kind is None:
            continue
        if kind is MarkerKind.EFFECT:
            kind = MarkerKind.DUPLICATE if lane.job in delivered else kind
            delivered.add(lane.job)
        track = _track_of(lane, record.attempt, record.t_ms)
        if kind is MarkerKind.DEAD_LETTERED:  # the failure is a part of it, and lies at the same place
            lane.markers = [one for one in lane.markers if one != Marker(MarkerKind.FAILED, record.t_ms, track)]
        lane.markers.append(Marker(kind, record.t_ms, track))
    for job, t_ms in loss_times(result.ledger).items():
        if job in lanes:
            lanes[job].markers.append(Marker(MarkerKind.LOST, t_ms, _track_of(lanes[job], 0, t_ms)))


def _track_of(lane: Lane, attempt: int, t_ms: int) -> int:
    around = [segment for segment in lane.segments if segment.start_ms <= t_ms <= segment.end_ms]
    for segment in around:
        if attempt and segment.attempt == attempt:
            return segment.track
    return around[-1].track if around else 0
