"""What shows that a check does not hold: one job's story, or what else there is to see."""

from typing import NamedTuple

from sim.exercises.exercise import Check
from sim.exercises.measures import FROM_EVENTS, Observation
from sim.exercises.story import job_story, witness
from sim.ledger.outcomes import JobOutcome
from sim.report.result import ModeResult
from sim.report.words import duration_in_words

IN_BRACKETS = "In brackets: the process, where it is another one than before."


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
    if check.measure in FROM_EVENTS:
        return Evidence("Faults, and who noticed them", _notices(observation))
    if check.measure == "redis_commands_per_job":
        most = sorted(observation.commands.items(), key=lambda pair: (-pair[1], pair[0]))[:8]
        jobs = max(1, observation.result.totals.offered)
        return Evidence(
            "The commands that Redis was asked for most",
            [f"{name.upper():<16}{count:>8,}   {count / jobs:.1f} a job" for name, count in most],
        )
    if check.measure == "records_kept":
        return Evidence(
            "Records of finished jobs at the end",
            [
                f"{queue:<16}{count:>8,}   {count - observation.failed_kept[queue]:,} completed, "
                f"{observation.failed_kept[queue]:,} failed"
                for queue, count in observation.records_kept.items()
            ],
        )
    job = witness(observation, check.measure, check.queue)
    if job is None:
        return Evidence("No single job shows it", [])
    return story_of(observation.result, job)


def story_of(result: ModeResult, job: JobOutcome, *, whole: bool = False) -> Evidence:
    """Show what became of one job, and its story.

    Args:
        whole: Leave nothing out of a long story.
    """
    fate = f"{job.outcome.value}, {job.attempts} {'start' if job.attempts == 1 else 'starts'}"
    if job.effects > 1:
        fate += f", {job.effects} effects"
    return Evidence(f"The story of {job.job} ({fate})", job_story(result, job.job, whole=whole), IN_BRACKETS)


def _notices(observation: Observation) -> list[str]:
    notices = observation.result.notices
    told: list[str] = []
    for fault in notices.faults:
        alerts = [f"{one.alert} after {duration_in_words(fault.after_ms(one.fired_ms or 0))}" for one in fault.alerts]
        nobody = "-" if fault.is_deed else "NOBODY"
        told.append(f"{fault.window.start_ms / 1_000:>9.3f}s  {fault.window.label}: {', '.join(alerts) or nobody}")
    told += [
        f"{(one.fired_ms or 0) / 1_000:>9.3f}s  FALSE: {one.alert} fired, and nothing was broken"
        for one in notices.false
    ]
    return told
