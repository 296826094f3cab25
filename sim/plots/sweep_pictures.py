"""The pictures of a sweep that go into its folder, as bytes."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from sim.plots.against_plot import draw_against
from sim.plots.distribution_plot import bins_of, draw_distribution, heights_of, point_title
from sim.plots.figure_style import WIDE_IN, drawing, head_figure, head_in, new_figure, png_bytes, sweep_line
from sim.plots.heat_map_plot import add_colour_bar, draw_heat_map, map_title
from sim.plots.sweep_axes import bar_handles, line_handles, measure_in_words
from sim.results.sweep_answers import REASONS, measures_that_add_up
from sim.results.sweep_result import SweepResult
from sim.results.text import in_words
from sim.yaml_files.problems import listed

_PANEL_IN = 2.9
_MAX_DISTRIBUTIONS = 4


def sweep_pictures(result: SweepResult, measures: Sequence[str] = ()) -> dict[str, bytes]:
    """Draw what a sweep of its kind is looked at with, by name.

    ``outcomes`` shows the measures against the points, ``heat-map`` over two things varied, and ``distribution`` how
    the runs of some points differ. A measure that is zero in every run, or the same in every run where runs are
    compared, has no panel: the line below the title says so.

    Args:
        measures: Left out, those that add up to what was offered.
    """
    chosen = measures or _without_repeats(measures_that_add_up(result.answers))
    shown = [measure for measure in chosen if _occurs(result, measure)] or list(chosen[:1])
    never = [measure for measure in chosen if measure not in shown]
    note = f"None in any run: {listed([in_words(measure) for measure in never], 'or')}." if never else ""
    pictures: dict[str, bytes] = {}
    if len(result.points) > 1:
        pictures["outcomes"] = _outcomes(result, shown, note)
    if len(result.paths) == 2:
        pictures["heat-map"] = _heat_maps(result, shown, note)
    pictures["distribution"] = _distributions(result, shown, note)
    return pictures


def _without_repeats(measures: Sequence[str]) -> list[str]:
    """Leave out what was not delivered where there is one reason for it, which says the same."""
    reasons = [measure for measure in measures if measure in REASONS]
    return [measure for measure in measures if measure != "not_delivered" or len(reasons) != 1]


def _occurs(result: SweepResult, measure: str) -> bool:
    found = [modes[measure] for answer in result.answers for modes in answer.modes.values() if measure in modes]
    return any(summary.most for summary in found)


def _outcomes(result: SweepResult, measures: Sequence[str], note: str) -> bytes:
    across = 2 if len(result.paths) < 2 and len(measures) > 1 else 1
    down = -(-len(measures) // across)
    title = f"Against {listed(list(result.paths), 'and')}, with 95 % intervals"
    quiet = _quiet(result, note)
    with drawing():
        figure = new_figure(WIDE_IN, _PANEL_IN * down + 0.3 + head_in(title, quiet))
        for place, measure in enumerate(measures):
            ax = figure.add_subplot(down, across, place + 1)
            draw_against(result, measure, ax)
            ax.set_title(measure_in_words(measure), pad=18 if len(result.paths) > 1 else 6)
        if len(result.modes) > 1:
            figure.legend(handles=line_handles(result.modes), loc="outside lower left", ncols=2, handlelength=2.6)
        head_figure(figure, title, quiet)
        return png_bytes(figure)


def _heat_maps(result: SweepResult, measures: Sequence[str], note: str) -> bytes:
    rows = len({values[0] for values in result.points})
    height = min(max(2.2, 1.0 + 0.36 * rows), 6.0)
    title = f"Over {listed(list(result.paths), 'and')}, mean of the runs"
    quiet = _quiet(result, note)
    with drawing():
        figure = new_figure(WIDE_IN, height * len(measures) + head_in(title, quiet))
        panels = figure.subplots(len(measures), len(result.modes), squeeze=False)
        for row, measure in zip(panels, measures, strict=True):
            made: list[Axes] = list(row)
            for place, (ax, mode) in enumerate(zip(made, result.modes, strict=True)):
                image = draw_heat_map(result, measure, mode, ax)
                ax.set_title(f"{map_title(measure)}, {mode}")
                if place:
                    ax.set_ylabel("")
            add_colour_bar(image, measure, made)
        head_figure(figure, title, quiet)
        return png_bytes(figure)


def _distributions(result: SweepResult, measures: Sequence[str], note: str) -> bytes:
    points = _spread_out([answer.point for answer in result.answers])
    if len(points) < len(result.answers):
        note = f"{note} {len(points)} of {len(result.answers):,} points; sweep.sqlite has the others.".strip()
    bins = {measure: bins_of(result, measure, points) for measure in measures}
    differing = [measure for measure in measures if bins[measure].bars > 1]
    alike = [measure for measure in measures if measure not in differing]
    if alike and differing:
        note = f"{note} Every run alike: {listed([in_words(measure) for measure in alike], 'and')}.".strip()
    drawn = (differing or alike)[: 4 if len(points) == 1 else 2]
    across = min(2, len(drawn))
    panels = [(point, measure) for point in points for measure in drawn]
    down = -(-len(panels) // across)
    title, quiet = "How the runs differ", _quiet(result, note)
    tops = {
        measure: max(
            height
            for point in points
            for found in heights_of(result, measure, point, bins[measure]).values()
            for height in found
        )
        for measure in drawn
    }
    with drawing():
        figure = new_figure(WIDE_IN, 2.4 * down + 0.3 + head_in(title, quiet))
        for place, (point, measure) in enumerate(panels):
            ax = figure.add_subplot(down, across, place + 1)
            draw_distribution(result, measure, point, bins[measure], ax, tops[measure])
            ax.set_title(point_title(result, point))
        if len(result.modes) > 1:
            figure.legend(handles=bar_handles(result.modes), loc="outside lower left", ncols=2, handlelength=2.6)
        head_figure(figure, title, quiet)
        return png_bytes(figure)


def _spread_out(points: list[int]) -> list[int]:
    """Take a few points from the first to the last."""
    if len(points) <= _MAX_DISTRIBUTIONS:
        return points
    last = len(points) - 1
    return [points[round(last * place / (_MAX_DISTRIBUTIONS - 1))] for place in range(_MAX_DISTRIBUTIONS)]


def _quiet(result: SweepResult, note: str) -> str:
    line = sweep_line(result, WIDE_IN)
    return f"{line}\n{note}" if note else line
