"""The pictures of a sweep, drawn from rows made by hand."""

import matplotlib
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from sim.core.errors import SimError
from sim.plots import against, distribution, heat_map
from sim.plots.figure_style import new_figure, png_bytes
from sim.results.sweep_result import SweepResult
from sim.results.sweep_rows import COUNTS, RunRow
from sim.results.varied_values import numbers_of


def sweep_of(paths: tuple[str, ...], points: tuple[tuple[str, ...], ...], runs: int = 10) -> SweepResult:
    """A sweep in which run n loses n % 3 + point of ten jobs in queue mode, and none in-process."""
    rows = []
    for point in range(len(points)):
        for replication in range(1, runs + 1):
            for mode in ("in-process", "queue"):
                lost = (replication % 3 + point) % 10 if mode == "queue" else 0
                counts = {"offered": 10, "delivered": 10 - lost, "lost": lost, "attempts": 12}
                numbers = (*(counts.get(name, 0) for name in COUNTS), 1_500, 1_500, 90_000, 90_000, 90_000)
                rows.append(RunRow(point, replication, mode, 1, 60_000, numbers))
    semantics = ("documented",) * len(points)
    return SweepResult("T", "Q?", 1, "fakeredis", paths, points, semantics, ("in-process", "queue"), rows)


def ticks(ax: Axes) -> list[str]:
    """What is written along the horizontal axis."""
    ax.figure.draw_without_rendering()
    low, high = ax.get_xlim()
    return [t.get_text() for t in ax.get_xticklabels() if low <= t.get_position()[0] <= high]


def test_durations_stand_where_they_are_and_are_written_as_durations() -> None:
    """A minute is six times as far out as ten seconds."""
    ax = against(sweep_of(("faults.0.duration",), (("10s",), ("30s",), ("1m",))), "lost")
    assert ticks(ax) == ["10s", "30s", "1m"]
    assert ax.get_xticks().tolist() == [10_000, 30_000, 60_000]


def test_a_picture_of_a_sweep_names_it() -> None:
    """In a figure of its own, and above axes of somebody else; a legend does not lie on it."""
    result = sweep_of(("a",), (("1",), ("2",)))
    line = "T · in-process and queue · documented · seed 1 · 20 runs"
    for plot in (against, distribution):
        assert plot(result).figure.texts[1].get_text() == line
        ax = plot(result, ax=new_figure(8, 4).add_subplot())
        assert line in [text.get_text() for text in ax.texts]
        assert ax.get_legend() is not None


def test_text_is_a_category_and_no_line_joins_it() -> None:
    """Nothing lies between `none` and `rdb`."""
    ax = against(sweep_of(("redis.persistence",), (("none",), ("rdb",))), "lost")
    assert ticks(ax) == ["none", "rdb"]
    assert all(container.lines[0].get_linestyle() == "None" for container in ax.containers)


def test_a_mean_stands_within_its_interval() -> None:
    """Ten runs that lose 1, 2, 0, 1, ... of ten jobs: 10%, with the interval of Student's t."""
    result = sweep_of(("queues.email.attempts",), (("1",), ("2",)))
    ax = against(result, "lost")
    queue = ax.containers[1]
    mean = queue.lines[0].get_ydata()[0]
    (bars,) = queue.lines[2]
    assert isinstance(bars, LineCollection)
    low, high = (point[1] for point in bars.get_segments()[0])
    summary = result.answers[0].modes["queue"]["lost"]
    assert mean == pytest.approx(summary.mean / 10) == pytest.approx(0.1)
    assert summary.interval is not None
    assert (low, high) == pytest.approx((summary.interval.low / 10, summary.interval.high / 10))


def test_a_heat_map_has_its_number_in_every_cell() -> None:
    """Rows are the first thing varied."""
    result = sweep_of(("a.x", "b.y"), (("1", "p"), ("1", "q"), ("2", "p"), ("2", "q")), runs=3)
    ax = heat_map(result, "lost", mode="queue")
    assert [text.get_text() for text in ax.texts] == ["10.0", "20.0", "30.0", "40.0"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("b.y", "a.x")
    with pytest.raises(SimError, match="exactly two varied paths, not 1"):
        heat_map(sweep_of(("a",), (("1",), ("2",))))


def test_a_distribution_holds_every_run_once() -> None:
    """In percent of the runs, both modes beside each other."""
    ax = distribution(sweep_of((), ((),), runs=9), "lost")
    heights = [[bar.get_height() for bar in container] for container in ax.containers]
    assert heights[0] == pytest.approx([100, 0, 0])
    assert heights[1] == pytest.approx([100 / 3] * 3)


@pytest.mark.parametrize("points", [1, 2, 30, 80])
@pytest.mark.parametrize("measure", ["delivered", "attempts", "delivery_p95_ms"])
def test_any_number_of_points_can_be_drawn_into_axes_of_ones_own(points: int, measure: str) -> None:
    """Without a warning, without touching anybody's settings, and the same bytes twice."""
    before = dict(matplotlib.rcParams)
    pictures = []
    for _ in range(2):
        ax = new_figure(5, 3).add_subplot()
        result = sweep_of(("a",), tuple((str(n),) for n in range(points)), runs=2)
        assert against(result, measure, ax=ax) is ax
        pictures.append(png_bytes(ax.figure))
    assert pictures[0] == pictures[1]
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize(
    ("values", "numbers"),
    [
        (["1", "2"], [1, 2]),
        (["0.5", "1"], [0.5, 1.0]),
        (["500ms", "1m"], [500, 60_000]),
        (["1s", "null"], None),
        (["none", "rdb"], None),
        (["nan", "1"], None),
    ],
)
def test_values_are_numbers_only_where_all_of_them_are(values: list[str], numbers: list[float] | None) -> None:
    """A mixture is text."""
    assert numbers_of(values) == numbers
