"""The pictures of a sweep that go into its folder, as bytes."""

from collections.abc import Sequence

from sim.report.answers import measures_that_add_up
from sim.report.canvas import WIDE_IN, drawing, new_figure, png_bytes
from sim.report.sweep_plots import plot_against, plot_distribution, plot_heat_map
from sim.report.sweep_result import SweepResult

_PANEL_IN = 3.4
_MOST_DISTRIBUTIONS = 4


def sweep_pictures(result: SweepResult, measures: Sequence[str] = ()) -> dict[str, bytes]:
    """Draw what a sweep of its kind is looked at with, by name.

    ``outcomes`` shows the measures against the points, ``heat-map`` over two things varied, and ``distribution`` how
    the runs of the first points differ.

    Args:
        measures: Left out, those that add up to what was offered.
    """
    measures = measures or measures_that_add_up(result.answers)
    pictures: dict[str, bytes] = {}
    if len(result.points) > 1:
        pictures["outcomes"] = _outcomes(result, measures)
    if len(result.paths) == 2:
        pictures["heat-map"] = _heat_maps(result, measures)
    pictures["distribution"] = _distributions(result, measures)
    return pictures


def _outcomes(result: SweepResult, measures: Sequence[str]) -> bytes:
    across = 2 if len(result.paths) < 2 and len(measures) > 1 else 1
    down = -(-len(measures) // across)
    with drawing():
        figure = new_figure(WIDE_IN, _PANEL_IN * down)
        for place, measure in enumerate(measures):
            plot_against(result, measure, ax=figure.add_subplot(down, across, place + 1))
        return png_bytes(figure)


def _heat_maps(result: SweepResult, measures: Sequence[str]) -> bytes:
    rows = len({values[0] for values in result.points})
    height = max(2.4, 1.2 + 0.42 * rows)
    with drawing():
        figure = new_figure(WIDE_IN, height * len(measures))
        for down, measure in enumerate(measures):
            for right, mode in enumerate(result.modes):
                place = down * len(result.modes) + right + 1
                plot_heat_map(result, measure, mode, ax=figure.add_subplot(len(measures), len(result.modes), place))
        return png_bytes(figure)


def _distributions(result: SweepResult, measures: Sequence[str]) -> bytes:
    points = [answer.point for answer in result.answers][:_MOST_DISTRIBUTIONS]
    across = min(2, len(measures))
    chosen = list(measures) if len(points) == 1 else list(measures)[:across]
    panels = [(point, measure) for point in points for measure in chosen]
    down = -(-len(panels) // across)
    with drawing():
        figure = new_figure(WIDE_IN, 2.8 * down)
        for place, (point, measure) in enumerate(panels):
            plot_distribution(result, measure, point, ax=figure.add_subplot(down, across, place + 1))
        return png_bytes(figure)
