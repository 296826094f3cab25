"""The folder of a comparison: its numbers, and its pictures on the same axes."""

import json
from pathlib import Path

from sim.comparisons.comparison import Comparison
from sim.comparisons.words import side_names
from sim.core.file_set import replace_together
from sim.results.sweep_text import number
from sim.results.text import OUTCOMES

_PICTURES = ("outcomes.png", "timeline-queue.png", "timeline-in-process.png", "timeline-a-and-b.png")


def write_comparison(comparison: Comparison, folder: Path, *, plots: bool = True) -> list[Path]:
    """Write ``compare.json``, with ``plots`` also ``outcomes.png`` and a ``timeline-….png`` for each mode.

    What an earlier comparison left is replaced as a whole; other files in the folder are left alone. Equal comparisons
    give equal bytes.

    Raises:
        OutputError: The folder or a file in it cannot be written; then it is as it was.
    """
    text = json.dumps(comparison.as_dict(), indent=2, ensure_ascii=False) + "\n"
    files = {"compare.json": text.encode()}
    if plots and comparison.modes:
        files |= _pictures(comparison)
    return replace_together(folder, files, gone=_PICTURES)


def _pictures(comparison: Comparison) -> dict[str, bytes]:
    from sim.plots.figure_style import png_bytes
    from sim.plots.two_versions import Heading, outcomes_of_two, timelines_of_two

    names = side_names(comparison)
    runs = f"{comparison.runs:,} run{'' if comparison.runs == 1 else 's'}"
    means: dict[str, dict[str, float]] = {}
    for one in comparison.modes.values():
        means[f"A {one.modes.a}"] = {name: one.measures[name].a.mean for name in OUTCOMES}
        means[f"B {one.modes.b}"] = {name: one.measures[name].b.mean for name in OUTCOMES}
    figures = {"outcomes.png": outcomes_of_two(means, Heading(names, runs), lambda mean: number("delivered", mean))}
    if comparison.looked_at is not None:
        a, b = comparison.looked_at
        heading = Heading(names, f"run {comparison.number}")
        for one in comparison.modes.values():
            name = one.modes.a if one.modes.a == one.modes.b else "a-and-b"
            both = [a.modes[one.modes.a], b.modes[one.modes.b]]
            figures[f"timeline-{name}.png"] = timelines_of_two(both, heading)
    return {name: png_bytes(figure) for name, figure in figures.items()}
