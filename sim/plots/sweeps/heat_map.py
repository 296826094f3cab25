"""Picture: a measure over two things varied, as shades with their numbers."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize, to_rgb
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from sim.core.errors import SimError
from sim.plots.figure_style import WIDE_IN, drawable, drawing, head_figure, head_in, new_figure
from sim.plots.picture import SweepPicture
from sim.plots.styles import FAINT, INK
from sim.plots.sweep_axes import format_values, has, head_picture, measure_in_words, noted_line, scale_of
from sim.results.sweep_answers import PARTS
from sim.results.sweep_result import SweepResult
from sim.results.sweep_text import number, percent
from sim.results.text import in_words
from sim.yaml_files.fields import ModeName
from sim.yaml_files.problems import listed

_SHADES = LinearSegmentedColormap.from_list("shades", ["#f4f7fb", "#9cc3e4", "#0072B2", "#003a5c"])
_WIDE_VALUE = 8
_MAX_NUMBERS = 400
"""Cells of a map that have their number; in a larger one they could not be read, and the colour bar says enough."""


def heat_map(
    result: SweepResult, measure: str = "delivered", ax: Axes | None = None, *, mode: ModeName = "queue"
) -> Axes:
    """Draw a measure over two things varied, its number in every cell and a colour bar beside it.

    The first of the two runs down, the second to the right. A point without a run has a dash.

    Args:
        result: Of a sweep.
        measure: An outcome, an overlay or a time by its name in the JSON contract, such as ``lost``.
        ax: Axes to draw into; default: a new figure.
        mode: The mode to draw.

    Raises:
        SimError: Not exactly two things were varied, or the mode was not run.
    """
    if len(result.paths) != 2:
        raise SimError(f"a heat map needs exactly two varied paths, not {len(result.paths)}; see sim.plots.against")
    if mode not in result.modes:
        raise SimError(f"the sweep did not run {mode} mode; it ran {' and '.join(result.modes)}")
    with drawing():
        own = ax is None
        title = f"{map_title(measure)}, {mode}"
        if ax is None:
            ax = new_figure(WIDE_IN * 0.6, 3.9 + head_in(title)).add_subplot()
        image = draw_heat_map(result, measure, mode, ax)
        add_colour_bar(image, measure, [ax])
        head_picture(ax, result, title, [], own=own, modes=[mode])
    return ax


def map_title(measure: str) -> str:
    """Write what a map shows, with its unit."""
    return f"{in_words(measure)} (% of the jobs)" if measure in PARTS else measure_in_words(measure)


def add_colour_bar(image: AxesImage, measure: str, panels: list[Axes]) -> None:
    """Say beside the panels which shade is which value."""
    bar = panels[0].figure.colorbar(image, ax=panels, fraction=0.05, pad=0.02)
    format_values(bar.ax.yaxis, measure)
    bar.ax.tick_params(labelsize=8.5, length=2)
    bar.outline.set_visible(False)


def draw_heat_map(result: SweepResult, measure: str, mode: ModeName, ax: Axes) -> AxesImage:
    """Draw the shades and the numbers, without title and colour bar; all modes have the same shades."""
    rows = list(dict.fromkeys(values[0] for values in result.points))
    columns = list(dict.fromkeys(values[1] for values in result.points))
    norm = _shades_of(result, measure)
    cells = [[float("nan")] * len(columns) for _ in rows]
    small = max(len(rows), len(columns)) > 8
    numbered = len(rows) * len(columns) <= _MAX_NUMBERS
    for answer in result.answers:
        if not has(answer, mode, measure):
            continue
        summary = answer.modes[mode][measure]
        down, right = rows.index(answer.settings[0][1]), columns.index(answer.settings[1][1])
        value = summary.mean / scale_of(summary)
        cells[down][right] = value
        if numbered:
            red, green, blue = to_rgb(_SHADES(float(norm(value))))
            light = 0.299 * red + 0.587 * green + 0.114 * blue > 0.55
            text = percent(value).removesuffix("%") if measure in PARTS else number(measure, value)
            _write(ax, right, down, text, INK if light else "white", small=small)
    for down, row in enumerate(cells):
        for right, value in enumerate(row):
            if value != value and numbered:
                _write(ax, right, down, "–", FAINT, small=small)
    image = ax.imshow(cells, cmap=_SHADES, norm=norm, aspect="auto")
    _mark(ax, columns, rows)
    ax.set_xlabel(drawable(result.paths[1]))
    ax.set_ylabel(drawable(result.paths[0]))
    ax.tick_params(length=0)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    return image


def _write(ax: Axes, right: int, down: int, text: str, colour: str, *, small: bool) -> None:
    ax.text(right, down, text, ha="center", va="center", color=colour, fontsize=7 if small else 9.5)


def _mark(ax: Axes, columns: list[str], rows: list[str]) -> None:
    """Write the values along both axes; of very many every second, third and so on."""
    across, down = -(-len(columns) // 20), -(-len(rows) // 20)
    shown = [drawable(value) for value in columns[::across]]
    ax.set_xticks(range(0, len(columns), across), shown, rotation=45 if max(map(len, shown)) > _WIDE_VALUE else 0)
    ax.set_yticks(range(0, len(rows), down), [drawable(value) for value in rows[::down]])


def _shades_of(result: SweepResult, measure: str) -> Normalize:
    """Spread the shades over what occurs in any mode; where that is nearly one value, down to nine tenths of it."""
    every = [a.modes[m][measure] for a in result.answers for m in result.modes if has(a, m, measure)]
    shown = [one.mean / scale_of(one) for one in every]
    high = max(shown, default=1.0)
    low = min([*shown, 0.9 * high])
    return Normalize(low, high) if high > low else Normalize(0.0, 1.0)


def _figure(result: SweepResult, measures: Sequence[str], note: str) -> Figure:
    rows = len({values[0] for values in result.points})
    height = min(max(2.2, 1.0 + 0.36 * rows), 6.0)
    title = f"Over {listed(list(result.paths), 'and')}, mean of the runs"
    quiet = noted_line(result, note)
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
    return figure


PICTURE = SweepPicture("heat-map", 20, lambda result: len(result.paths) == 2, _figure)
