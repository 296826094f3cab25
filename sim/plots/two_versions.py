"""Pictures of two versions of a system on the same axes: outcomes as bars side by side, and both over time."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from matplotlib.figure import Figure

from sim.plots.fates_panel import LABELS_IN
from sim.plots.figure_style import WIDE_IN, drawing, fitted, head_figure, head_in, new_figure
from sim.plots.runs.outcomes import bars_in, draw_bars
from sim.plots.timeline_layout import ModeSeries, add_legend, draw_mode, lay_out, plan_of
from sim.results.result import ModeResult
from sim.results.text import ALWAYS, OUTCOMES


class Heading(NamedTuple):
    """What stands above a picture of two versions.

    Attributes:
        names: What A and B are, the names as long as they may be.
        rest: What follows each name: what the numbers are from.
    """

    names: tuple[str, str]
    rest: str

    def lines(self, width_in: float) -> str:
        """Write a line for each version, shortened to a width in inches."""
        return "\n".join(
            fitted(f"{label}: {name}", f" · {self.rest}", width_in)
            for label, name in zip("AB", self.names, strict=True)
        )


def outcomes_of_two(
    means: Mapping[str, Mapping[str, float]], heading: Heading, written: Callable[[float], str]
) -> Figure:
    """Draw a group of bars for each outcome, with a bar for each mode of A and of B.

    Args:
        means: By the name of the bar, such as ``A queue``, jobs per run by outcome.
        written: Writes a number of jobs.
    """
    title = "What happened to the jobs, mean per run"
    shown = [
        name
        for name in OUTCOMES
        if name != "duplicated" and (name in ALWAYS or any(counts[name] for counts in means.values()))
    ]
    lines = heading.lines(WIDE_IN)
    with drawing():
        figure = new_figure(WIDE_IN, bars_in(len(shown), len(means)) + head_in(title, lines))
        draw_bars(figure.add_subplot(), means, shown, written=written)
        head_figure(figure, title, lines)
    return figure


def timelines_of_two(results: Sequence[ModeResult], heading: Heading) -> Figure:
    """Draw one run of A and of B over time, side by side, with the same ends of time and the same numbers of jobs.

    Args:
        results: The mode of A, and that of B.
    """
    every = [ModeSeries(one, f"{label}: {one.mode}") for label, one in zip("AB", results, strict=True)]
    plan = plan_of(every, max(one.simulated_ms for one in results))
    title = "Jobs over time"
    lines = heading.lines(WIDE_IN)
    with drawing():
        figure = new_figure(WIDE_IN, plan.column_in(plan.rows) + 0.6 + head_in(title, lines))
        columns = lay_out(figure, every, plan, side_by_side=True)
        width_in = (WIDE_IN - 0.2) / 2 - LABELS_IN - 0.55
        for place, (one, column) in enumerate(zip(every, columns, strict=True)):
            draw_mode(one, column, plan, plan.rows, width_in=width_in)
            if place:
                column.hide_labels()
        add_legend(figure, every, plan, columns=4)
        head_figure(figure, title, lines)
    return figure
