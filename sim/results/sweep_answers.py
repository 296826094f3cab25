"""What a sweep says: at each point every count with its 95% interval, and how the modes differ.

Both modes of a run and the same run at every point draw the same random numbers, so differences are taken run by run:
what all of them have in common does not widen the interval.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.results.intervals import Interval, share_interval
from sim.results.sweep_rows import TIMES
from sim.results.sweep_values import FAILED, MEASURES, ModeValues, Moments, PointValues
from sim.results.text import OF_DELIVERED
from sim.yaml_files.fields import ModeName

REASONS = ("lost", "rejected", "ignored", "failed", "pending")
"""Why jobs were not delivered; with ``delivered`` they add up to what was offered."""
_OUTCOMES = ("delivered", "rejected", "ignored", *FAILED, "lost", "pending")
PARTS = (*_OUTCOMES, "not_delivered", "failed", "duplicated", "late", "false_failures", "indeterminate")
"""Measures that count jobs, each job at most once: a share of what was offered makes sense for them."""


@dataclass(frozen=True)
class Summary:
    """One measure at one point in one mode, over all runs.

    Attributes:
        runs: How many runs there are; for times, how many in which anything was delivered.
        mean: Per run.
        interval: Of the mean; None for fewer than two runs.
        runs_with_any: In how many runs it was above zero.
        share_with_any: Of these runs among all.
        offered: Jobs offered per run, on average; what a share of the jobs is taken of.
    """

    measure: str
    runs: int
    mean: float
    interval: Interval | None
    least: int
    median: int
    most: int
    runs_with_any: int
    share_with_any: Interval
    offered: float

    @property
    def is_alike(self) -> bool:
        """Whether every run gave the same."""
        return self.least == self.most

    def as_dict(self) -> dict[str, Any]:
        """The summary as the JSON contract writes it."""
        written: dict[str, Any] = {"runs": self.runs, "mean": self.mean, "interval": _pair(self.interval)}
        if self.measure in PARTS and self.offered:
            written["share_of_jobs"] = self.mean / self.offered
            written["share_of_jobs_interval"] = (
                None if self.interval is None else [bound / self.offered for bound in self.interval]
            )
        written |= {"least": self.least, "median": self.median, "most": self.most}
        if self.measure not in TIMES:
            written |= {"runs_with_any": self.runs_with_any, "share_of_runs_interval": _pair(self.share_with_any)}
        return written


@dataclass(frozen=True)
class Difference:
    """How far queue mode lies above in-process mode, per run; pairs of runs with the same random numbers."""

    measure: str
    runs: int
    mean: float
    interval: Interval | None

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.interval is not None and not self.interval.low <= 0 <= self.interval.high


@dataclass(frozen=True)
class PointAnswer:
    """One point of a sweep.

    Attributes:
        settings: Pairs of a path and its value.
        modes: By mode, every measure; times are left out where nothing was delivered.
        differences: By measure; empty when only one mode was run.
        ended_early: By mode, how many runs ended before all was settled; modes without any are left out.
    """

    point: int
    settings: tuple[tuple[str, str], ...]
    semantics: str
    runs: int
    modes: dict[ModeName, dict[str, Summary]]
    differences: dict[str, Difference]
    ended_early: dict[ModeName, int]

    def as_dict(self) -> dict[str, Any]:
        """The answer as the JSON contract writes it."""
        return {
            "point": self.point,
            "settings": dict(self.settings),
            "semantics": self.semantics,
            "runs": self.runs,
            "runs_ended_early": self.ended_early,
            "modes": {
                mode: {name: summary.as_dict() for name, summary in found.items()} for mode, found in self.modes.items()
            },
            "queue_minus_in_process": {
                name: {"runs": one.runs, "mean": one.mean, "interval": _pair(one.interval)}
                for name, one in self.differences.items()
            },
        }


def measures_that_add_up(answers: Sequence[PointAnswer]) -> tuple[str, ...]:
    """Choose what a table shows unless it is told: what was delivered, what was not, and every reason that occurs."""
    seen = [found for answer in answers for found in answer.modes.values()]

    def occurs(measure: str) -> bool:
        return any(found[measure].runs_with_any for found in seen)

    parts = [name for name in OF_DELIVERED if occurs(name)]
    return ("delivered", *parts, "not_delivered", *(name for name in REASONS if occurs(name)))


def answer_of(point: int, values: tuple[tuple[str, str], ...], semantics: str, counted: PointValues) -> PointAnswer:
    """Sum up a point that has runs.

    Args:
        point: Its number, from 0.
        values: What was varied, and its value here.
    """
    modes = {
        mode: {name: summary for name in MEASURES if (summary := summary_of_measure(own, name)) is not None}
        for mode, own in counted.modes.items()
    }
    differences = {
        name: Difference(name, moments.count, moments.mean, moments.interval)
        for name, moments in counted.differences.items()
    }
    early = {mode: own.early for mode, own in counted.modes.items() if own.early}
    return PointAnswer(point, values, semantics, counted.runs, modes, differences, early)


def summary_of_measure(counted: ModeValues, measure: str) -> Summary | None:
    """Sum up one measure over runs of one mode; None where no run has it."""
    counts = counted.counts[measure]
    if not counts:
        return None
    ordered = sorted(counts)
    moments = Moments()
    for value in ordered:
        moments.add(value, counts[value])
    offered = counted.offered / counted.runs
    found = moments.interval
    if found is not None:
        most = max(offered, ordered[-1]) if measure in PARTS else float("inf")
        found = Interval(max(0.0, found.low), min(most, found.high))
    hits = sum(counts[value] for value in ordered if value > 0)
    return Summary(
        measure,
        moments.count,
        moments.mean,
        found,
        ordered[0],
        _median(ordered, counts, moments.count),
        ordered[-1],
        hits,
        share_interval(hits, moments.count),
        offered,
    )


def _median(ordered: list[int], counts: Mapping[int, int], of: int) -> int:
    """Find the value in the middle, or the lower one of two."""
    before = 0
    for value in ordered:
        before += counts[value]
        if 2 * before >= of:
            return value
    raise ValueError("no values")


def _pair(interval: Interval | None) -> list[float] | None:
    return None if interval is None else list(interval)
