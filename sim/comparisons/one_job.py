"""The single job that shows best how two runs with the same arrivals differ, and its story in both."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sim.comparisons.sides import ModePair
from sim.results.job_results import JobResult, Outcome
from sim.results.job_story import LONG_MS, StoryLine, story_lines
from sim.results.result import ModeResult, Result
from sim.results.text import duration_in_words

_KINDS: dict[str, Callable[[JobResult], Any]] = {
    "not_delivered": lambda job: job.outcome is not Outcome.DELIVERED,
    "duplicated": lambda job: job.duplicated,
    "late": lambda job: job.late,
    "false_failures": lambda job: job.false_failure,
    "outcome": lambda job: job.outcome,
    "extra_effects": lambda job: job.extra_effects,
    "indeterminate": lambda job: job.indeterminate,
    "suppressed_duplicates": lambda job: job.suppressed,
    "stalled": lambda job: job.stalls,
    "attempts": lambda job: job.attempts,
}
"""In what a job may differ, what matters most first."""
_HARMS = 5
"""The first of these kinds say how a job ended."""
_TIMES = ("delivery_mean_ms", "delivery_p50_ms", "delivery_p95_ms", "delivery_p99_ms", "delivery_max_ms")
_MIN_END = 2
"""A shorter end is told of each side."""


@dataclass(frozen=True)
class JobDifference:
    """A job that went otherwise in A than in B.

    Attributes:
        measure: In what it differs: a measure, ``outcome``, or ``delivery`` for its time.
        a: What happened to it in A.
        b: What happened to it in B.
        both: The beginning of its story that is the same in both.
        a_story: What followed in A.
        b_story: What followed in B.
        end: How it went on in both, where that is the same again.
    """

    measure: str
    a: JobResult
    b: JobResult
    both: list[StoryLine]
    a_story: list[StoryLine]
    b_story: list[StoryLine]
    end: list[StoryLine]

    @property
    def ends_alike(self) -> bool:
        """Whether it differs only in how it came to its end."""
        return self.measure not in tuple(_KINDS)[:_HARMS]

    @property
    def is_long(self) -> bool:
        """Whether its times are read better in hours, minutes and seconds."""
        return any(line.t_ms >= LONG_MS for line in (*self.both, *self.a_story, *self.b_story, *self.end))

    def as_dict(self) -> dict[str, Any]:
        """The job as the JSON contract writes it."""

        def side(job: JobResult, story: list[StoryLine]) -> dict[str, Any]:
            return {
                "outcome": job.outcome.value,
                "effects": job.effects,
                "late": job.late,
                "delivery_ms": job.delivery_ms,
                "attempts": job.attempts,
                "in_words": fate(job),
                "story": [line.written(long=self.is_long) for line in (*self.both, *story, *self.end)],
            }

        return {
            "job": self.a.job,
            "modes": [self.a.mode, self.b.mode],
            "differs_in": self.measure,
            "same_lines": {"beginning": len(self.both), "end": len(self.end)},
            "a": side(self.a, self.a_story),
            "b": side(self.b, self.b_story),
        }


def find_job(a: Result, b: Result, clear: Mapping[ModePair, Mapping[str, float]]) -> JobDifference | None:
    """Choose the job that shows the difference of two runs best, and tell its story in both; None where none differs.

    First come differences that are clear over all runs, in the direction that they have there; then how much they
    matter; among equal jobs the one with the shortest story. Queue mode comes before in-process mode.

    Args:
        clear: For each mode of A with that of B, by measure, the clear differences over all runs, B − A.
    """
    for only_clear in (True, False):
        for modes in reversed(list(clear)):
            first, second = a.modes[modes.a], b.modes[modes.b]
            found = _choose(first, second, clear[modes], only_clear=only_clear)
            if found is not None:
                return _with_stories(first, second, *found)
    return None


def fate(job: JobResult) -> str:
    """Say in a few words what happened to a job: ``delivered twice, first after 12.5 s, late``."""
    if job.outcome is not Outcome.DELIVERED:
        done = ", though some of its effects happened" if job.partial else ""
        return f"not delivered: {job.outcome.value}{done}"
    extra = job.extra_effects
    times = "once" if not extra else "twice" if extra == 1 else f"{extra + 1:,} times"
    after = duration_in_words(job.delivery_ms or 0)
    words = f"delivered {times}, {'first ' if extra else ''}{after} after it was due"
    if job.late:
        words += ", late"
    return words + (", and reported as failed" if job.false_failure else "")


def _choose(
    a: ModeResult, b: ModeResult, clear: Mapping[str, float], *, only_clear: bool
) -> tuple[str, JobResult, JobResult] | None:
    others = {job.job: job for job in b.jobs}
    pairs = [(job, others[job.job]) for job in a.jobs if job.job in others]
    ends_otherwise = any(outcome.field in clear for outcome in Outcome)
    for kind, value in _KINDS.items():
        if only_clear and not (ends_otherwise if kind == "outcome" else kind in clear):
            continue
        differing = [(one, other) for one, other in pairs if value(one) != value(other)]
        if only_clear and kind != "outcome":
            up = clear[kind] > 0
            differing = [(one, other) for one, other in differing if (value(other) > value(one)) is up]
        if differing:
            return kind, *_shortest(differing, a, b)
    if only_clear and any(name in clear for name in _TIMES):
        return _slowest(pairs)
    return None


def _slowest(pairs: Iterable[tuple[JobResult, JobResult]]) -> tuple[str, JobResult, JobResult] | None:
    """Choose the job whose time to delivery differs most."""
    apart = [
        (abs(one.delivery_ms - other.delivery_ms), one, other)
        for one, other in pairs
        if one.delivery_ms is not None and other.delivery_ms is not None
    ]
    most, one, other = max(apart, key=lambda found: found[0], default=(0, None, None))
    return ("delivery", one, other) if most and one is not None and other is not None else None


def _shortest(pairs: list[tuple[JobResult, JobResult]], a: ModeResult, b: ModeResult) -> tuple[JobResult, JobResult]:
    length = Counter(record.job for result in (a, b) for record in result.trace)
    return min(pairs, key=lambda pair: length[pair[0].job])


def _with_stories(a: ModeResult, b: ModeResult, measure: str, one: JobResult, other: JobResult) -> JobDifference:
    first, second = story_lines(a, one.job), story_lines(b, one.job)
    same = 0
    while same < min(len(first), len(second)) and first[same] == second[same]:
        same += 1
    end = 0
    while end < min(len(first), len(second)) - same and first[-1 - end] == second[-1 - end]:
        end += 1
    if end < _MIN_END:
        end = 0
    tail = len(first) - end
    return JobDifference(
        measure, one, other, first[:same], first[same:tail], second[same : len(second) - end], first[tail:]
    )
