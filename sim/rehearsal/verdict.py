"""Predicted and real, side by side, and whether they agree."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from sim.rehearsal.prediction import Fate, Prediction, fate_of
from sim.rehearsal.time_distributions import Distribution, compare, spans
from sim.rehearsal.times import (
    FIXED_MS,
    RESTART_MS,
    STALL_MS,
    STEP_MS,
    JobTimes,
    Tolerance,
    Way,
    job_times,
    ways_to_ends,
)
from sim.results.outcomes import Counts, JobResults
from sim.results.text import OUTCOMES, OVERLAYS
from sim.results.trace import EventKind, Trace

COMPARED = ("offered", *(name for name in OUTCOMES if name != "late"), *OVERLAYS)
"""Times are compared job by job, within a tolerance; a count of late jobs would not know it."""
UNTOLD = {EventKind.OFFERED, EventKind.ENQUEUED, EventKind.PROMOTED, EventKind.SUBMIT_WAITING}
"""Events that are left out where a job's story is told."""


class Row(NamedTuple):
    """One measure, predicted and real.

    Attributes:
        low: Smallest predicted number.
        high: Largest predicted number.
    """

    measure: str
    low: int
    high: int
    real: int

    @property
    def agrees(self) -> bool:
        """Whether the real number was predicted."""
        return self.low <= self.real <= self.high

    @property
    def predicted(self) -> str:
        """The predicted number, or the interval of predicted ones."""
        return str(self.low) if self.low == self.high else f"{self.low}..{self.high}"


class Disagreement(NamedTuple):
    """A job that became something else than predicted, with both stories, event by event."""

    job: str
    predicted: list[str]
    real: str
    predicted_story: list[str]
    real_story: list[str]


class TimeOff(NamedTuple):
    """A job whose times are not those predicted, with both stories, event by event.

    Attributes:
        predicted: The nearest that the simulator makes of it.
        off_ms: How far it is off, ms of the scenario; None where it started or ended on one side only.
        allowed_ms: How far it might have been off.
    """

    job: str
    predicted: JobTimes
    real: JobTimes
    off_ms: int | None
    allowed_ms: int
    predicted_story: list[str]
    real_story: list[str]


