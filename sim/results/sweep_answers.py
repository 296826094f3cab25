"""What a sweep says: at each point every count with its 95 % interval, and how the modes differ.

Both modes of a run and the same run at every point draw the same random numbers, so differences are taken run by run:
what all of them have in common does not widen the interval.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from sim.results.intervals import Interval, mean_interval, share_interval
from sim.results.sweep_rows import COUNTS, TIMES, RunRow
from sim.yaml_files.fields import ModeName

FAILED = ("failed_reported", "failed_retained", "failed_evicted", "dead_lettered")
MEASURES = (*(name for name in COUNTS if name != "offered"), "not_delivered", "failed", *TIMES)
"""What can be asked of a sweep: every outcome and overlay, ``not_delivered`` for all outcomes but ``delivered``,
``failed`` for the four ways to fail, and two times."""
REASONS = ("lost", "rejected", "failed", "pending")
"""Why jobs were not delivered; with ``delivered`` they add up to what was offered."""
_OUTCOMES = ("delivered", "rejected", *FAILED, "lost", "pending")
PARTS = (*_OUTCOMES, "not_delivered", "failed", "duplicated", "false_failures", "indeterminate")
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


def value_of(row: RunRow, measure: str) -> int | None:
    """Read a measure of one run; None for a time where nothing was delivered."""
    if measure == "not_delivered":
        return (row.numbers[_PLACE["offered"]] or 0) - (row.numbers[_PLACE["delivered"]] or 0)
    if measure == "failed":
        return sum(row.numbers[_PLACE[name]] or 0 for name in FAILED)
    return row.numbers[_PLACE[measure]]


def values_of(rows: list[RunRow], measure: str) -> list[int]:
    """Read a measure of many runs, leaving out those that have none."""
    return [value for row in rows if (value := value_of(row, measure)) is not None]


def measures_that_add_up(answers: Sequence[PointAnswer]) -> tuple[str, ...]:
    """Choose what a table shows unless it is told: what was delivered, what was not, and every reason that occurs."""
    seen = [found for answer in answers for found in answer.modes.values()]

    def occurs(measure: str) -> bool:
        return any(found[measure].runs_with_any for found in seen)

    repeated = ("duplicated",) if occurs("duplicated") else ()
    return ("delivered", *repeated, "not_delivered", *(name for name in REASONS if occurs(name)))


def answer_of(
    point: int, values: tuple[tuple[str, str], ...], semantics: str, by_mode: dict[ModeName, list[RunRow]]
) -> PointAnswer:
    """Sum up a point that has runs.

    Args:
        point: Its number, from 0.
        values: What was varied, and its value here.
        by_mode: Its rows, each mode's by replication.
    """
    modes = {
        mode: {name: summary for name in MEASURES if (summary := summarised(own, name)) is not None}
        for mode, own in by_mode.items()
        if own
    }
    return PointAnswer(
        point,
        values,
        semantics,
        max(map(len, by_mode.values())),
        modes,
        _differences(by_mode) if len(by_mode) == 2 else {},
        {mode: early for mode, own in by_mode.items() if (early := sum(row.is_early for row in own))},
    )


def summarised(rows: list[RunRow], measure: str) -> Summary | None:
    """Sum up one measure over runs of one mode; None where no run has it."""
    values = values_of(rows, measure)
    if not values:
        return None
    offered = fmean(row.numbers[_PLACE["offered"]] or 0 for row in rows)
    found = mean_interval(values)
    if found is not None:
        most = max(offered, *values) if measure in PARTS else float("inf")
        found = Interval(max(0.0, found.low), min(most, found.high))
    hits = sum(value > 0 for value in values)
    ordered = sorted(values)
    return Summary(
        measure,
        len(values),
        fmean(values),
        found,
        ordered[0],
        ordered[(len(ordered) - 1) // 2],
        ordered[-1],
        hits,
        share_interval(hits, len(values)),
        offered,
    )


def _differences(by_mode: dict[ModeName, list[RunRow]]) -> dict[str, Difference]:
    after_it = {row.replication: row for row in by_mode["queue"]}
    pairs = [(row, after_it[row.replication]) for row in by_mode["in-process"] if row.replication in after_it]
    found: dict[str, Difference] = {}
    for name in MEASURES:
        apart = [
            after - before
            for one, other in pairs
            if (before := value_of(one, name)) is not None and (after := value_of(other, name)) is not None
        ]
        if apart:
            found[name] = Difference(name, len(apart), fmean(apart), mean_interval(apart))
    return found


def _pair(interval: Interval | None) -> list[float] | None:
    return None if interval is None else list(interval)


_PLACE = {name: place for place, name in enumerate((*COUNTS, *TIMES))}
