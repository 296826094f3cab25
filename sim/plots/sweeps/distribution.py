"""Picture: how the runs of one point of a sweep differ, as bars over the values of a measure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.plots.figure_style import WIDE_IN, drawable, drawing, head_figure, head_in, new_figure
from sim.plots.picture import SweepPicture
from sim.plots.styles import INK
from sim.plots.sweep_axes import MODE_HATCHES, MODE_LOOKS, bar_handles, head_picture, measure_in_words, noted_line
from sim.results.sweep_result import SweepResult
from sim.results.sweep_rows import TIMES
from sim.results.sweep_text import number, short_names
from sim.results.text import in_words
from sim.yaml_files.problems import listed

_MAX_BINS = 30
_MAX_MARKS = 12
_MAX_DISTRIBUTIONS = 4
_NICE = (1, 2, 5)


class Bins(NamedTuple):
    """Stretches of whole values, each as wide as the others.

    Attributes:
        low: The lowest value of the first one.
        step: How many values each has.
        bars: How many there are.
    """

    low: int
    step: int
    bars: int

    def place_of(self, value: int) -> int:
        """Say in which stretch a value lies, from 0."""
        return (value - self.low) // self.step

    def label(self, place: int, measure: str) -> str:
        """Write what a stretch holds: one value, or the first and the last."""
        first = self.low + place * self.step
        last = first + self.step - 1
        if measure in TIMES:
            return number(measure, max(first, 0))
        first = max(first, 0)
        return f"{first:,}" if first >= last else f"{first:,}–{last:,}"


def distribution(result: SweepResult, measure: str = "delivered", ax: Axes | None = None, *, point: int = 0) -> Axes:
    """Draw how often a measure took each value, over the runs of one point; both modes beside each other.

    Where there are more values than bars have room, a bar stands for a few of them, and says for which. All points of
    a sweep have the same bars, so that two pictures can be compared.

    Args:
        result: Of a sweep.
        measure: An outcome, an overlay or a time by its name in the JSON contract, such as ``lost``.
        ax: Axes to draw into; default: a new figure.
        point: Which combination of what was varied, from 0.
    """
    with drawing():
        own = ax is None
        title = point_title(result, point)
        if ax is None:
            ax = new_figure(WIDE_IN, 2.9 + head_in(title)).add_subplot()
        draw_distribution(result, measure, point, bins_of(result, measure, range(len(result.points))), ax)
        head_picture(ax, result, title, bar_handles(result.modes), own=own)
    return ax


def bins_of(result: SweepResult, measure: str, points: Iterable[int]) -> Bins:
    """Divide what occurs at some points, in any mode, into stretches for bars.

    Delivered jobs end with the most of them, so that "all of 120" is not "120 to 124"; other counts begin with the
    fewest, times at a round one.
    """
    chosen = set(points)
    every = [
        modes[measure]
        for answer in result.answers
        if answer.point in chosen
        for modes in answer.modes.values()
        if measure in modes
    ]
    low, high = min((one.least for one in every), default=0), max((one.most for one in every), default=0)
    step = _step(high - low + 1)
    if measure in TIMES:
        low = low // step * step
        return Bins(low, step, (high - low) // step + 1)
    bars = -(-(high - low + 1) // step)
    return Bins(high - bars * step + 1 if measure == "delivered" else low, step, bars)


def _step(values: int) -> int:
    """Choose a round width so that there are at most ``_MAX_BINS`` stretches."""
    scale = 1
    while True:
        for nice in _NICE:
            if values <= nice * scale * _MAX_BINS:
                return nice * scale
        scale *= 10


def heights_of(result: SweepResult, measure: str, point: int, bins: Bins) -> dict[str, list[float]]:
    """Say by mode how many percent of the runs fall into each stretch."""
    heights: dict[str, list[float]] = {}
    modes = result.value_counts(point).modes
    for mode in result.modes:
        found = modes[mode].counts[measure] if mode in modes else Counter[int]()
        counts = [0] * bins.bars
        for value, runs in found.items():
            counts[bins.place_of(value)] += runs
        heights[mode] = [100 * count / max(found.total(), 1) for count in counts]
    return heights


def draw_distribution(result: SweepResult, measure: str, point: int, bins: Bins, ax: Axes, top: float = 0.0) -> None:
    """Draw the bars and the axes, without title and legend.

    Args:
        top: Where the axis ends, % of the runs; 0 ends it above the highest bar.
    """
    heights = heights_of(result, measure, point, bins)
    width = 0.84 / max(len(heights), 1)
    for turn, (mode, found) in enumerate(heights.items()):
        shift = width * (turn - (len(heights) - 1) / 2)
        ax.bar(
            [place + shift for place in range(bins.bars)],
            found,
            width=width,
            color=MODE_LOOKS[mode][0],
            hatch=MODE_HATCHES[mode],
            edgecolor=INK,
            linewidth=0.4,
            label=mode,
        )
    _mark(ax, bins, measure)
    highest = max((height for found in heights.values() for height in found), default=0.0)
    ax.set_ylim(0, 1.06 * (top or highest or 100.0))
    ax.set_ylabel("% of the runs")


def marked(bars: int, most: int, *, from_last: bool) -> list[int]:
    """Choose the bars that get a number: the first and the last always, of many every second, third and so on.

    Args:
        from_last: Whether to count from the last bar; otherwise from the first.
    """
    every, last = -(-bars // most), bars - 1
    places = range(last, -1, -every) if from_last else range(0, bars, every)
    end = 0 if from_last else last
    kept = {place for place in places if abs(place - end) > every / 2}
    return sorted(kept | {0, last})


def _mark(ax: Axes, bins: Bins, measure: str) -> None:
    """Write below the bars what they stand for."""
    most = _MAX_MARKS if bins.step == 1 else _MAX_MARKS // 2
    shown = marked(bins.bars, most, from_last=measure == "delivered")
    is_time = measure in TIMES
    ax.set_xticks([place - 0.5 * is_time for place in shown], [bins.label(place, measure) for place in shown])
    ax.set_xlim(-1.0, bins.bars) if bins.bars < 4 else ax.set_xlim(-0.7, bins.bars - 0.3)
    ax.set_xlabel(measure_in_words(measure) if is_time else f"{in_words(measure)} in a run")


def point_title(result: SweepResult, point: int) -> str:
    """Say how many runs of which point are shown."""
    runs = result.value_counts(point).runs
    names = short_names(result.paths)
    setting = ", ".join(f"{name} {value}" for name, value in zip(names, result.points[point], strict=True))
    counted = f"{runs:,} run{'' if runs == 1 else 's'}"
    return drawable(f"{counted} at {setting}" if setting else counted)


def _figure(result: SweepResult, measures: Sequence[str], note: str) -> Figure:
    points = _spread_out([answer.point for answer in result.answers])
    if len(points) < len(result.answers):
        note = f"{note} {len(points)} of {len(result.answers):,} points; sweep.sqlite has the others.".strip()
    bins = {measure: bins_of(result, measure, points) for measure in measures}
    differing = [measure for measure in measures if bins[measure].bars > 1]
    alike = [measure for measure in measures if measure not in differing]
    if alike and differing:
        note = f"{note} The same in every run: {listed([in_words(measure) for measure in alike], 'and')}.".strip()
    drawn = (differing or alike)[: 4 if len(points) == 1 else 2]
    across = min(2, len(drawn))
    panels = [(point, measure) for point in points for measure in drawn]
    down = -(-len(panels) // across)
    title, quiet = "How the runs differ", noted_line(result, note)
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
    return figure


def _spread_out(points: list[int]) -> list[int]:
    """Take a few points from the first to the last."""
    if len(points) <= _MAX_DISTRIBUTIONS:
        return points
    last = len(points) - 1
    return [points[round(last * place / (_MAX_DISTRIBUTIONS - 1))] for place in range(_MAX_DISTRIBUTIONS)]


PICTURE = SweepPicture("distribution", 30, lambda _result: True, _figure)
