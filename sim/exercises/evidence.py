"""What shows that a check does not hold: one job's story, or what else there is to see."""

from typing import NamedTuple

from sim.exercises.exercise import Check
from sim.exercises.measures import FROM_EVENTS, Observation
from sim.exercises.story import job_story, witness
from sim.report.words import duration_in_words


class Evidence(NamedTuple):
    """What a learner is shown of a run that breaks a check.

    Attributes:
        heading: What the lines show.
    """

    heading: str
    lines: list[str]


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
            [f"{queue:<16}{count:>8,}" for queue, count in observation.records_kept.items()],
        )
    job = witness(observation, check.measure, check.queue)
    if job is None:
        return Evidence("No single job shows it", [])
    fate = f"{job.outcome.value}, {job.attempts} {'start' if job.attempts == 1 else 'starts'}"
    if job.effects > 1:
        fate += f", {job.effects} effects"
    return Evidence(f"The story of {job.job} ({fate})", job_story(observation, job.job))


def _notices(observation: Observation) -> list[str]:
    notices = observation.result.notices
    told: list[str] = []
    for fault in notices.faults:
        alerts = [f"{one.alert} after {duration_in_words(fault.after_ms(one.fired_ms or 0))}" for one in fault.alerts]
        told.append(f"{fault.window.start_ms / 1_000:>9.3f}s  {fault.window.label}: {', '.join(alerts) or 'NOBODY'}")
    told += [
        f"{(one.fired_ms or 0) / 1_000:>9.3f}s  FALSE: {one.alert} fired, and nothing was broken"
        for one in notices.false
    ]
    return told
