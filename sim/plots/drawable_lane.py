"""A lane with no more detail than a picture can show: steps too short to be seen are drawn together."""

from collections.abc import Iterable
from dataclasses import replace

from sim.plots.job_timeline import Lane, Marker, MarkerKind, Segment, SegmentKind

MAX_SEGMENTS = 300
"""Segments of a lane that are drawn one by one, however short they are."""
MAX_MARKERS = 150
_FINEST = 400
"""The part of the time axis below which a step cannot be told from the next."""


def drawable_lane(lane: Lane, span_ms: int) -> Lane:
    """Return the lane with at most ``MAX_SEGMENTS`` segments and, of each kind and track, as many markers.

    Neighbouring short segments become one of the kind ``MANY``; of markers of one kind that lie close together the
    first one stays. A lane with few of both comes back as it is.

    Args:
        span_ms: How long the time axis is, ms.
    """
    segments = lane.segments
    least_ms = max(1, span_ms // _FINEST)
    while len(segments) > MAX_SEGMENTS:
        segments = _condensed(lane.segments, least_ms)
        least_ms *= 2
    markers = lane.markers
    if len(markers) > MAX_MARKERS:
        markers = list(_apart(markers, span_ms / MAX_MARKERS))
    if segments is lane.segments and markers is lane.markers:
        return lane
    return replace(lane, segments=segments, markers=markers)


def _condensed(segments: Iterable[Segment], least_ms: int) -> list[Segment]:
    tracks: dict[int, list[list[Segment]]] = {}
    for segment in segments:
        runs = tracks.setdefault(segment.track, [])
        brief = segment.end_ms - segment.start_ms < least_ms
        last = runs[-1][-1] if runs else None
        if (
            last is not None
            and brief
            and last.end_ms - last.start_ms < least_ms
            and segment.start_ms - last.end_ms < least_ms
        ):
            runs[-1].append(segment)
        else:
            runs.append([segment])
    return [_united(run) for runs in tracks.values() for run in runs]


def _united(run: list[Segment]) -> Segment:
    first = run[0]
    if len(run) == 1:
        return first
    return Segment(SegmentKind.MANY, first.start_ms, max(one.end_ms for one in run), track=first.track)


def _apart(markers: Iterable[Marker], least_ms: float) -> Iterable[Marker]:
    drawn: dict[tuple[MarkerKind, int], int] = {}
    for marker in markers:
        key = (marker.kind, marker.track)
        if key not in drawn or marker.t_ms - drawn[key] >= least_ms:
            drawn[key] = marker.t_ms
            yield marker
