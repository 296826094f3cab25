"""Pictures that a lesson draws of numbers of its own."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.plots.figure_style import drawing, new_figure
from sim.plots.styles import BLACK, BLUE, FAINT, GREEN, GREY, INK, ORANGE, SKY_BLUE, VERMILLION

_MARKS = ((ORANGE, "s"), (VERMILLION, "X"), (BLUE, "o"), (GREEN, "D"), (SKY_BLUE, "^"), (BLACK, "v"))
_HATCHES = ((VERMILLION, "xxx"), (ORANGE, "///"), (BLUE, ""))


def bars(panels: Mapping[str, Mapping[str, Mapping[str, float]]], unit: str) -> Figure:
    """Draw a panel of horizontal bars for each heading, with the same rows, and in each row a bar for each series.

    Args:
        panels: Numbers by panel, row and series.
        unit: What is counted.
    """
    rows = list(next(iter(panels.values())))
    series = list(next(iter(panels.values()))[rows[0]])
    most = max(number for panel in panels.values() for row in panel.values() for number in row.values())
    with drawing():
        figure = new_figure(7.5, 2.8)
        all_axes: Any = figure.subplots(1, len(panels), sharex=True, sharey=True, squeeze=False)[0]
        for axes, (title, panel) in zip(all_axes, panels.items(), strict=True):
            for place, name in enumerate(series):
                at = [row + (place - (len(series) - 1) / 2) * 0.8 / len(series) for row in range(len(rows))]
                colour, hatch = _HATCHES[place]
                numbers = [panel[row][name] for row in rows]
                axes.barh(at, numbers, 0.72 / len(series), color=colour, hatch=hatch, edgecolor=INK, label=name)
                for y, number in zip(at, numbers, strict=True):
                    axes.text(number + most / 50, y, f"{number:g}", va="center", fontsize=9)
            axes.set(title=title, xlabel=unit, xlim=(0, most * 1.2 or 1))
        all_axes[0].set_yticks(range(len(rows)), rows)
        all_axes[0].invert_yaxis()
        handles, labels = all_axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=len(series))
    return figure


def lifetimes(jobs: Sequence[Any], away_s: float, back_s: float) -> Figure:
    """Draw when each job came and how long it lived, and the line that it had to reach to meet the end of an outage.

    Args:
        jobs: Outcomes of jobs, as a mode of a result has them.
        away_s: When the outage began, s.
        back_s: When it ended, s.
    """
    with drawing():
        figure = new_figure(7.5, 3.6)
        axes: Axes = figure.add_subplot()
        for good, colour, marker, label in (
            (True, GREEN, "o", "delivered"),
            (False, BLACK, "v", "failed for good"),
        ):
            some = [job for job in jobs if (job.outcome == "delivered") == good]
            ends = [job.first_effect_ms if good else job.ended_ms for job in some]
            lived = [(end - job.offered_ms) / 1_000 for job, end in zip(some, ends, strict=True)]
            axes.scatter([job.offered_ms / 1_000 for job in some], lived, s=18, c=colour, marker=marker, label=label)
        axes.plot([away_s, back_s], [back_s - away_s, 0], color=VERMILLION, linestyle="--", label="it is back")
        axes.axvspan(away_s, back_s, color=GREY, alpha=0.2, label="the database is down")
        axes.set(xlabel="the job came at, s", ylabel="it lived for, s", xlim=(-1, None), ylim=(-2, None))
        figure.legend(loc="outside lower center", ncols=4)
    return figure


def kept_and_failed(seconds: Sequence[float], failed: Sequence[int], kept: Sequence[int], outage: Any) -> Figure:
    """Draw how many jobs had failed so far and how many of them had a record, and hatch what was forgotten.

    Args:
        outage: Begin and end of the outage, s.
    """
    with drawing():
        figure = new_figure(7.5, 3.2)
        axes: Axes = figure.add_subplot()
        axes.plot(seconds, failed, color=BLACK, label="failed for good so far")
        axes.plot(seconds, kept, color=BLUE, linestyle="--", label="in the failed set")
        axes.fill_between(seconds, kept, failed, facecolor="none", edgecolor=FAINT, hatch="xx", label="forgotten")
        axes.axvspan(*outage, color=GREY, alpha=0.2, label="the database is down")
        axes.set(xlabel="time, s", ylabel="jobs", xlim=(min(seconds), max(seconds)), ylim=(0, None))
        figure.legend(loc="outside lower center", ncols=4)
    return figure


def moments(rows: Mapping[str, Sequence[float]], title: str, unit: str) -> Figure:
    """Draw a row of marks for each name; rows take turns in two looks."""
    with drawing():
        figure = new_figure(9, 3)
        axes: Axes = figure.add_subplot()
        looks = cycle(((ORANGE, "s"), (BLUE, "o")))
        for place, (times, (colour, marker)) in enumerate(zip(rows.values(), looks, strict=False)):
            axes.plot(times, [place] * len(times), color=colour, marker=marker, linewidth=1)
        axes.set_yticks(range(len(rows)), list(rows))
        axes.invert_yaxis()
        axes.set(xlabel=unit, title=title)
    return figure


def marks(points: Mapping[str, tuple[float, float]], title: str, x: str, y: str) -> Figure:
    """Draw one mark for each name, with a legend; both axes begin at 0."""
    with drawing():
        figure = new_figure(8, 3.6)
        axes: Axes = figure.add_subplot()
        for (name, (across, up)), (colour, marker) in zip(points.items(), cycle(_MARKS), strict=False):
            axes.scatter(across, up, color=colour, marker=marker, s=90, label=name)
        axes.set(xlabel=x, ylabel=y, title=title)
        axes.set_xlim(0, max(across for across, _ in points.values()) * 1.15)
        axes.set_ylim(0, max(up for _, up in points.values()) * 1.2)
        axes.legend(loc="upper right")
    return figure


def pairs(before: Sequence[float], after: Sequence[float], x: str, y: str) -> Figure:
    """Draw a mark for each pair of runs, and the diagonal on which both are alike."""
    with drawing():
        figure = new_figure(5.5, 4.5)
        axes: Axes = figure.add_subplot()
        most = max(*before, *after) * 1.05
        axes.plot([0, most], [0, most], color=INK, linewidth=1, linestyle="--")
        axes.scatter(before, after, color=BLUE, s=18)
        axes.set(xlabel=x, ylabel=y, title="One mark for each pair of runs")
    return figure
