"""What shows that a check does not hold: one job's story, or what else there is to see."""

from collections.abc import Callable
from typing import NamedTuple

from sim.exercises.exercise import Check
from sim.exercises.measures import RUN_MEASURES
from sim.exercises.observation import Observation
from sim.exercises.settings import SETTINGS, settings_behind
from sim.results.job_story import job_story
from sim.results.outcomes import JobResult, Outcome
from sim.results.result import ModeResult
from sim.results.trace import EventKind
from sim.scenario.schema import Scenario


def counterexample(
    observation: Observation, measure: str, queue: str | None, *, most: float | None = None
) -> JobResult | None:
    """Choose a job that shows best what a measure found; None where no single job does.

    Args:
        most: The highest value that a check allows; where more jobs are delivered, the last of them shows it.
    """
    jobs = observation.jobs(queue)
    if not jobs:
        return None
    if measure in _EXTREMES:
        return max(jobs, key=_EXTREMES[measure])
    delivered = [job for job in jobs if job.outcome is Outcome.DELIVERED]
    if measure == "delivered" and most is not None and len(delivered) > most:
        return delivered[-1]
    if measure in ("delivered", "not_delivered"):
        return _best([job for job in jobs if job.outcome is not Outcome.DELIVERED], observation)
    if measure in {outcome.field for outcome in Outcome}:
        return _best([job for job in jobs if job.outcome.field == measure], observation)
    shows = _SHOWS.get(measure)
    return None if shows is None else next((job for job in jobs if shows(job)), None)


def _best(jobs: list[JobResult], observation: Observation) -> JobResult | None:
    """Choose the first job that could have been done.

    One whose error is permanent shows nothing of a policy, and one that was ignored has another job of its id.
    """
    hopeless = {
        record.job
        for record in observation.result.trace
        if record.kind is EventKind.ATTEMPT_FAILED and (record.more or {}).get("permanent")
    }
    hopeless |= {job.job for job in jobs if job.outcome is Outcome.IGNORED}
    return next((job for job in jobs if job.job not in hopeless), jobs[0] if jobs else None)


_EXTREMES: dict[str, Callable[[JobResult], float]] = {
    "attempts": lambda job: job.attempts,
    "extra_effects": lambda job: job.effects,
    "late": lambda job: (job.delivery_ms or 0) if job.late else -1,
    **{name: one.job for name, one in RUN_MEASURES.items() if one.job is not None},
}
_SHOWS: dict[str, Callable[[JobResult], bool]] = {
    "duplicated": lambda job: job.duplicated,
    "suppressed_duplicates": lambda job: job.suppressed > 0,
    "false_failures": lambda job: job.false_failure,
    "indeterminate": lambda job: job.indeterminate,
    "stalled": lambda job: job.stalls > 0,
}


IN_BRACKETS = "In brackets: the process, when it changes."


class Evidence(NamedTuple):
    """What a learner is shown of a run that breaks a check.

    Attributes:
        heading: What the lines show.
        note: How to read them.
    """

    heading: str
    lines: list[str]
    note: str = ""


def evidence(check: Check, observation: Observation) -> Evidence:
    """Show what broke a check.

    Args:
        observation: A run that breaks it, with its events.
    """
    if check.measure in SETTINGS:
        return settings_evidence(check, observation.scenario)
    measure = RUN_MEASURES.get(check.measure)
    if measure is not None and measure.lines is not None:
        return Evidence(measure.heading, measure.lines(observation))
    most = None if check.limit.sign in (">", ">=") else check.limit.high
    job = counterexample(observation, check.measure, check.queue, most=most)
    if job is None:
        return Evidence("No single job shows it", [])
    return story_of(observation.result, job)


def settings_evidence(check: Check, scenario: Scenario) -> Evidence:
    """Show the settings that break a check, whatever a run does."""
    return Evidence(
        "The settings that cause it", [f"  {line}" for line in settings_behind(scenario, check.measure, check.queue)]
    )


def story_of(result: ModeResult, job: JobResult, *, whole: bool = False) -> Evidence:
    """Show what happened to one job, and its story.

    Args:
        whole: Leave nothing out of a long story.
    """
    fate = f"{job.outcome.value}, {job.attempts} {'start' if job.attempts == 1 else 'starts'}"
    if job.effects > 1:
        fate += f", {job.effects} effects"
    return Evidence(f"The story of {job.job} ({fate})", job_story(result, job.job, whole=whole), IN_BRACKETS)
