"""How long an outage retries survive, and how many jobs fail in all their attempts by chance."""

import math
from collections.abc import Iterator
from typing import Any

from sim.advise.faults import Window, dependency_outages, flaky_rate
from sim.advise.finding import Finding, Severity
from sim.advise.phrases import by_semantics, delays_sum, jobs, number, span
from sim.advise.reading import LEAST, QueueReading, Reading
from sim.advise.sources import DELAYS_BETWEEN, TRANSIENT, UP_TO_MAX_ATTEMPTS
from sim.advise.trials import Trial, upheld
from sim.scenario.backoff import Backoff
from sim.yaml_files.fields import SemanticsName

NAMES: dict[SemanticsName, str] = {"documented": "documented", "bull-4.16": "bull"}
A_RESTART_MS = 60_000
"""Where a scenario has no outage, advice is given for one of a minute, as in the shipped scenarios."""
MAX_ATTEMPTS = 30


def retry_horizon(reading: Reading) -> Iterator[Finding]:
    """Compare the time over which a job is tried with the outages of what its handler needs."""
    for queue in reading.queues:
        outages = dependency_outages(reading.scenario, queue.name)
        longest_ms = max((window.duration_ms for window in outages), default=0)
        horizon_ms = queue.horizon_ms(queue.shortest)
        failing = failing_in_outages(queue, outages)
        trial = outage_trial(reading, queue, outages) if failing >= LEAST else None
        stands, trial = upheld(trial, lambda made: made.failed, certain=queue.is_certain(outages))
        if failing >= LEAST and stands:
            yield _outlasted(queue, longest_ms, horizon_ms, failing, trial)
        elif not outages:
            yield _survives(queue, horizon_ms)


def failing_in_outages(queue: QueueReading, outages: list[Window]) -> float:
    """Count the jobs whose last attempt still falls into an outage."""
    horizon_ms = queue.horizon_ms(queue.shortest)
    return sum(queue.arriving(one, 0, one.duration_ms - horizon_ms) for one in outages)


def outage_trial(reading: Reading, queue: QueueReading, outages: list[Window]) -> Trial | None:
    """Run one queue with the scenario's own outages; None where that is too long a run."""
    setup = f"The workload of {queue.name}, with only these outages."
    numbers = list(dict.fromkeys(one.number for one in outages))
    return reading.trials.own(queue.name, setup, queue.shortest, numbers, jobs=queue.jobs)


def retry_sum(queue: QueueReading) -> str:
    """Write the delays between the attempts of a job that always fails, and their sum."""
    tables = [(name, queue.retry_schedule(name)) for name in queue.profiles]
    return by_semantics(
        (name, delays_sum([row.delay_ms - row.jitter_ms for row in table.attempts[1:]])) for name, table in tables
    )


def _numbers(queue: QueueReading) -> dict[str, int | float]:
    return {
        "attempts": queue.config.attempts,
        **{f"horizon_{NAMES[name]}_ms": queue.horizon_ms(name) for name in queue.profiles},
    }


def _outlasted(queue: QueueReading, longest_ms: int, horizon_ms: int, failing: float, trial: Trial | None) -> Finding:
    fix, setting = _more_attempts(queue, longest_ms)
    retries = "There is one attempt" if queue.config.attempts == 1 else f"Retries give up after {span(horizon_ms)}"
    return Finding(
        "retry-horizon",
        Severity.LOSE,
        queue.name,
        f"{retries}, and the longest outage lasts {span(longest_ms)}: {jobs(failing, about=True)} fail permanently.",
        f"{retry_sum(queue)}; jobs that arrive in the first {span(longest_ms - horizon_ms)} of an outage "
        f"of {span(longest_ms)} have no attempt left after it",
        (UP_TO_MAX_ATTEMPTS, DELAYS_BETWEEN),
        fix,
        {**_numbers(queue), "outage_ms": longest_ms, "jobs_failing": number(failing)},
        setting,
        see="scenarios/03-database-failures/longer-than-the-retries.yaml",
        trial=trial,
    )


