"""Dead letters in pictures, numbers and words."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from sim.plots import timeline
from sim.plots.job_timeline import Marker, MarkerKind, job_lanes
from sim.plots.runs.jobs import jobs_figure
from sim.plots.runs.timeline import timeline_figure
from sim.reports.pictures import draw_pictures
from sim.results.fates import fates_over_time
from sim.results.outcomes import Counts, Outcome, Place
from sim.results.replay import State, replay
from sim.results.result import Result
from sim.results.text import MEANINGS, mode_sentence
from sim.results.trace import EventKind
from tests.unit.plots.test_plots import texts
from tests.unit.results.traces import Tape, scenario, small_result

END_MS = 40_000


def tape() -> Tape:
    """Three emails die at 1, 2 and 3 s; one is replayed and delivered, one is purged, one stays."""
    made = Tape("queue")
    for number in (1, 2, 3):
        job, t_ms = f"email-{number}", number * 1_000
        made.arrival(t_ms - 500, job)
        made.job(t_ms - 500, job, EventKind.STARTED, 1, "email-1")
        made.job(t_ms, job, EventKind.ATTEMPT_FAILED, 1, "email-1", error="no", permanent=False)
        made.job(t_ms, job, EventKind.FAILED, 1, "email-1", reason="no", kept=True)
        made.job(t_ms, job, EventKind.DEAD_LETTERED, 1, "email-1", id=str(number))
    made.job(10_000, "email-1", EventKind.REPLAYED, 1, "operator", id="1", dead_id="1")
    made.succeed("email-1", 2, "email-1", 12_000, 13_000, 13_200)
    made.job(20_000, "email-2", EventKind.PURGED, 1, "operator", id="2")
    return made


def result() -> Result:
    """The tape as a result."""
    places = {"email-1": Place.COMPLETED, "email-3": Place.DEAD}
    return Result(scenario(), 1, "documented", "fakeredis", {"queue": tape().result(END_MS, places, ["email"])})


def test_every_end_is_an_outcome_of_its_own() -> None:
    """Delivered, purged (no record is kept), and among the dead letters."""
    totals = result().modes["queue"].totals
    assert (totals.delivered, totals.failed_evicted, totals.dead_lettered) == (1, 1, 1)


def test_the_curve_rises_with_each_death_and_falls_with_each_replay_and_purge() -> None:
    """Right at the moment; it ends with the run."""
    fates = fates_over_time(result().modes["queue"])
    moments = (999, 1_000, 2_000, 3_000, 9_999, 10_000, 20_000)
    assert [fates.at(t_ms)[Outcome.DEAD_LETTERED] for t_ms in moments] == [0, 1, 2, 3, 3, 2, 1]
    assert (fates.t_ms[0], fates.t_ms[-1], fates.last[Outcome.DEAD_LETTERED]) == (0, END_MS, 1)
    assert bool((np.diff(fates.t_ms) > 0).all())


@pytest.mark.parametrize(
    ("event", "more", "place", "left"),
    [
        (EventKind.DATA_LOST, {"place": "dead"}, Place.NOWHERE, 0),
        (EventKind.RESTORED, {"place": "waiting"}, Place.WAITING, 0),
        (EventKind.RESTORED, {"place": "dead"}, Place.DEAD, 1),
    ],
)
def test_an_older_redis_moves_the_curve(event: EventKind, more: dict[str, str], place: Place, left: int) -> None:
    """What it forgot is gone, and what it gave back is there once."""
    made = tape()
    made.job(30_000, "email-3", event, 1, None, **more)
    fates = fates_over_time(made.result(END_MS, {"email-1": Place.COMPLETED, "email-3": place}, ["email"]))
    assert [fates.at(t_ms)[Outcome.DEAD_LETTERED] for t_ms in (29_999, 30_000, END_MS)] == [1, left, left]


def test_without_dead_letters_no_picture_names_them() -> None:
    """Pictures of other runs are what they were."""
    figure: Figure = timeline_figure(small_result())
    assert not any("dead letter" in text.get_text() for text in texts(figure))
    assert not any("dead letter" in heading for one in draw_pictures(small_result()) for heading in one.alt.split(". "))


def test_a_replayed_job_stands_in_line_again() -> None:
    """From the replay to its next start."""
    changes = [change for change in replay(tape().trace()).changes if change.job == "email-1"]
    assert [(change.t_ms, change.new) for change in changes][-3:] == [
        (10_000, State.WAITING),
        (12_000, State.ACTIVE),
        (13_200, None),
    ]


def test_lanes_mark_deaths_replays_and_purges() -> None:
    """A death stands for the failure that it is; two markers would lie on one another."""
    lanes = job_lanes(result().modes["queue"], ["email-1", "email-2", "email-3"])
    assert [[(one.kind, one.t_ms) for one in lane.markers] for lane in lanes] == [
        [(MarkerKind.DEAD_LETTERED, 1_000), (MarkerKind.REPLAYED, 10_000), (MarkerKind.EFFECT, 13_000)],
        [(MarkerKind.DEAD_LETTERED, 2_000), (MarkerKind.PURGED, 20_000)],
        [(MarkerKind.DEAD_LETTERED, 3_000)],
    ]
    assert lanes[0].markers[0] == Marker(MarkerKind.DEAD_LETTERED, 1_000, 0)


def test_a_late_purge_does_not_lengthen_a_life() -> None:
    """As with an eviction, the job's story was over long before."""
    (lane,) = job_lanes(result().modes["queue"], ["email-2"])
    assert lane.end_ms == 2_000


def test_the_legend_explains_every_marker() -> None:
    """In words that need no colour."""
    seen = {text.get_text() for text in texts(jobs_figure(result()))}
    assert {
        "failed for good, dead-lettered",
        "replayed from the dead letters",
        "dead letter purged",
    } <= seen


def test_the_timeline_ends_with_the_number_of_dead_letters() -> None:
    """As a part of what was not delivered."""
    labels = {text.get_text() for text in timeline(result()).figure.axes[-1].texts}
    assert {"1 dead-lettered", "1 failed, record removed", "2 not delivered:"} <= labels


def test_the_report_says_it_in_numbers_for_those_who_see_no_picture() -> None:
    """In the words beside the picture, and as a column of its table."""
    timeline = next(one for one in draw_pictures(result()) if one.name == "timeline")
    assert "At most 3 dead letters, 1 at the end." in timeline.alt
    assert "The number of dead letters falls" in timeline.caption
    table = timeline.tables[0]
    column = table.headings.index("dead-lettered")
    assert [row[column] for row in table.rows] == ["0", "3", "3", "2", "2", "1", "1", "1", "1", "1", "1"]


def test_the_sentence_tells_dead_letters_from_failures_without_a_record() -> None:
    """Both in one run."""
    sentence = mode_sentence(result(), result().modes["queue"])
    assert sentence == (
        "Of 3 emails, 1 was delivered; 2 were not delivered: 1 failed, with no record kept; "
        "1 moved to the dead letter queue."
    )
    assert set(MEANINGS) == set(Counts().as_dict())
