"""Pictures of a sweep: an outcome against what was varied, a heat map for two things varied, and how runs differ."""

from collections.abc import Sequence
from itertools import pairwise
from textwrap import wrap

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.core.durations import format_duration
from sim.core.errors import SimError
from sim.report.answers import PARTS, PointAnswer, Summary, values_of
from sim.report.canvas import WIDE_IN, drawing, new_figure
from sim.report.style import BLUE, FAINT, INK, ORANGE
from sim.report.sweep_result import TIMES, SweepResult
from sim.report.sweep_words import number, percent, short_names
from sim.report.varied import are_durations, numbers_of
from sim.report.words import duration_in_words, in_words
from sim.scenario.fields import ModeName

MODE_LOOKS: dict[str, tuple[str, str, str]] = {"in-process": (ORANGE, "s", "--"), "queue": (BLUE, "o", "-")}
"""By mode: colour, marker and line, so that they can be told apart without colour."""
_SHADES = LinearSegmentedColormap.from_list("shades", ["#f4f7fb", "#9cc3e4", "#0072B2", "#003a5c"])
_MOST_MARKS = 12
_WIDE_VALUE = 8


def plot_against(result: SweepResult, measure: str = "delivered", *, ax: Axes | None = None) -> Axes:
    """Draw a measure against the one thing varied, each mode a line with its 95 % intervals.

    With nothing or several things varied, each point has a place of its own beside the others.
    """
    with drawing():
        if ax is None:
            ax = new_figure(WIDE_IN, 4.2).add_subplot()
        _draw_against(result, measure, ax)
    return ax


def plot_heat_map(
    result: SweepResult, measure: str = "delivered", mode: ModeName = "queue", *, ax: Axes | None = None
) -> Axes:
    """Draw a measure over two things varied, its number in every cell; the first runs down, the second to the right.

    Raises:
        SimError: Not exactly two things were varied, or the mode was not run.
    """
    if len(result.paths) != 2:
        raise SimError(f"a heat map shows two things varied, and here are {len(result.paths)}; see plot_against")
    if mode not in result.modes:
        raise SimError(f"the sweep did not run {mode} mode; it ran {' and '.join(result.modes)}")
    with drawing():
        if ax is None:
            ax = new_figure(WIDE_IN / 2, 4.2).add_subplot()
        _draw_heat_map(result, measure, mode, ax)
    return ax


def plot_distribution(
    result: SweepResult, measure: str = "delivered", point: int = 0, *, ax: Axes | None = None
) -> Axes:
    """Draw how often a measure took each value, over the runs of one point; both modes beside each other."""
    with drawing():
        if ax is None:
            ax = new_figure(WIDE_IN, 3.2).add_subplot()
        _draw_distribution(result, measure, point, ax)
    return ax


def measure_in_words(measure: str) -> str:
    """Write a measure as the axis of a picture calls it."""
    if measure in TIMES:
        return "offer to effect, " + ("mean" if measure == "effect_mean_ms" else "95th percentile")
    return f"{in_words(measure)}, {'share of the jobs' if measure in PARTS else 'per run'}"


def _draw_against(result: SweepResult, measure: str, ax: Axes) -> None:
    labels = _labels(result)
    numbers = numbers_of([values[0] for values in result.points]) if len(result.paths) == 1 else None
    places: Sequence[float] = range(len(labels)) if numbers is None else numbers
    apart = _apart(places)
    for turn, mode in enumerate(result.modes):
        colour, marker, line = MODE_LOOKS[mode]
        shift = apart * (turn - (len(result.modes) - 1) / 2)
        found = [(places[a.point] + shift, a.modes[mode][measure]) for a in result.answers if _has(a, mode, measure)]
        found.sort(key=lambda pair: pair[0])
        means = [one.mean / _scale(one) for _place, one in found]
        bars = [[one.mean / _scale(one) - low for low, one in zip(_bounds(found, 0), _only(found), strict=True)]]
        bars.append([high - one.mean / _scale(one) for high, one in zip(_bounds(found, 1), _only(found), strict=True)])
        ax.errorbar(
            [place for place, _one in found],
            means,
            yerr=bars,
            color=colour,
            marker=marker,
            markersize=6 if len(found) <= 20 else 3,
            markeredgecolor=INK,
            markeredgewidth=0.5,
            linestyle=line if numbers is not None else "none",
            linewidth=1.6,
            elinewidth=1.2,
            capsize=3 if len(found) <= 20 else 0,
            label=mode,
        )
    _mark_places(result, labels, places, numbers is not None, ax)
    _mark_values(measure, ax, upright=True)
    ax.grid(axis="y", color="#e6e6e6", linewidth=0.8)
    ax.set_axisbelow(True)
    _finish(ax, measure_in_words(measure), result.modes)


