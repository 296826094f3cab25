"""One lane a job."""

import itertools

from sim.plots.job_timeline import Lane, MarkerKind, SegmentKind, job_lanes
from tests.unit.results.traces import large_result, small_result


def lane_of(job: str, mode: str = "queue") -> Lane:
    """One job's lane of the small result."""
    result = small_result()
    return job_lanes(next(one for one in result.modes.values() if one.mode == mode), [job])[0]


def test_crash_after_the_effect_shows_as_killed_abandoned_and_a_second_effect() -> None:
    """The lane tells the whole story of the duplicate."""
    lane = lane_of("email-2")

    assert [(s.kind, s.start_ms, s.end_ms) for s in lane.segments] == [
        (SegmentKind.KILLED, 2_000, 3_200),
        (SegmentKind.ABANDONED, 3_200, 62_000),
        (SegmentKind.OK, 62_000, 63_200),
    ]
    assert [(m.kind, m.t_ms) for m in lane.markers] == [(MarkerKind.EFFECT, 3_000), (MarkerKind.DUPLICATE, 63_000)]


def test_zombie_and_its_rerun_lie_side_by_side() -> None:
    """Two attempts at one time are in two tracks, each with its own effect."""
    lane = lane_of("email-4")
    tracks = {(s.kind, s.attempt): s.track for s in lane.segments}

    assert lane.tracks == 2
    assert tracks[SegmentKind.ACK_REJECTED, 1] == 0
    assert 1 == tracks[SegmentKind.OK, 2] == tracks[SegmentKind.WAITING, 0]
    assert [(m.kind, m.track) for m in lane.markers] == [(MarkerKind.EFFECT, 1), (MarkerKind.DUPLICATE, 0)]


def test_no_two_segments_of_a_track_overlap() -> None:
    """Nothing in a lane covers anything else."""
    result = large_result(600)
    jobs = [job.job for job in result.modes["queue"].jobs]
    for one in result.modes.values():
        for lane in job_lanes(one, jobs):
            for track in range(lane.tracks):
                found = [s for s in lane.segments if s.track == track]
                assert all(a.end_ms <= b.start_ms for a, b in itertools.pairwise(found))


def test_retry_shows_failed_backoff_ok() -> None:
    """The wait between two attempts is drawn as backoff."""
    assert [s.kind for s in lane_of("email-3").segments] == [SegmentKind.FAILED, SegmentKind.BACKOFF, SegmentKind.OK]


def test_eviction_and_loss_are_marked() -> None:
    """What was removed and what was lost can be seen."""
    assert [m.kind for m in lane_of("email-5").markers] == [MarkerKind.FAILED, MarkerKind.EVICTED]
    assert (lane_of("email-6").markers[-1].kind, lane_of("email-6").markers[-1].t_ms) == (MarkerKind.LOST, 42_000)
    assert [m.kind for m in lane_of("email-3", "in-process").markers] == [MarkerKind.REJECTED]
