"""What a comparison of two versions found."""

from dataclasses import dataclass
from typing import Any

from sim.comparisons.one_job import JobDifference
from sim.comparisons.setting_differences import SettingDifference
from sim.comparisons.sides import ModePair, Side
from sim.experiments.estimates import Estimate
from sim.results.failed_runs import FailedRun
from sim.results.intervals import CONFIDENCE
from sim.results.result import Result
from sim.stores.open_store import StoreName

STORE: StoreName = "memory"
"""What held the queues' keys."""


@dataclass(frozen=True)
class MeasureComparison:
    """One measure of one mode.

    Attributes:
        a: Its mean per run in A; ms for a time.
        b: The same in B.
        difference: B − A, with its interval.
    """

    a: Estimate
    b: Estimate
    difference: Estimate

    @property
    def occurs(self) -> bool:
        """Whether it was above zero in any run."""
        return bool(self.a.runs_with_any or self.b.runs_with_any)

    @property
    def varies(self) -> bool:
        """Whether it differs in any run."""
        interval = self.difference.interval
        return bool(self.difference.mean) or (interval is not None and interval.low != interval.high)

    def as_dict(self) -> dict[str, Any]:
        """The measure as the JSON contract writes it."""
        return {
            "a": _mean(self.a),
            "b": _mean(self.b),
            "difference": {
                "runs": self.difference.runs,
                "mean": self.difference.mean,
                "interval": None if self.difference.interval is None else list(self.difference.interval),
                "clear": self.difference.is_clear,
            },
        }


@dataclass(frozen=True)
class ModeComparison:
    """One mode of both sides.

    Attributes:
        modes: The mode of A, and that of B; they differ only where the scenarios have none in common.
        runs: How many runs of each side the numbers are from; of the smaller side, where they differ.
        measures: By name, ``offered`` first; one that has no value, as a time where nothing is delivered, is left out.
    """

    modes: ModePair
    runs: int
    measures: dict[str, MeasureComparison]

    @property
    def clear(self) -> dict[str, float]:
        """The differences whose interval leaves zero out, by measure: B − A, ms for a time."""
        return {name: one.difference.mean for name, one in self.measures.items() if one.difference.is_clear}

    @property
    def unclear(self) -> list[str]:
        """The measures that differ in some run, but whose interval has zero in it, or that have no interval."""
        return [name for name, one in self.measures.items() if one.varies and not one.difference.is_clear]


@dataclass(frozen=True)
class Comparison:
    """Two versions of a system side by side.

    Attributes:
        a: The one side.
        b: The other.
        settings: What differs between the two files.
        runs: How many runs of each side were asked for.
        not_paired: Why runs are not compared one by one; None where they are.
        modes: By name, those that both have: ``queue``; or the one of A and that of B: ``in-process and queue``.
        job: The job that shows the difference best, in the run that was looked at; None where no job differs.
        failures: Runs that could not be finished; ``point`` is 0 for A and 1 for B.
        number: The number of the run that was looked at; None where no run could be.
        looked_at: That run of A and of B.
    """

    a: Side
    b: Side
    settings: list[SettingDifference]
    runs: int
    not_paired: str | None
    modes: dict[str, ModeComparison]
    job: JobDifference | None
    failures: list[FailedRun]
    number: int | None
    looked_at: tuple[Result, Result] | None

    @property
    def differs(self) -> bool:
        """Whether any measure differs clearly in any mode."""
        return any(one.clear for one in self.modes.values())

    @property
    def commands(self) -> tuple[str, str] | None:
        """The commands that give the run of A and that of B that were looked at."""
        return None if self.number is None else (self.a.arm.command(self.number), self.b.arm.command(self.number))

    def as_dict(self) -> dict[str, Any]:
        """The comparison as the JSON contract writes it."""
        commands = self.commands
        return {
            "a": self.a.as_dict() | {"replay": commands and commands[0]},
            "b": self.b.as_dict() | {"replay": commands and commands[1]},
            "different_settings": [one._asdict() for one in self.settings],
            "store": STORE,
            "confidence": CONFIDENCE,
            "runs": self.runs,
            "paired": self.not_paired is None,
            "not_paired_because": self.not_paired,
            "failed_runs": [
                {"side": "ab"[one.point]} | {name: value for name, value in one.as_dict().items() if name != "point"}
                for one in self.failures
            ],
            "modes": {
                mode: {
                    "runs": one.runs,
                    "measures": {name: measure.as_dict() for name, measure in one.measures.items()},
                    "clear": list(one.clear),
                    "not_clear": one.unclear,
                }
                for mode, one in self.modes.items()
            },
            "run": self.number,
            "job": None if self.job is None else self.job.as_dict(),
        }


def _mean(estimate: Estimate) -> dict[str, Any]:
    interval = estimate.interval
    return {
        "runs": estimate.runs,
        "mean": estimate.mean,
        "interval": None if interval is None else [max(0.0, interval.low), interval.high],
        "runs_with_any": estimate.runs_with_any,
    }
