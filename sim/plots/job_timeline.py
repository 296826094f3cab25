"""The life of single jobs as a picture draws it: one lane a job, with segments and markers."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import accumulate
from typing import Generic, TypeVar

from sim.results.outcomes import JobResult, Outcome
from sim.results.replay import Attempt, AttemptEnd, State, replay
from sim.results.result import ModeResult
from sim.results.trace import EventKind


class SegmentKind(StrEnum):
    """What a stretch of a lane shows; kinds of attempts are distinguished by how they ended.

    ``UNHEARD`` is a handler that goes on past its timeout. ``MANY`` stands for several that are too short to be drawn
    one by one.
    """

    SUBMITTING = "submitting"
    WAITING = "waiting"
    OK = "attempt-ok"
    FAILED = "attempt-failed"
    KILLED = "attempt-killed"
    ACK_REJECTED = "ack-rejected"
    UNFINISHED = "attempt-unfinished"
    UNHEARD = "attempt-unheard"
    HELD = "held"
    ABANDONED = "abandoned"
    BACKOFF = "backoff"
    MANY = "many"

    @property
    def is_attempt(self) -> bool:
        """Whether a handler was running."""
        return self.value.startswith("attempt-")


class MarkerKind(StrEnum):
    """What happened to a job at one moment."""

    EFFECT = "effect"
    DUPLICATE = "duplicate"
    DEDUPLICATED = "deduplicated"
    REJECTED = "rejected"
    IGNORED = "ignored"
    DROPPED = "dropped"
    FAILED = "failed"
    EVICTED = "evicted"
    RETRIED = "retried"
    DEAD_LETTERED = "dead-lettered"
    REPLAYED = "replayed"
    PURGED = "purged"
    PROMOTED = "promoted"
    REMOVED = "removed"
    DATA_LOST = "data-lost"
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
        overdue: From when to when somebody waited for it longer than promised, ms since the run began; None: never.
        tracks: How many parts the lane has, at least 1.
    """

    job: str
    outcome: Outcome
    offered_ms: int
    segments: list[Segment] = field(default_factory=list)
    markers: list[Marker] = field(default_factory=list)
    overdue: tuple[int, int] | None = None

    @property
    def tracks(self) -> int:
        """How many parts the lane needs so that nothing covers anything else."""
        return 1 + max((segment.track for segment in self.segments), default=0)

    @property
    def end_ms(self) -> int:
        """When the job's life ended, ms since the run began; its record may have been removed much later."""
        ends = [segment.end_ms for segment in self.segments]
        ends += [marker.t_ms for marker in self.markers if marker.kind not in _ONLY_ITS_RECORD]
        return max(ends, default=self.offered_ms)


_ONLY_ITS_RECORD = (MarkerKind.EVICTED, MarkerKind.PURGED, MarkerKind.REMOVED)
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
    AttemptEnd.ACK_REJECTED: SegmentKind.ACK_REJECTED,
    AttemptEnd.UNFINISHED: SegmentKind.UNFINISHED,
}
_KIND_OF_EVENT = {
    EventKind.EFFECT: MarkerKind.EFFECT,
    EventKind.EFFECT_DEDUPLICATED: MarkerKind.DEDUPLICATED,
    EventKind.REJECTED: MarkerKind.REJECTED,
    EventKind.IGNORED: MarkerKind.IGNORED,
    EventKind.DROPPED: MarkerKind.DROPPED,
    EventKind.FAILED: MarkerKind.FAILED,
    EventKind.EVICTED: MarkerKind.EVICTED,
    EventKind.RETRIED: MarkerKind.RETRIED,
    EventKind.DEAD_LETTERED: MarkerKind.DEAD_LETTERED,
    EventKind.REPLAYED: MarkerKind.REPLAYED,
    EventKind.PURGED: MarkerKind.PURGED,
    EventKind.PROMOTED: MarkerKind.PROMOTED,
    EventKind.REMOVED: MarkerKind.REMOVED,
    EventKind.DATA_LOST: MarkerKind.DATA_LOST,
}


