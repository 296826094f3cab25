"""The three pictures."""

import io
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import matplotlib
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from sim.engine.run import run
from sim.plots import jobs, outcomes, timeline
from sim.plots.figure_style import DPI, drawing, new_figure, png_bytes
from sim.plots.runs.jobs import jobs_figure
from sim.plots.runs.outcomes import outcomes_figure
from sim.plots.runs.timeline import timeline_figure
from sim.plots.styles import MARKER_LOOKS, OUTCOME_LOOKS, SEGMENT_LOOKS, STATE_LOOKS
from sim.plots.time_axis import set_time_axis
from sim.results.result import Result
from tests.unit.results.traces import large_result, small_result

FIGURES = [outcomes_figure, timeline_figure, jobs_figure]
NARROW_OR_WIDE = [False, True]


def bars(ax: Axes, label: str) -> list[float]:
    """Lengths of the bars of one label, from the top."""
    found = [bar for container in ax.containers if container.get_label() == label for bar in container]
    return [bar.get_width() for bar in found if isinstance(bar, Rectangle)]


def texts(figure: Figure) -> list[Text]:
    """Every text that can be seen, after the layout is done."""
    FigureCanvasAgg(figure)
    figure.canvas.draw()
    seen = [text for text in figure.findobj(Text) if isinstance(text, Text)]
    return [text for text in seen if text.get_visible() and text.get_text().strip() and not _is_off_axis(text)]


def _is_off_axis(text: Text) -> bool:
    """Tick labels that matplotlib keeps beyond the ends of an axis, or that it does not draw, are not seen."""
    for ax in text.figure.axes if text.figure else []:
        for axis in (ax.xaxis, ax.yaxis):
            for tick in axis.get_major_ticks():
                if text in (tick.label1, tick.label2):
                    low, high = sorted(axis.get_view_interval())
                    visible = tick.label1.get_visible() if text is tick.label1 else tick.label2.get_visible()
                    return not (visible and low <= tick.get_loc() <= high)
    return False


def head(ax: Axes) -> tuple[str, str]:
    """Title and run of a picture in a figure of its own."""
    title, run_line = ax.figure.texts
    return title.get_text(), run_line.get_text()


def boxes_in(ax: Axes, kind: str) -> list[tuple[float, float, int]]:
    """Start, end and lane of every segment of a kind."""
    (found,) = [one for one in ax.patches if one.get_gid() == kind]
    boxes = found.get_path().to_polygons()
    return [(box[:, 0].min(), box[:, 0].max(), round(box[:, 1].mean())) for box in boxes]


def points_in(ax: Axes, kind: str) -> list[tuple[float, int]]:
    """Moment and lane of every marker of a kind, by lane."""
    points = [point for line in ax.lines if line.get_gid() == kind for point in zip(*line.get_data(), strict=True)]
    return [(t_ms, round(y)) for t_ms, y in sorted(points, key=lambda point: point[1])]


def test_bars_are_as_long_as_the_counts() -> None:
    """One bar a mode, and duplicated jobs are a part of the delivered ones."""
    ax = outcomes(small_result())

    assert bars(ax, "delivered") == [3, 2]
    assert bars(ax, "duplicated") == [2]
    assert bars(ax, "lost") == [1, 1]


def test_numbers_stand_beside_the_bars() -> None:
    """Nobody has to measure a bar."""
    seen = [text.get_text() for text in outcomes(small_result()).texts]

    assert "4 (2 duplicated)" in seen
    assert [label.get_text() for label in outcomes(small_result()).get_yticklabels()][:2] == [
        "in-process",
        "queue",
    ]


def test_timeline_returns_depth_and_progress() -> None:
    """Jobs by state above, what had come of them below; the upper axes come back."""
    upper = timeline(small_result())
    (lower,) = [ax for ax in upper.figure.axes if ax.get_ylabel() == "offered jobs so far"]

    assert upper.get_ylabel() == "unfinished jobs"
    assert [text.get_text() for text in lower.texts if text.get_text()] == [
        "4 delivered",
        "1 lost",
        "1 failed, record removed",
        "2 not delivered:",
        "6 offered",
    ]
    assert "queue" in [ax.get_title(loc="left") for ax in upper.figure.axes]


