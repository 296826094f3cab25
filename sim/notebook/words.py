"""The result of a run, in words: the alternative text of a picture that is drawn from it.

The words come from the run and not from whoever wrote the lesson, so that nobody reads the answer before the run.
"""

from typing import Any

from sim.core.errors import SimError
from sim.results.outcomes import Outcome
from sim.results.result import Result


def outcomes_in_words(result: Result) -> str:
    """Say for each mode how many jobs had which outcome: ``queue: 30 delivered, 2 of them twice``.

    Args:
        result: Of a run.
    """
    return "; ".join(f"{mode}: {_counts(one.totals)}" for mode, one in result.modes.items())


def jobs_in_words(result: Result, mode: str = "queue") -> str:
    """Say what happened to each job that did not go through at once, and how many did.

    Args:
        result: Of a run.
        mode: ``in-process`` or ``queue``.

    Raises:
        SimError: The run has no such mode.
    """
    one = result.modes.get(mode)  # type: ignore[call-overload]  # any word may be asked for
    if one is None:
        raise SimError(f"the run has no mode {mode!r}; it has: {', '.join(result.modes)}")
    told = [_job(job) for job in one.jobs if not _is_plain(job)]
    plain = len(one.jobs) - len(told)
    rest = [f"{plain} {'other' if told else 'jobs'} delivered at the first attempt"] if plain else []
    return f"{mode}: " + "; ".join([*told, *rest])


def _counts(totals: Any) -> str:
    named = [(outcome.value.replace("-", " "), getattr(totals, outcome.field)) for outcome in Outcome]
    words = [f"{number:,} {name}" for name, number in named if number]
    if totals.duplicated:
        words.append(f"{totals.duplicated:,} of them twice")
    return ", ".join(words) or "no jobs"


def _is_plain(job: Any) -> bool:
    return job.outcome is Outcome.DELIVERED and job.attempts <= 1 and job.effects == 1 and not job.stalls


def _job(job: Any) -> str:
    starts = f"{job.attempts} {'start' if job.attempts == 1 else 'starts'}"
    effects = f"{job.effects} {'effect' if job.effects == 1 else 'effects'}"
    parts = [starts, effects]
    if job.suppressed:
        parts.append(f"{job.suppressed} stopped by a key")
    if job.stalls:
        parts.append("found stalled")
    if job.ended_ms is not None:
        parts.append(f"ended at {job.ended_ms / 1_000:.1f} s")
    return f"{job.job} {job.outcome.value}, {', '.join(parts)}"
