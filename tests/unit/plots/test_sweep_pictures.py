"""The pictures in a sweep's folder: what has a panel, what is said instead, and what is the same in all panels."""

from itertools import pairwise

import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.plots import sweep_pictures as module
from sim.plots.sweep_pictures import sweep_pictures
from sim.plots.sweeps.distribution import bins_of, distribution, heights_of, marked
from sim.results.sweep_result import SweepResult
from sim.results.sweep_rows import COUNTS, RunRow
from sim.results.sweep_values import MEASURES, measures_of

MODES = ("in-process", "queue")
OUTCOMES = ("rejected", "lost", "failed_retained", "pending")


def sweep(
    values: list[list[dict[str, int]]], paths: tuple[str, ...] = ("a.b",), points: tuple[tuple[str, ...], ...] = ()
) -> SweepResult:
    """A sweep of 120 jobs a run: by point and run, what happened to those that queue mode did not deliver."""
    rows = []
    for point, runs in enumerate(values):
        for replication, counts in enumerate(runs, 1):
            for mode in MODES:
                own = dict(counts) if mode == "queue" else {}
                missing = sum(own.get(name, 0) for name in OUTCOMES)
                own |= {"offered": 120, "delivered": 120 - missing, "attempts": 120}
                numbers = (*(own.get(name, 0) for name in COUNTS), 1_500, 1_500, 90_000, 90_000, 90_000)
                rows.append(RunRow(point, replication, mode, 1, 60_000, numbers))
    points = points or tuple((str(place),) for place in range(len(values)))
    semantics = ("documented",) * len(values)
    return SweepResult("T", "Q?", 7, "fakeredis", paths, points, semantics, MODES, rows)


THREE = sweep(
    [[{"lost": 30 + run % 5} for run in range(10)], [{"lost": 6 * (run % 2)} for run in range(10)], [{}] * 10]
)


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """Figures in place of their bytes, in the order in which they were drawn."""
    drawn: list[Figure] = []

    def keep(figure: Figure) -> bytes:
        figure.draw_without_rendering()
        drawn.append(figure)
        return b""

    monkeypatch.setattr(module, "png_bytes", keep)
    return drawn


def panels(figure: Figure) -> list[Axes]:
    """The axes of a figure without its colour bars."""
    return [ax for ax in figure.axes if ax.get_label() != "<colorbar>"]


def labels(ax: Axes) -> list[str]:
    """What stands below the bars."""
    return [text.get_text() for text in ax.get_xticklabels()]


def test_a_bar_stands_at_the_value_that_it_is_for() -> None:
    """Seven runs that deliver all of 120 are not shown at 121; no label is below the lowest or above the highest."""
    result = sweep([[{"lost": 46} for _ in range(3)] + [{}] * 7])
    ax = distribution(result, "delivered")
    (queue,) = [container for container in ax.containers if container.get_label() == "queue"]
    last = max(queue, key=lambda bar: bar.get_x())
    assert last.get_height() == pytest.approx(70)
    assert labels(ax)[-1] == "119–120"
    assert abs(last.get_x() + last.get_width() / 2 - ax.get_xticks()[-1]) < 0.5
    numbers = [int(end) for text in labels(ax) for end in text.split("–")]
    assert min(numbers) >= 0
    assert max(numbers) == 120


@pytest.mark.parametrize("measure", ["delivered", "lost", "not_delivered", "attempts", "delivery_p95_ms"])
def test_every_run_is_in_one_bar_and_that_bar_holds_its_value(measure: str) -> None:
    """At every point and in both modes the heights sum to all runs."""
    bins = bins_of(THREE, measure, range(3))
    for point in range(3):
        for found in heights_of(THREE, measure, point, bins).values():
            assert sum(found) == pytest.approx(100)
    for row in THREE.rows:
        value = measures_of(row)[MEASURES.index(measure)]
        assert value is not None
        first = bins.low + bins.place_of(value) * bins.step
        assert first <= value < first + bins.step
        assert 0 <= bins.place_of(value) < bins.bars


@pytest.mark.parametrize("most", [0, 1, 29, 30, 59, 60, 1_000, 99_999])
def test_there_are_never_more_bars_than_have_room(most: int) -> None:
    """Whatever the counts are."""
    rows = [
        RunRow(0, run, "queue", 1, 60_000, (*(number for _name in COUNTS), *[number] * 5))
        for run, number in enumerate((0, most), 1)
    ]
    result = SweepResult("T", "Q?", 1, "fakeredis", (), ((),), ("documented",), ("queue",), rows)
    for measure in ("delivered", "attempts", "delivery_p95_ms"):
        assert 1 <= bins_of(result, measure, [0]).bars <= 31


def test_all_points_have_the_same_bars(figures: list[Figure]) -> None:
    """Rows of a column can be compared: same places, same labels, same height."""
    sweep_pictures(THREE)
    made = panels(figures[-1])
    columns = [made[0::2], made[1::2]]
    for column in columns:
        assert len({tuple(labels(ax)) for ax in column}) == 1
        assert len({ax.get_ylim() for ax in column}) == 1
        assert len({ax.get_xlim() for ax in column}) == 1