@pytest.mark.parametrize("place", ["in a grid", "where somebody put them"])
def test_timeline_divides_the_place_of_given_axes(place: str) -> None:
    """A notebook may bring its own axes, in a grid or not: both panels stay within them, one above the other."""
    figure = new_figure(8, 6)
    left = figure.add_subplot(1, 2, 1) if place == "in a grid" else figure.add_axes((0.1, 0.1, 0.4, 0.6))
    before = left.get_position()

    upper = timeline(small_result(), left, mode="in-process")

    lower = figure.axes[figure.axes.index(upper) + 1]
    assert upper is left
    assert (upper.get_ylabel(), lower.get_ylabel()) == ("unfinished jobs", "offered jobs so far")
    above, below = upper.get_position(), lower.get_position()
    assert before.y1 == pytest.approx(above.y1)
    assert above.y0 > below.y1 > below.y0 == pytest.approx(before.y0)
    assert (below.x0, below.x1) == pytest.approx((before.x0, before.x1))


def test_lanes_are_segments_and_markers_of_each_job() -> None:
    """Every attempt has a bar and every effect a marker, in the lane of its job."""
    ax = jobs(small_result())
    lanes = {text.get_text(): place for place, text in enumerate(ax.get_yticklabels())}

    assert boxes_in(ax, "abandoned") == [(3_200, 62_000, lanes["email-2"])]
    assert boxes_in(ax, "ack-rejected") == [(10_000, 90_200, lanes["email-4"])]
    assert points_in(ax, "duplicate") == [(63_000, lanes["email-2"]), (90_100, lanes["email-4"])]
    assert "all 6 jobs" in head(ax)[0]


def test_title_says_how_many_jobs_of_how_many_are_shown() -> None:
    """A choice is never passed off as the whole."""
    title, _run = head(jobs(large_result(), limit=3))
    assert title == "The life of 3 of 5,000 jobs:\n3 of 5 stories"


@pytest.mark.parametrize("draw", [outcomes, jobs, timeline])
def test_every_picture_names_its_run(draw: Callable[..., Axes]) -> None:
    """Scenario, modes, semantics and seed: in a new figure at its top, and in axes of somebody else above them."""
    _title, run_line = head(draw(small_result()))
    assert run_line.startswith("Crash, freeze, retry · ")
    assert run_line.endswith(" · documented · seed 1")


@pytest.mark.parametrize("draw", [outcomes, jobs])
def test_a_picture_in_axes_of_somebody_else_names_its_run_too(draw: Callable[..., Axes]) -> None:
    """Title and run stand right above the axes."""
    ax = draw(small_result(), ax=new_figure(6, 4).add_subplot())
    assert ax.get_title(loc="left")
    assert any("· documented · seed 1" in text.get_text() for text in ax.texts)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("narrow", NARROW_OR_WIDE)
@pytest.mark.parametrize("draw", FIGURES)
def test_titles_and_names_of_any_characters_are_drawn(draw: Callable[..., Figure], narrow: bool) -> None:
    """Dollars are no formula, what the font has not is replaced, and a long title is cut; nobody is warned."""
    title = "It costs $5 and $6_x^\\frac: \u65e5\u672c \n" + "and so on " * 8
    figure = draw(small_result(title=title), narrow=narrow)
    assert_texts_are_whole(figure)
    assert any("It costs $5" in text.get_text() for text in texts(figure))


def test_short_lives_in_a_long_run_are_drawn_from_their_offers() -> None:
    """A job of a minute can be seen in a run of an hour."""
    assert "since the job was offered" in jobs(large_result()).get_xlabel()
    assert "simulated time" in jobs(small_result()).get_xlabel()


def test_pictures_of_two_modes_have_the_same_time() -> None:
    """Also where the lives of one mode are short, and two jobs of the other wait for a minute."""
    result = run(Path("scenarios/01-worker-crashes/crash-in-progress.yaml"))
    in_process, queue = jobs(result, mode="in-process", limit=10), jobs(result, mode="queue", limit=10)

    assert in_process.get_xlim() == queue.get_xlim()
    assert in_process.get_xlabel() == queue.get_xlabel() == "simulated time (s)"
    assert " · in-process mode · " in head(in_process)[1]
    assert " · queue mode · " in head(queue)[1]


def test_a_marker_at_the_start_does_not_lie_on_the_name_of_its_lane() -> None:
    """What happens at the offer is drawn on the axis, and half of it left of that."""
    ax = jobs(large_result(), limit=10)
    labels = texts(ax.get_figure())
    start = ax.transData.transform((0, 0))[0]
    half_in = 4.5 / 72

    names = [text.get_window_extent().x1 for text in labels if text in ax.get_yticklabels()]
    assert names
    assert max(names) < start - half_in * ax.get_figure().dpi


