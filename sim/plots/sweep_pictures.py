"""The pictures of a sweep that go into its folder, as bytes."""

from collections.abc import Sequence

from sim.plots.figure_style import png_bytes
from sim.plots.sweeps import sweep_picture_kinds
from sim.results.sweep_answers import REASONS, measures_that_add_up
from sim.results.sweep_result import SweepResult
from sim.results.text import in_words
from sim.yaml_files.problems import listed


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
    return {
        kind.name: png_bytes(kind.draw(result, shown, note)) for kind in sweep_picture_kinds() if kind.applies(result)
    }


def _without_repeats(measures: Sequence[str]) -> list[str]:
    """Leave out what was not delivered where there is one reason for it, which says the same."""
    reasons = [measure for measure in measures if measure in REASONS]
    return [measure for measure in measures if measure != "not_delivered" or len(reasons) != 1]


def _occurs(result: SweepResult, measure: str) -> bool:
    found = [modes[measure] for answer in result.answers for modes in answer.modes.values() if measure in modes]
    return any(summary.most for summary in found)
