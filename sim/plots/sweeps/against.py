"""Picture: a measure against what a sweep varied, each mode a line with its intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from sim.core.durations import format_duration
from sim.plots.figure_style import WIDE_IN, drawable, drawing, head_figure, head_in, new_figure
from sim.plots.picture import SweepPicture
from sim.plots.styles import FAINT, INK
from sim.plots.sweep_axes import (
    MODE_LOOKS,
    format_values,
    has,
    head_picture,
    line_handles,
    measure_in_words,
    noted_line,
    scale_of,
)
from sim.results.sweep_answers import PARTS, Summary
from sim.results.sweep_result import SweepResult
from sim.results.sweep_text import short_names
from sim.results.varied_values import are_durations, numbers_of
from sim.yaml_files.problems import listed

_MAX_MARKS = 12
_MAX_INNER_MARKS = 30
_MAX_GROUP_MARKS = 10
_PANEL_IN = 2.9
_NAN = float("nan")


def against(result: SweepResult, measure: str = "delivered", ax: Axes | None = None) -> Axes:
    """Draw a measure against what was varied, each mode a line with its 95% intervals; the axis begins at zero.

    With several things varied the points stand in groups, one for each combination of the others, and a line runs
    within each group. Text is no number: no line joins it.

    Args:
        result: Of a sweep.
        measure: An outcome, an overlay or a time by its name in the JSON contract, such as ``lost``.
        ax: Axes to draw into; default: a new figure.
    """
    with drawing():
        own = ax is None
        title = measure_in_words(measure)
        if ax is None:
            ax = new_figure(WIDE_IN, 3.7 + head_in(title)).add_subplot()
        draw_against(result, measure, ax)
        head_picture(ax, result, title, line_handles(result.modes), own=own)
    return ax


@dataclass(frozen=True)
class _Places:
    """Where the points stand along the axis.

    Attributes:
        at: By point.
        groups: Points that a line joins, in the order of the line.
        inner: Which of the things varied runs along the axis; None where nothing was varied.
        numeric: Whether it is numbers that stand where they are.
        joined: Whether a line joins the points of a group.
    """

    at: dict[int, float]
    groups: list[list[int]]
    inner: int | None
    numeric: bool
    joined: bool


def _places(result: SweepResult) -> _Places:
    paths, points = result.paths, result.points
    if not paths:
        at = {place: float(place) for place in range(len(points))}
        return _Places(at, [list(at)], None, False, False)
    if len(paths) == 1:
        numbers = numbers_of([values[0] for values in points])
        at = {point: float(number) for point, number in enumerate(range(len(points)) if numbers is None else numbers)}
        is_numeric = numbers is not None
        return _Places(at, [sorted(at, key=at.__getitem__)], 0, is_numeric, is_numeric)
    ordered = [numbers_of(list(dict.fromkeys(values[place] for values in points))) for place in range(len(paths))]
    inner = next((place for place in reversed(range(len(paths))) if ordered[place] is not None), len(paths) - 1)

    def others(point: int) -> tuple[str, ...]:
        return tuple(value for place, value in enumerate(points[point]) if place != inner)

    first = {key: place for place, key in reversed(list(enumerate(map(others, range(len(points))))))}
    numbers = numbers_of([values[inner] for values in points])
    rank = range(len(points)) if numbers is None else numbers
    order = sorted(range(len(points)), key=lambda point: (first[others(point)], rank[point]))
    groups = [list(group) for _key, group in groupby(order, key=others)]
    at = {}
    for place, group in enumerate(groups):
        for point in group:
            at[point] = float(len(at) + place)
    return _Places(at, groups, inner, False, numbers is not None)


def draw_against(result: SweepResult, measure: str, ax: Axes) -> None:
    """Draw the lines and the axes, without title and legend."""
    places = _places(result)
    answers = {answer.point: answer for answer in result.answers}
    apart = _apart(list(places.at.values()), numeric=places.numeric)
    highest = 0.0
    for turn, mode in enumerate(result.modes):
        colour, marker, line = MODE_LOOKS[mode]
        shift = apart * (turn - (len(result.modes) - 1) / 2)
        x: list[float] = []
        rows: list[tuple[float, float, float]] = []
        for group in places.groups:
            found = [point for point in group if point in answers and has(answers[point], mode, measure)]
            x += [*(places.at[point] + shift for point in found), _NAN]
            rows += [*(_bounds(answers[point].modes[mode][measure]) for point in found), (_NAN, _NAN, _NAN)]
        means = [mean for _low, mean, _high in rows[:-1]]
        highest = max([highest, *(high for _low, _mean, high in rows if high == high)])
        ax.errorbar(
            x[:-1],
            means,
            yerr=[[mean - low for low, mean, _high in rows[:-1]], [high - mean for _low, mean, high in rows[:-1]]],
            color=colour,
            marker=marker,
            markersize=6 if len(means) <= 40 else 3,
            markeredgecolor=INK,
            markeredgewidth=0.5,
            linestyle=line if places.joined else "none",
            linewidth=1.6,
            elinewidth=1.2,
            capsize=3 if len(means) <= 40 else 0,
            label=mode,
        )
    _mark_places(result, places, ax)
    _mark_values(measure, highest, ax)


def _bounds(summary: Summary) -> tuple[float, float, float]:
    """Lower bound, mean and upper bound, as they are drawn."""
    scale = scale_of(summary)
    low, high = summary.interval or (summary.mean, summary.mean)
    return min(low, summary.mean) / scale, summary.mean / scale, max(high, summary.mean) / scale


def _apart(places: Sequence[float], *, numeric: bool) -> float:
    """How far the modes stand from each other, so that their intervals do not cover one another."""
    span = max(places, default=0.0) - min(places, default=0.0)
    if not numeric:
        return 0.16
    return 0.008 * span if span else 0.1


def _mark_places(result: SweepResult, places: _Places, ax: Axes) -> None:
    if places.inner is None:
        ax.set_xticks(list(places.at.values()), ["as it stands"] * len(places.at))
        ax.set_xlim(-0.5, len(places.at) - 0.5)
        return
    path = result.paths[places.inner]
    ax.set_xlabel(drawable(path))
    if places.numeric:
        _mark_numbers([values[0] for values in result.points], list(places.at.values()), ax)
        return
    every = -(-len(places.at) // _MAX_INNER_MARKS)
    order = [point for group in places.groups for point in group]
    shown = order[::every]
    labels = [drawable(result.points[point][places.inner]) for point in shown]
    wide = max(map(len, labels)) > 90 // len(labels)
    ax.set_xticks([places.at[point] for point in shown], labels, rotation=60 if wide else 0)
    ax.set_xlim(-0.6, max(places.at.values()) + 0.6)
    if len(result.paths) > 1:
        _mark_groups(result, places, ax)


def _mark_groups(result: SweepResult, places: _Places, ax: Axes) -> None:
    """Write above each group what its points have in common, and draw a line between groups."""
    assert places.inner is not None
    names = short_names(result.paths)
    every = -(-len(places.groups) // _MAX_GROUP_MARKS)
    for place, group in enumerate(places.groups):
        left, right = places.at[group[0]], places.at[group[-1]]
        if place:
            ax.axvline(left - 1, color="#cccccc", linewidth=0.8, zorder=0)
        if place % every:
            continue
        values = [
            f"{name} {value}"
            for at, (name, value) in enumerate(zip(names, result.points[group[0]], strict=True))
            if at != places.inner
        ]
        ax.annotate(
            drawable(", ".join(values)) if len(places.groups) <= 5 else drawable("\n".join(values)),
            ((left + right) / 2, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 2),
            textcoords="offset points",
            va="bottom",
            ha="center",
            fontsize=8.5,
            annotation_clip=False,
        )


def _mark_numbers(values: Sequence[str], places: Sequence[float], ax: Axes) -> None:
    if are_durations(values):
        ax.xaxis.set_major_formatter(FuncFormatter(lambda ms, _place: format_duration(round(ms)) if ms >= 0 else ""))
    else:
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _place: f"{value:,.10g}"))
    if len(places) <= _MAX_MARKS and _far_enough(places):
        ax.set_xticks(list(places))


def _far_enough(places: Sequence[float]) -> bool:
    """Whether a mark at every place leaves room for its text."""
    ordered = sorted(places)
    span = ordered[-1] - ordered[0]
    return all(after - before >= span / 14 for before, after in pairwise(ordered))


def _mark_values(measure: str, highest: float, ax: Axes) -> None:
    """Let the axis begin at zero: shares of more than a quarter reach up to 100%."""
    top = 1.0 if measure in PARTS and (highest > 0.25 or not highest) else highest or 1.0
    format_values(ax.yaxis, measure)
    ax.set_ylim(-0.04 * top, 1.06 * top)
    ax.axhline(0, color=FAINT, linewidth=0.6, zorder=0)
    ax.grid(axis="y", color="#e6e6e6", linewidth=0.8)
    ax.set_axisbelow(True)


def _figure(result: SweepResult, measures: Sequence[str], note: str) -> Figure:
    across = 2 if len(result.paths) < 2 and len(measures) > 1 else 1
    down = -(-len(measures) // across)
    title = f"Against {listed(list(result.paths), 'and')}, with 95% intervals"
    quiet = noted_line(result, note)
    with drawing():
        figure = new_figure(WIDE_IN, _PANEL_IN * down + 0.3 + head_in(title, quiet))
        for place, measure in enumerate(measures):
            ax = figure.add_subplot(down, across, place + 1)
            draw_against(result, measure, ax)
            ax.set_title(measure_in_words(measure), pad=18 if len(result.paths) > 1 else 6)
        if len(result.modes) > 1:
            figure.legend(handles=line_handles(result.modes), loc="outside lower left", ncols=2, handlelength=2.6)
        head_figure(figure, title, quiet)
    return figure


PICTURE = SweepPicture("outcomes", 10, lambda result: len(result.points) > 1, _figure)