def _draw_heat_map(result: SweepResult, measure: str, mode: ModeName, ax: Axes) -> None:
    rows = list(dict.fromkeys(values[0] for values in result.points))
    columns = list(dict.fromkeys(values[1] for values in result.points))
    every = [a.modes[m][measure] for a in result.answers for m in result.modes if _has(a, m, measure)]
    shown = [one.mean / _scale(one) for one in every]
    high = max(shown, default=1.0)
    low = min([*shown, 0.9 * high])  # so that nearly equal values have nearly equal shades
    cells = [[float("nan")] * len(columns) for _ in rows]
    small = max(len(rows), len(columns)) > 8
    for answer in result.answers:
        if not _has(answer, mode, measure):
            continue
        summary = answer.modes[mode][measure]
        down, right = rows.index(answer.settings[0][1]), columns.index(answer.settings[1][1])
        value = summary.mean / _scale(summary)
        cells[down][right] = value
        depth = (value - low) / (high - low) if high > low else 0.0
        red, green, blue = to_rgb(_SHADES(depth))
        light = 0.299 * red + 0.587 * green + 0.114 * blue > 0.55
        text = percent(value).removesuffix(" %") if measure in PARTS else number(measure, value)
        ax.text(
            right, down, text, ha="center", va="center", color=INK if light else "white", fontsize=7 if small else 9.5
        )
    ax.imshow(cells, cmap=_SHADES, vmin=low, vmax=high if high > low else low + 1, aspect="auto")
    ax.set_xticks(range(len(columns)), columns, rotation=45 if max(map(len, columns)) > _WIDE_VALUE else 0)
    ax.set_yticks(range(len(rows)), rows)
    ax.set_xlabel(result.paths[1])
    ax.set_ylabel(result.paths[0])
    ax.tick_params(length=0)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    what = f"{in_words(measure)} (% of the jobs)" if measure in PARTS else measure_in_words(measure)
    ax.set_title(f"{what}, {mode}")