def _survives(queue: QueueReading, horizon_ms: int) -> Finding:
    both = by_semantics((name, span(queue.horizon_ms(name))) for name in queue.profiles)
    fix, setting = "Nothing, unless longer outages must be survived.", None
    if horizon_ms < A_RESTART_MS:
        fix, setting = _more_attempts(queue, A_RESTART_MS)
    return Finding(
        "retry-horizon",
        Severity.KNOW,
        queue.name,
        (
            "A failed job is not retried: any outage of a dependency fails it permanently. "
            if queue.config.attempts == 1
            else f"Retries survive a dependency outage of this length: {both}. "
        )
        + "The scenario has no such outage.",
        retry_sum(queue),
        (UP_TO_MAX_ATTEMPTS, DELAYS_BETWEEN),
        fix,
        _numbers(queue) if setting is None else {**_numbers(queue), "outage_advised_ms": A_RESTART_MS},
        setting,
        "scenarios/03-database-failures/retries-that-outlast-it.yaml",
    )


def _more_attempts(queue: QueueReading, outage_ms: int) -> tuple[str, dict[str, Any]]:
    """Find the fewest attempts that outlast an outage, and the setting that has them."""
    backoff = queue.config.backoff
    if backoff is not None and any(attempt.delay_ms for attempt in queue.retry_schedule(queue.profiles[0], 3).attempts):
        enough = (
            math.ceil(outage_ms / backoff.delay) + 1
            if isinstance(backoff, Backoff) and backoff.type == "fixed" and not backoff.jitter
            else next(
                (
                    count
                    for count in range(1, MAX_ATTEMPTS)
                    if all(queue.retry_schedule(name, count).horizon_ms >= outage_ms for name in queue.profiles)
                ),
                0,
            )
        )
        if 0 < enough <= MAX_ATTEMPTS:
            text = f"{enough} attempts with the same backoff outlast {span(outage_ms)}."
            return text, {"queues": {queue.name: {"attempts": enough}}}
    count = max(2, math.ceil(math.log2(outage_ms / 1_000 + 1)) + 1)
    own = {"attempts": count, "backoff": {"type": "exponential", "delay": "1s"}}
    return f"{count} attempts, exponential from 1 s, outlast {span(outage_ms)}.", {"queues": {queue.name: own}}


def flaky_dependency(reading: Reading) -> Iterator[Finding]:
    """Work out how many jobs fail in all their attempts by chance."""
    for queue in reading.queues:
        rate, attempts = flaky_rate(reading.scenario, queue.name), queue.config.attempts
        failing = queue.jobs * rate**attempts
        if not 0 < rate < 1:
            continue
        enough = attempts
        while queue.jobs * rate**enough >= LEAST and enough < 1_000:
            enough += 1
        yield Finding(
            "flaky-dependency",
            Severity.LOSE if failing >= LEAST else Severity.KNOW,
            queue.name,
            f"An attempt fails at random {rate:.0%} of the time, and a job has {attempts}: "
            f"{jobs(failing, about=True)} of {queue.jobs:,} fail permanently.",
            f"{rate:.4g}^{attempts} = {rate**attempts:.3g}; x {queue.jobs:,} jobs = {failing:.3g}",
            (TRANSIENT, UP_TO_MAX_ATTEMPTS),
            f"With {enough} attempts it is {queue.jobs * rate**enough:.2g} of these jobs."
            if enough > attempts
            else "Allow enough attempts for these jobs; more jobs need more.",
            {"rate": rate, "attempts": attempts, "jobs": queue.jobs, "jobs_failing": number(failing)},
            {"queues": {queue.name: {"attempts": enough}}} if attempts < enough < 1_000 else None,
            "scenarios/04-retries-and-retention/flaky-network.yaml",
        )