def test_both_modes_show_the_same_jobs_on_the_same_axes() -> None:
    """What is compared can be compared by eye."""
    left, right = jobs_figure(small_result()).axes

    assert left.get_ylim() == right.get_ylim()
    assert left.get_xlim() == right.get_xlim()
    panels = [ax for ax in timeline_figure(small_result()).axes if ax.get_yticks().size]
    assert len(panels) == 6
    assert all(before.get_ylim() == after.get_ylim() for before, after in zip(panels[:3], panels[3:], strict=True))


@pytest.mark.parametrize("make", [small_result, large_result])
@pytest.mark.parametrize("draw", [outcomes, jobs])
def test_no_text_of_a_picture_for_a_notebook_is_cut_or_lies_on_another(
    draw: Callable[..., Axes], make: Callable[..., Result]
) -> None:
    """Such a picture is narrower than a page of a report."""
    for mode in ("in-process", "queue"):
        figure = (draw(make(), mode=mode) if draw is jobs else draw(make())).get_figure()
        assert isinstance(figure, Figure)
        assert_texts_are_whole(figure)


@pytest.mark.parametrize("narrow", NARROW_OR_WIDE)
@pytest.mark.parametrize("draw", FIGURES)
@pytest.mark.parametrize("make", [small_result, large_result])
def test_no_text_is_cut_or_lies_on_another(
    make: Callable[..., object], draw: Callable[..., Figure], narrow: bool
) -> None:
    """Every label of every picture can be read, with six jobs and with thousands."""
    assert_texts_are_whole(draw(make(), narrow=narrow))


def assert_texts_are_whole(figure: Figure) -> None:
    """No text lies outside the figure or on another."""
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts(figure)]

    for text, box in boxes:
        assert box.x0 >= -1, text
        assert box.y0 >= -1, text
        assert box.x1 <= figure.bbox.width + 1, text
        assert box.y1 <= figure.bbox.height + 1, text
    for (one, first), (other, second) in combinations(boxes, 2):
        across = min(first.x1, second.x1) - max(first.x0, second.x0)
        down = min(first.y1, second.y1) - max(first.y0, second.y0)
        assert across < 3 or down < 4, (one, other)


@pytest.mark.parametrize("draw", FIGURES)
def test_equal_results_give_equal_bytes(draw: Callable[..., Figure]) -> None:
    """A picture can be compared byte for byte."""
    assert png_bytes(draw(small_result())) == png_bytes(draw(small_result()))


@pytest.mark.parametrize("draw", FIGURES)
def test_a_picture_drawn_once_has_the_bytes_of_one_drawn_by_savefig(draw: Callable[..., Figure]) -> None:
    """That draws twice, first for the layout; also when it is drawn again."""
    drawn, saved, picture = io.BytesIO(), draw(small_result()), draw(small_result())
    with drawing():
        saved.savefig(drawn, format="png", dpi=DPI, metadata={"Software": None})

    assert png_bytes(picture) == drawn.getvalue()
    assert png_bytes(picture) == drawn.getvalue()


def test_a_figure_of_somebody_else_becomes_a_png_as_large_as_ours() -> None:
    """Whatever its own resolution is."""
    theirs = Figure(figsize=(2, 1), dpi=50)

    assert png_bytes(theirs)[16:24] == (2 * DPI).to_bytes(4, "big") + DPI.to_bytes(4, "big")


def test_settings_of_others_are_left_alone_and_do_not_matter() -> None:
    """Pictures change no global setting, and none changes them."""
    before = dict(matplotlib.rcParams)
    plain = png_bytes(outcomes_figure(small_result()))

    assert before == dict(matplotlib.rcParams)
    with matplotlib.rc_context({"font.size": 30, "axes.grid": True}):
        assert plain == png_bytes(outcomes_figure(small_result()))


@pytest.mark.parametrize("looks", [OUTCOME_LOOKS, STATE_LOOKS, SEGMENT_LOOKS, MARKER_LOOKS])
def test_no_two_things_of_a_picture_look_the_same(looks: dict[str, object]) -> None:
    """Each has its own label, and its own colour together with its hatch or marker."""
    drawn = [(look.colour, look.hatch, look.marker) for look in looks.values()]

    assert len(set(drawn)) == len(drawn) == len({look.label for look in looks.values()})


@pytest.mark.parametrize(
    ("end_ms", "label"), [(800, "ms"), (60_000, "s"), (600_000, "min"), (20_000_000, "h"), (900_000_000, "d")]
)
def test_time_axis_uses_units_of_people(end_ms: int, label: str) -> None:
    """Nobody reads 3,600,000 ms."""
    ax = Figure().add_subplot()
    set_time_axis(ax, end_ms)

    assert f"simulated time ({label})" == ax.get_xlabel()
    assert 2 <= sum(0 <= tick <= end_ms for tick in ax.get_xticks()) <= 9