def _draw_distribution(result: SweepResult, measure: str, point: int, ax: Axes) -> None:
    rows = [row for row in result.rows if row.point == point]
    values = {mode: values_of([row for row in rows if row.mode == mode], measure) for mode in result.modes}
    every = [value for found in values.values() for value in found]
    low, high = min(every, default=0), max(every, default=1)
    step = max(1, -(-(high - low + 1) // 40))
    bins = (high - low) // step + 1
    width = 0.8 * step / max(len(values), 1)
    for turn, (mode, found) in enumerate(values.items()):
        heights = [0] * bins
        for value in found:
            heights[(value - low) // step] += 1
        shift = width * (turn - (len(values) - 1) / 2) + (step - 1) / 2
        ax.bar(
            [low + place * step + shift for place in range(bins)],
            [100 * height / max(len(found), 1) for height in heights],
            width=width,
            color=MODE_LOOKS[mode][0],
            hatch="////" if mode == "in-process" else "",
            edgecolor=INK,
            linewidth=0.4,
            label=mode,
        )
    if bins == 1:
        ax.set_xlim(low - 2 * step, low + 3 * step)
    what = measure_in_words(measure) if measure in TIMES else f"{in_words(measure)} in a run"
    ax.set_xlabel(what)
    if measure in TIMES:
        ax.xaxis.set_major_formatter(FuncFormatter(lambda ms, _place: duration_in_words(round(ms)) if ms >= 0 else ""))
    else:
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.set_ylabel("% of the runs")
    names = short_names(result.paths)
    setting = ", ".join(f"{name} {value}" for name, value in zip(names, result.points[point], strict=True))
    runs = f"{len(rows) // len(result.modes):,} runs"
    _finish(ax, "\n".join(wrap(f"{runs} at {setting}" if setting else runs, 48)), result.modes)


def _finish(ax: Axes, title: str, modes: Sequence[str]) -> None:
    """Write the title, and under it which mode is which, where no line runs."""
    lines = title.count("\n")
    ax.set_title(title, pad=22 if len(modes) > 1 else 6, linespacing=1.1 if lines else 1.0)
    if len(modes) > 1:
        ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2, borderaxespad=0.1, handlelength=2.6)


def _has(answer: PointAnswer, mode: ModeName, measure: str) -> bool:
    return mode in answer.modes and measure in answer.modes[mode]


def _scale(summary: Summary) -> float:
    """What a mean is divided by to be drawn: jobs offered for shares in all, else 1."""
    return summary.offered if summary.measure in PARTS and summary.offered else 1.0


def _only(found: list[tuple[float, Summary]]) -> list[Summary]:
    return [one for _place, one in found]


def _bounds(found: list[tuple[float, Summary]], side: int) -> list[float]:
    return [(one.mean if one.interval is None else one.interval[side]) / _scale(one) for one in _only(found)]


def _labels(result: SweepResult) -> list[str]:
    return ["\n".join(values) if values else "as it stands" for values in result.points]


def _apart(places: Sequence[float]) -> float:
    """How far the modes stand from each other, so that their intervals do not cover one another."""
    span = max(places, default=0) - min(places, default=0)
    return 0.008 * span if len(places) > 1 else 0.1


def _mark_places(result: SweepResult, labels: list[str], places: Sequence[float], numeric: bool, ax: Axes) -> None:
    if result.paths:
        ax.set_xlabel(", ".join(result.paths))
    durations = numeric and are_durations([values[0] for values in result.points])
    if numeric and (durations or len(places) > _MOST_MARKS):
        if durations:
            ax.xaxis.set_major_formatter(
                FuncFormatter(lambda ms, _place: format_duration(round(ms)) if ms >= 0 else "")
            )
        if len(places) <= _MOST_MARKS and _far_enough(places):
            ax.set_xticks(list(places))
        return
    if numeric and _far_enough(places):
        ax.set_xticks(list(places), labels)
    elif not numeric:
        every = -(-len(labels) // 24)
        wide = max(len(line) for label in labels for line in label.split("\n")) > 90 // max(len(labels[::every]), 1)
        ax.set_xticks(list(places)[::every], labels[::every], rotation=60 if wide else 0)
        ax.set_xlim(-0.5, len(labels) - 0.5)


def _far_enough(places: Sequence[float]) -> bool:
    """Whether a mark at every place leaves room for its text."""
    ordered = sorted(places)
    span = ordered[-1] - ordered[0]
    return all(after - before >= span / 14 for before, after in pairwise(ordered))


def _mark_values(measure: str, ax: Axes, *, upright: bool) -> None:
    axis = ax.yaxis if upright else ax.xaxis
    if measure in TIMES:
        axis.set_major_formatter(FuncFormatter(lambda ms, _place: duration_in_words(round(ms)) if ms >= 0 else ""))
    elif measure in PARTS:
        axis.set_major_formatter(FuncFormatter(lambda share, _place: f"{100 * share:.4g} %"))
    low, high = ax.get_ylim()
    if measure in PARTS and high - low < 0.002:
        middle = (low + high) / 2
        low, high = middle - 0.005, middle + 0.005
    if low < 0.02 * (high - low):
        low = -0.03 * high if high > 0 else -0.03
        ax.axhline(0, color=FAINT, linewidth=0.6)
    ax.set_ylim(low, high)
