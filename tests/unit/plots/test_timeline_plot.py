"""The timeline: what is drawn, read back from its artists, and how much of it there may be."""

from collections.abc import Callable

import pytest
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import Collection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.plots.figure_style import new_figure, png_bytes
from sim.plots.runs.jobs import jobs_figure
from sim.plots.runs.outcomes import outcomes_figure
from sim.plots.runs.timeline import timeline, timeline_figure
from sim.reports.pictures import draw_pictures
from sim.results.fates import fates_over_time
from sim.results.outcomes import Outcome, Place
from sim.results.result import Result
from sim.results.trace import EventKind
from sim.yaml_files.fields import ModeName
from tests.unit.plots.test_plots import assert_texts_are_whole
from tests.unit.results.traces import Tape, large_result, scenario, small_result

MAX_ARTISTS = 2_500
MAX_POINTS = 60_000


def queue_only(tape: Tape, end_ms: int, places: dict[str, Place] | None = None) -> Result:
    """A result of one mode."""
    modes = {"queue": tape.result(end_ms, places or {}, ["email"])}
    return Result(scenario(), 1, "documented", "fakeredis", modes)


def storm(starts: int = 3_000) -> Result:
    """One job that is run again and again by six workers at once; each run has its effect, none is recorded."""
    tape = Tape("queue")
    tape.arrival(0, "email-1")
    for number in range(1, starts + 1):
        tape.job(number * 1_000, "email-1", EventKind.STARTED, number, f"email-{number % 6}")
        tape.job(number * 1_000 + 4_000, "email-1", EventKind.EFFECT, number, f"email-{number % 6}")
        tape.job(number * 1_000 + 5_500, "email-1", EventKind.ACK_REJECTED, number, f"email-{number % 6}", error="lock")
        tape.job(number * 1_000 + 900, "email-1", EventKind.STALLED, number, "email-0")
    return queue_only(tape, starts * 1_000 + 10_000, {"email-1": Place.ACTIVE})


def crashes(count: int = 4_000) -> Result:
    """A worker that dies every two seconds, and an operator who retries as often."""
    tape = Tape("queue")
    tape.arrival(0, "email-1")
    for number in range(count):
        tape.world(number * 2_000, EventKind.WORKER_CRASHED, "email-1")
        tape.world(number * 2_000 + 1_000, EventKind.WORKER_STARTED, "email-1")
        tape.operator(number * 2_000 + 1_500, EventKind.OPERATOR_ACTED, "retry-all")
    return queue_only(tape, count * 2_000)


def nothing() -> Result:
    """No job was offered."""
    return queue_only(Tape("queue"), 1_000)


def all_rejected(jobs: int = 200) -> Result:
    """Redis is down from the first to the last."""
    tape = Tape("queue")
    tape.world(0, EventKind.FAULT_BEGAN, kind="redis-outage", why="unreachable")
    for number in range(jobs):
        tape.job(number * 100, f"email-{number}", EventKind.OFFERED, 0, "producer")
        tape.job(number * 100 + 50, f"email-{number}", EventKind.REJECTED, 0, "producer", error="no")
    return queue_only(tape, 60_000)


def all_at_once(jobs: int = 100_000) -> Result:
    """A hundred thousand jobs at one moment, all of them pending for ever."""
    tape = Tape("queue")
    for number in range(jobs):
        tape.arrival(0, f"email-{number}")
    return queue_only(tape, 2**53, {f"email-{number}": Place.WAITING for number in range(jobs)})


EXTREMES = [storm, crashes, nothing, all_rejected]


def panels(result: Result, mode: ModeName = "queue") -> tuple[Axes, Axes]:
    """The panels of one mode: unfinished jobs, and what had become of the offered ones."""
    upper = timeline(result, mode=mode)
    return upper, upper.figure.axes[upper.figure.axes.index(upper) + 1]


def groups_at(ax: Axes, t_ms: float, height: float) -> list[str]:
    """The areas of the lower panel that cover a point."""
    names = {outcome.value for outcome in Outcome}
    areas = [one for one in ax.collections if isinstance(one, Collection) and one.get_label() in names]
    return [
        str(area.get_label()) for area in areas if any(path.contains_point((t_ms, height)) for path in area.get_paths())
    ]