@dataclass(frozen=True)
class Verdict:
    """What a rehearsal says of a prediction.

    Attributes:
        real: The counts of the rehearsal.
        real_jobs: Its jobs.
        real_trace: Everything that happened in it.
    """

    prediction: Prediction
    real: Counts
    real_jobs: JobResults
    real_trace: Trace

    @property
    def job_by_job(self) -> bool:
        """Whether every single job was compared."""
        return not self.prediction.random

    @cached_property
    def rows(self) -> list[Row]:
        """Every measure that is not zero on both sides."""
        real = self.real.as_dict()
        rows = [Row(measure, *self.prediction.bounds[measure], real[measure]) for measure in COMPARED]
        return [row for row in rows if row.high or row.real]

    @cached_property
    def disagreements(self) -> list[Disagreement]:
        """Jobs that became what no simulated timing made of them; none where only totals are compared."""
        if not self.job_by_job:
            return []
        fates = self.prediction.fates
        real: dict[str, Fate] = {job.job: fate_of(job) for job in self.real_jobs}
        wrong = [name for name in [*fates, *(real.keys() - fates.keys())] if real.get(name) not in fates.get(name, ())]
        return [
            Disagreement(
                name,
                sorted(_in_words(fate) for fate in fates.get(name, ())) or ["no such job"],
                _in_words(real[name]) if name in real else "no such job",
                list(story(self.prediction.trace, name)),
                list(story(self.real_trace, name)),
            )
            for name in wrong
        ]

    @property
    def tolerance(self) -> Tolerance:
        """How far times may be off."""
        return Tolerance(self.prediction.scale)

    @cached_property
    def times_off(self) -> list[TimeOff]:
        """Jobs that first started or ended when no simulated timing has them, worst first; else none."""
        if not self.job_by_job:
            return []
        return sorted(self._times_off(), key=lambda one: -math.inf if one.off_ms is None else -one.off_ms)

    def _times_off(self) -> Iterator[TimeOff]:
        nothing = JobTimes(None, None)
        real, ways = job_times(self.real_trace), ways_to_ends(self.real_trace, self.prediction.scale)
        for job, known in self.prediction.times.items():
            happened = real.get(job, nothing)
            allowed_ms = self.tolerance.of(ways.get(job, Way()))
            nearest = min(known, key=happened.distance)
            off_ms = happened.distance(nearest)
            if off_ms > allowed_ms:
                yield TimeOff(
                    job,
                    nearest,
                    happened,
                    None if math.isinf(off_ms) else round(off_ms),
                    allowed_ms,
                    list(story(self.prediction.trace, job)),
                    list(story(self.real_trace, job)),
                )

    @cached_property
    def distributions(self) -> list[Distribution]:
        """How long after their offers jobs started and ended, where something is random; else none."""
        if self.job_by_job:
            return []
        arrivals = ((job.job, job.queue, job.offered_ms) for job in self.real_jobs)
        real = spans(arrivals, job_times(self.real_trace))
        ways = sorted(ways_to_ends(self.real_trace, self.prediction.scale).values(), key=lambda way: way.late_ms)
        return compare(real, self.prediction.spans, self.tolerance.of(ways[len(ways) // 2] if ways else Way()))

    @property
    def outcomes_agree(self) -> bool:
        """Whether every job, or every total, is what was predicted."""
        return not self.disagreements and all(row.agrees for row in self.rows)

    @property
    def times_agree(self) -> bool:
        """Whether jobs started and ended when it was predicted."""
        return not self.times_off and all(one.agrees for one in self.distributions)

    @property
    def agrees(self) -> bool:
        """Whether the rehearsal came to what was predicted, when it was predicted."""
        return self.outcomes_agree and self.times_agree

    @property
    def word(self) -> str:
        """The verdict in one word."""
        return "agree" if self.agrees else "DISAGREE"

    def as_dict(self) -> dict[str, Any]:
        """The verdict for JSON."""
        return {
            "verdict": "agree" if self.agrees else "disagree",
            "compared": "job by job" if self.job_by_job else "totals",
            "random": self.prediction.random,
            "simulated_runs": self.prediction.runs,
            "cut_ms": self.prediction.cut_ms,
            "outcomes": "agree" if self.outcomes_agree else "disagree",
            "times": "agree" if self.times_agree else "disagree",
            "tolerance": {
                "scale": self.prediction.scale.factor,
                "fixed_ms": FIXED_MS,
                "each_attempt_ms": STEP_MS,
                "each_stall_ms": STALL_MS,
                "each_restart_ms": RESTART_MS,
            },
            "measures": {
                row.measure: {"predicted": [row.low, row.high], "real": row.real, "agrees": row.agrees}
                for row in self.rows
            },
            "disagreements": [one._asdict() for one in self.disagreements],
            "times_off": [
                {**one._asdict(), "predicted": one.predicted._asdict(), "real": one.real._asdict()}
                for one in self.times_off
            ],
            "distributions": [{**one._asdict(), "agrees": one.agrees} for one in self.distributions],
        }


def story(trace: Trace, job: str) -> Iterator[str]:
    """Tell what happened to a job: time, event, attempt, worker and why."""
    for record in trace:
        if record.job != job or record.kind in UNTOLD:
            continue
        more = record.more or {}
        why = more.get("error") or more.get("reason") or more.get("step") or ""
        attempt = f"#{record.attempt}" if record.attempt else ""
        parts = (f"{record.t_ms:>8} ms", record.kind.value, attempt, record.worker or "", why)
        yield " ".join(part for part in parts if part)


def _in_words(fate: Fate) -> str:
    outcome, effects, false_failure = fate
    times = f", {effects} effects" if effects > 1 else ""
    return outcome + times + (", but reported as failed" if false_failure else "")