def test_a_measure_that_says_nothing_has_no_panel_and_is_named(figures: list[Figure]) -> None:
    """Asked for or not."""
    sweep_pictures(THREE, ["delivered", "duplicated", "lost"])
    assert [ax.get_title(loc="left") for ax in panels(figures[0])] == [
        "delivered, share of the jobs",
        "lost, share of the jobs",
    ]
    assert all("None in any run: duplicated." in figure.texts[1].get_text() for figure in figures)


def test_what_is_asked_for_is_drawn_even_if_it_never_happens(figures: list[Figure]) -> None:
    """A folder is never without a picture."""
    sweep_pictures(THREE, ["duplicated"])
    assert all(panels(figure) for figure in figures)


def test_a_value_that_is_the_same_in_every_run_is_said_and_not_drawn(figures: list[Figure]) -> None:
    """Empty panels would take half the page."""
    sweep_pictures(THREE, ["delivered", "attempts"])
    assert {ax.get_xlabel() for ax in panels(figures[-1])} == {"delivered in a run"}
    assert "The same in every run: attempts." in figures[-1].texts[1].get_text()


def test_pictures_name_the_sweep_and_say_once_which_mode_is_which(figures: list[Figure]) -> None:
    """Title of the scenario, semantics, seed and runs; one legend, below."""
    sweep_pictures(THREE)
    for figure in figures:
        assert figure.texts[1].get_text().startswith("T · in-process and queue · documented · seed 7 · 30 runs")
        assert len(figure.legends) == 1
        assert not any(ax.get_legend() for ax in figure.axes)


def test_axes_begin_at_zero_and_large_shares_end_at_all_jobs(figures: list[Figure]) -> None:
    """65% beside 100% is not drawn as nothing beside all."""
    sweep_pictures(THREE)
    for ax in panels(figures[0]):
        low, high = ax.get_ylim()
        assert -0.1 < low <= 0
        assert 1 <= high < 1.1


def test_of_many_points_a_few_from_the_first_to_the_last_are_shown_and_it_says_so(figures: list[Figure]) -> None:
    """And where the others are."""
    sweep_pictures(sweep([[{"lost": run + point} for run in range(4)] for point in range(30)]))
    titles = [ax.get_title(loc="left") for ax in panels(figures[-1])][::2]
    assert (titles[0], titles[-1], len(titles)) == ("4 runs at b 0", "4 runs at b 29", 4)
    assert "4 of 30 points; sweep.sqlite has the others." in figures[-1].texts[1].get_text()


def test_a_grid_has_lines_within_its_groups_and_a_bar_of_colours(figures: list[Figure]) -> None:
    """No line joins the end of one group with the beginning of the next."""
    grid = tuple((a, b) for a in ("1", "2") for b in ("10s", "20s", "30s"))
    sweep_pictures(sweep([[{"lost": place}] * 2 for place in range(6)], ("x.attempts", "y.wait"), grid))
    outcomes, heat_map, _distribution = figures
    line = outcomes.axes[0].containers[1].lines[0]
    assert line.get_linestyle() == "-"
    assert [value == value for value in line.get_ydata()] == [True] * 3 + [False] + [True] * 3
    assert {text.get_text() for text in outcomes.axes[0].texts} == {"attempts 1", "attempts 2"}
    bars = [ax for ax in heat_map.axes if ax.get_label() == "<colorbar>"]
    assert len(bars) == len(panels(heat_map)) / 2


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("points", [1, 2, 200])
@pytest.mark.parametrize("lost", [[0], [120], [0, 120], list(range(121))])
def test_extreme_sweeps_are_drawn_without_a_warning(points: int, lost: list[int]) -> None:
    """One point or many, nothing delivered or all."""
    result = sweep([[{"lost": number} for number in lost[:: max(1, points // 20)]]] * points)
    assert sweep_pictures(result)


@pytest.mark.filterwarnings("error")
def test_a_grid_with_holes_is_drawn() -> None:
    """Points whose runs all went wrong have no rows."""
    grid = tuple((a, b) for a in ("1", "2") for b in ("none", "rdb"))
    whole = sweep([[{"lost": place}] * 2 for place in range(4)], ("x.attempts", "redis.persistence"), grid)
    holes = SweepResult(
        whole.title,
        whole.question,
        1,
        "fakeredis",
        whole.paths,
        whole.points,
        whole.semantics,
        MODES,
        [row for row in whole.rows if row.point != 1],
    )
    assert set(sweep_pictures(holes)) == {"outcomes", "heat-map", "distribution"}


@pytest.mark.parametrize("bars", range(1, 31))
def test_the_first_and_the_last_bar_have_a_number_and_no_two_numbers_touch(bars: int) -> None:
    """None rejected is where a reader looks first; counted from either side, marks stay half a step apart."""
    for from_last in (True, False):
        shown = marked(bars, 12, from_last=from_last)
        assert (shown[0], shown[-1]) == (0, bars - 1)
        assert len(shown) <= 13
        steps = [after - before for before, after in pairwise(shown)]
        assert all(step > max(steps) / 2 for step in steps)