def job_lanes(result: ModeResult, jobs: Sequence[str]) -> list[Lane]:
    """Draw up the lanes of some jobs, in the order given; a job that this mode never saw is left out."""
    wanted = set(jobs)
    lanes = {one.job: Lane(one.job, one.outcome, one.offered_ms) for one in result.jobs if one.job in wanted}
    played = replay(result.trace, end_ms=result.simulated_ms, only=wanted)
    attempts: dict[str, list[Attempt]] = {}
    for attempt in played.attempts:
        attempts.setdefault(attempt.job, []).append(attempt)
        segment = Segment(_KIND_OF_END[attempt.end], attempt.start_ms, attempt.end_ms, attempt.number, attempt.worker)
        lanes[attempt.job].segments.append(segment)
    for rest in played.unheard:
        lanes[rest.job].segments.append(
            Segment(SegmentKind.UNHEARD, rest.start_ms, rest.end_ms, rest.number, rest.worker)
        )
    runs = {job: _Overlaps(found) for job, found in attempts.items()}
    standing: dict[str, tuple[State, int]] = {}
    for t_ms, job, _old, new in played.changes:
        _close(lanes[job], standing.pop(job, None), t_ms, runs.get(job))
        if new is not None:
            standing[job] = (new, t_ms)
    for job, state in standing.items():
        _close(lanes[job], state, played.end_ms, runs.get(job))
    for lane in lanes.values():
        _assign_tracks(lane.segments)
    _mark(result, lanes)
    for one in result.jobs:
        if one.deliver_within_ms is not None and one.job in lanes:
            lanes[one.job].overdue = _overdue(one, lanes[one.job])
    return [lanes[job] for job in jobs if job in lanes]


def _overdue(job: JobResult, lane: Lane) -> tuple[int, int] | None:
    """Say when a job was waited for longer than promised: until its effect, else for as long as it lived."""
    if job.deliver_within_ms is None:
        return None
    delivered = job.outcome is Outcome.DELIVERED and job.first_effect_ms is not None
    by_ms, until_ms = job.due_ms + job.deliver_within_ms, job.first_effect_ms if delivered else lane.end_ms
    return (by_ms, until_ms) if until_ms is not None and until_ms > by_ms else None


Spanned = TypeVar("Spanned", Attempt, Segment)


class _Overlaps(Generic[Spanned]):
    """Finds what overlaps a stretch of time, among things with ``start_ms`` and ``end_ms``."""

    def __init__(self, things: Iterable[Spanned]) -> None:
        self.things: list[Spanned] = sorted(things, key=lambda one: one.start_ms)
        self.starts: list[int] = [one.start_ms for one in self.things]
        self.latest_ends: list[int] = list(accumulate((one.end_ms for one in self.things), max))

    def touching(self, start_ms: int, end_ms: int) -> list[Spanned]:
        """Return what shares at least a moment with the stretch, by start."""
        first, after = bisect_left(self.latest_ends, start_ms), bisect_right(self.starts, end_ms)
        return [one for one in self.things[first:after] if one.end_ms >= start_ms]


def _close(lane: Lane, standing: tuple[State, int] | None, end_ms: int, attempts: _Overlaps[Attempt] | None) -> None:
    if standing is None:
        return
    state, start_ms = standing
    if state is not State.ACTIVE:
        if end_ms > start_ms:
            lane.segments.append(Segment(_KIND_OF_STATE[state], start_ms, end_ms))
        return
    for attempt in attempts.touching(start_ms, end_ms) if attempts else []:
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
    segments = {job: _Overlaps(lane.segments) for job, lane in lanes.items()}
    for record in result.trace:
        lane = lanes.get(record.job or "")
        kind = _KIND_OF_EVENT.get(record.kind)
        if lane is None or kind is None or (kind is MarkerKind.PROMOTED and record.worker != "operator"):
            continue
        if kind is MarkerKind.EFFECT:
            kind = MarkerKind.DUPLICATE if lane.job in delivered else kind
            delivered.add(lane.job)
        track = _track_of(segments[lane.job], record.attempt, record.t_ms)
        if kind is MarkerKind.DEAD_LETTERED:  # the failure is a part of it, and lies at the same place
            _drop_last(lane.markers, Marker(MarkerKind.FAILED, record.t_ms, track))
        lane.markers.append(Marker(kind, record.t_ms, track))
    for job in [job for job in lanes if job in result.losses]:
        t_ms = result.losses[job]
        lanes[job].markers.append(Marker(MarkerKind.LOST, t_ms, _track_of(segments[job], 0, t_ms)))


def _drop_last(markers: list[Marker], unwanted: Marker) -> None:
    for place in reversed(range(len(markers))):
        if markers[place].t_ms != unwanted.t_ms:
            return
        if markers[place] == unwanted:
            del markers[place]
            return


def _track_of(segments: _Overlaps[Segment], attempt: int, t_ms: int) -> int:
    around = segments.touching(t_ms, t_ms)
    for segment in around:
        if attempt and segment.attempt == attempt:
            return segment.track
    return around[-1].track if around else 0
