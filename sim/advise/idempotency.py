"""Effects that happen twice because nothing recognises the second one."""

from collections.abc import Iterator

from sim.advise.faults import errors_after_effects, windows
from sim.advise.finding import Finding, Severity
from sim.advise.phrases import jobs, number, span, times
from sim.advise.reading import LEAST, QueueReading, Reading
from sim.advise.service_times import share_after_effect
from sim.advise.sources import AT_LEAST_ONCE, DESIGN_IDEMPOTENT, KEYS_FOR_EMAIL, SENT_AGAIN
from sim.advise.trials import Experiment, Trial

SHOWN_BY = "scenarios/01-worker-crashes/crash-after-effect.yaml"
SHOWN_BY_CRASH = {"payment": "scenarios/03-database-failures/paid-twice.yaml"}
"""By handler, where a scenario of its own jobs shows it better."""
SHOWN_BY_DATABASE = {**SHOWN_BY_CRASH, "email": "scenarios/03-database-failures/status-not-saved.yaml"}


def no_idempotency_key(reading: Reading) -> Iterator[Finding]:
    """Let a worker die after an effect, and see whether the effect happens again."""
    for queue in reading.queues:
        if queue.config.idempotency_key or not queue.jobs:
            continue
        ways = (_own_failures, _killed, _not_told)
        made = (way(reading, queue) for way in ways)
        trial = next((one for one in made if one is not None and one.counts.duplicated), None)
        if trial is None:
            continue
        by_database = windows(reading.scenario, "database-failure")
        shown_by = SHOWN_BY_DATABASE if by_database else SHOWN_BY_CRASH
        share = share_after_effect(queue.config.job)
        gap_ms = round(share * queue.mean_ms)
        handler = queue.config.job.name
        source = KEYS_FOR_EMAIL if handler == "email" else DESIGN_IDEMPOTENT
        yield Finding(
            "no-idempotency-key",
            Severity.DUPLICATE,
            queue.name,
            "Nothing detects a second effect of the same job (delivery is at-least-once). Any failure between the "
            "effect "
            f"and its acknowledgement repeats the effect: {span(gap_ms)} of each attempt.",
            f"{share:.0%} of an attempt's {span(queue.mean_ms)} come after its effect = {span(gap_ms)}",
            (source, AT_LEAST_ONCE),
            "Use an idempotency key, the same for every attempt of a job.",
            {"after_effect_ms": gap_ms, "jobs": queue.jobs},
            {"queues": {queue.name: {"idempotency_key": "on"}}},
            shown_by.get(handler, SHOWN_BY),
            trial,
        )


def _own_failures(reading: Reading, queue: QueueReading) -> Trial | None:
    numbers = list(dict.fromkeys(one.number for one in windows(reading.scenario, "database-failure")))
    raised = errors_after_effects(reading.scenario, queue.name)
    numbers += raised
    if not numbers:
        return None
    troubles = " and ".join(
        [
            *(["its database failures"] if len(numbers) > len(raised) else []),
            *(["errors after effects"] if raised else []),
        ]
    )
    setup = f"The workload of {queue.name}, with only {troubles}."
    return reading.trials.own(queue.name, setup, queue.profiles[0], numbers, jobs=queue.jobs)


def _killed(reading: Reading, queue: QueueReading) -> Trial | None:
    fault = {
        "kind": "worker-crash",
        "jobs": [f"{queue.name}-1"],
        "step": "after-effect-before-ack",
        "restart_after": "1s",
    }
    setup = "One job; its worker is killed after the effect, before the acknowledgement."
    experiment = Experiment(setup, faults=[fault], workers={"processes": 2})
    return reading.trials.small(queue.name, queue.profiles[0], experiment)


def _not_told(reading: Reading, queue: QueueReading) -> Trial | None:
    """Let the database carry out what follows the effect (or the effect) and lose its answer."""
    fault = {"kind": "database-failure", "at": "700ms", "duration": "400ms", "failure": "lost-reply"}
    setup = "One job of 1 s; the database's last answer to it is lost."
    experiment = Experiment(setup, faults=[fault], settings={"service": "1s"}, workers={"processes": 2})
    return reading.trials.small(queue.name, queue.profiles[0], experiment)


def lost_replies(reading: Reading) -> Iterator[Finding]:
    """Say what happens to submits that Redis carried out and did not answer."""
    losing = [
        one
        for one in windows(reading.scenario, "redis-outage")
        if getattr(reading.scenario.faults[one.number], "lost_replies", 0)
    ]
    for queue in reading.queues if losing else ():
        coming = sum(queue.arriving(one, 0, one.duration_ms, submitted=True) for one in losing)
        if coming < LEAST:
            continue
        numbers = list(dict.fromkeys(one.number for one in losing))
        setup = f"The workload of {queue.name}, with only these outages."
        made = [reading.trials.own(queue.name, setup, name, numbers, jobs=queue.jobs) for name in queue.profiles]
        shown = [one for one in made if one is not None]
        twice = next((one for one in shown if one.counts.duplicated), None)
        unsure = next((one for one in shown if one.counts.indeterminate), None)
        trial = twice or unsure
        if trial is None:
            continue
        counts = trial.counts
        what = (
            f"The client re-sends what was not answered: {jobs(counts.duplicated)} run {times(2)}."
            if twice
            else f"The caller gets an error for {jobs(counts.indeterminate)} that will run; submitting them again "
            "runs them twice."
        )
        yield Finding(
            "lost-replies",
            Severity.DUPLICATE if twice else Severity.KNOW,
            queue.name,
            what,
            f"{counts.offered:,} offered: {counts.duplicated:,} duplicated, {counts.indeterminate:,} indeterminate",
            (SENT_AGAIN, AT_LEAST_ONCE),
            "Use an idempotency key, so that a second submit has no second effect.",
            {"duplicated": counts.duplicated, "indeterminate": counts.indeterminate, "jobs_submitted": number(coming)},
            None if queue.config.idempotency_key else {"queues": {queue.name: {"idempotency_key": "on"}}},
            "scenarios/02-redis-failures/lost-replies.yaml",
            trial,
        )