@pytest.mark.parametrize("mode", ["in-process", "queue"])
def test_at_each_moment_every_offered_job_is_in_exactly_one_area(mode: str) -> None:
    """Each unit of height is covered once, up to the number of jobs offered so far, and not above."""
    result = small_result()
    _upper, lower = panels(result, "queue" if mode == "queue" else "in-process")
    fates = fates_over_time(result.modes["queue" if mode == "queue" else "in-process"])
    for before, after in zip(fates.t_ms[:-1], fates.t_ms[1:], strict=True):
        t_ms = (before + after) / 2
        offered = sum(fates.at(int(t_ms)).values())
        covered = [groups_at(lower, t_ms, place + 0.5) for place in range(8)]
        assert [len(groups) for groups in covered] == [1] * offered + [0] * (8 - offered)
        seen = [group for groups in covered for group in groups]
        assert {group: seen.count(group) for group in seen} == {
            outcome.value: number for outcome, number in fates.at(int(t_ms)).items() if number
        }


def test_what_is_not_delivered_is_named_and_adds_up() -> None:
    """The parts that are written beside the areas sum to the whole."""
    result = large_result(2_000)
    for mode, one in result.modes.items():
        _upper, lower = panels(result, mode)
        words = [text.get_text().removesuffix(":").split(" ", 1) for text in lower.texts if text.get_text()]
        numbers = {label: int(number.replace(",", "")) for number, label in words}
        offered, missing = numbers.pop("offered"), numbers.pop("not delivered")
        assert offered == sum(numbers.values()) == one.totals.offered
        assert missing == offered - numbers["delivered"]


def test_more_effects_than_jobs_leave_the_jobs_as_high_as_they_are() -> None:
    """They have a panel of their own: 2,999 extra effects do not flatten the one job."""
    _upper, lower = panels(storm())
    extra = lower.figure.axes[-1]
    assert lower.get_ylim()[1] < 2
    assert extra.get_ylim()[1] > 2_999
    assert [text.get_text() for text in extra.texts] == ["2,999 extra effects"]


def test_a_run_without_effects_too_many_has_no_panel_for_them() -> None:
    """Nothing is drawn of nothing."""
    assert [ax.get_ylabel() for ax in timeline_figure(all_rejected()).axes][-2:] == [
        "unfinished jobs",
        "offered jobs so far",
    ]


def test_many_short_jobs_are_means_and_a_line_for_the_most() -> None:
    """And the legend says over which time."""
    figure = timeline_figure(large_result())
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "maximum per 20 s (areas: mean)" in legend
    assert [line.get_gid() for line in figure.axes[1].lines if line.get_gid()] == ["most"]


def test_few_changes_are_drawn_as_they_were() -> None:
    """Every one of them."""
    upper, _lower = panels(small_result())
    assert [line.get_gid() for line in upper.lines if line.get_gid()] == ["all"]


def test_given_axes_get_two_panels() -> None:
    """With effects too many or without."""
    ax = new_figure(6, 6).add_subplot()
    assert timeline(storm(50), ax) is ax
    assert [one.get_ylabel() for one in ax.figure.axes] == ["unfinished jobs", "offered jobs so far"]
    png_bytes(ax.figure)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("make", EXTREMES)
@pytest.mark.parametrize("draw", [timeline_figure, jobs_figure, outcomes_figure])
@pytest.mark.parametrize("narrow", [False, True])
def test_extreme_runs_are_drawn_whole_and_without_a_warning(
    draw: Callable[..., Figure], make: Callable[[], Result], narrow: bool
) -> None:
    """One job with thousands of effects, thousands of crashes, no job at all, none delivered."""
    figure = draw(make(), narrow=narrow)
    png_bytes(figure)
    assert_texts_are_whole(figure)


def cost_of(figure: Figure) -> tuple[int, int]:
    """How many artists a figure has, and how many points they are made of."""
    artists = figure.findobj(Artist)
    paths = [path for one in artists if isinstance(one, Collection) and one.axes for path in one.get_paths()]
    paths += [one.get_path() for one in artists if isinstance(one, Patch | Line2D)]
    return len(artists), sum(len(path.vertices) for path in paths)


@pytest.mark.parametrize("make", [large_result, storm, crashes, all_at_once])
@pytest.mark.parametrize("draw", [timeline_figure, jobs_figure])
def test_the_cost_of_a_picture_does_not_grow_with_the_run(
    draw: Callable[..., Figure], make: Callable[[], Result]
) -> None:
    """Thousands of jobs, starts, crashes or deeds are a bounded number of artists and points."""
    artists, points = cost_of(draw(make()))
    assert artists < MAX_ARTISTS
    assert points < MAX_POINTS


def test_a_table_says_what_it_leaves_out_and_where_that_is() -> None:
    """Three thousand starts of one job are not listed one by one."""
    jobs = next(picture for picture in draw_pictures(storm()) if picture.name == "jobs")
    (row,) = jobs.tables[0].rows
    assert len(row[-1]) < 1_000
    assert "more, in trace.ndjson.gz)" in row[-1]
    assert "Steps too short to draw one by one are drawn together; trace.ndjson.gz has all" in jobs.caption
