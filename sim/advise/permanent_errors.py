"""Errors that no retry can mend, and what it costs to try again all the same."""

from collections.abc import Iterator

from sim.advise.as_it_stands import Stand
from sim.advise.faults import permanent_rate
from sim.advise.finding import Finding, Severity
from sim.advise.phrases import jobs, number, span, whole
from sim.advise.reading import LEAST, QueueReading, Reading
from sim.advise.retries import retry_sum
from sim.advise.sources import DISCARD, PERMANENT


def permanent_errors(reading: Reading) -> Iterator[Finding]:
    """Count the starts that errors use up which no retry can mend."""
    for queue in reading.queues:
        bad = permanent_failures(reading, queue)
        attempts = queue.config.attempts
        if bad < LEAST or attempts == 1 or queue.config.discard_permanent:
            continue
        wasted = bad * (attempts - 1)
        late_ms = queue.horizon_ms(queue.shortest)
        stand = reading.stands.worst(queue.name)
        if stand is not None and late_ms > stand.simulated_ms:
            yield _tried_for_ever(queue, bad, stand)
            continue
        yield Finding(
            "permanent-errors",
            Severity.DELAY,
            queue.name,
            f"{jobs(bad, about=True).capitalize()} can never succeed and are tried {attempts} times: "
            f"{whole(wasted)} wasted attempts, and each failure is known {span(late_ms)} late.",
            f"{whole(bad)} x ({attempts} - 1) = {whole(wasted)} starts; {retry_sum(queue)}",
            (PERMANENT, DISCARD),
            "Discard the job on a permanent error in the handler: one attempt each.",
            {
                "jobs_failing": number(bad),
                "attempts": attempts,
                "starts_wasted": number(wasted),
                "late_ms": late_ms,
            },
            {"queues": {queue.name: {"discard_permanent": "on"}}},
            "scenarios/04-retries-and-retention/invalid-data.yaml",
        )


def _tried_for_ever(queue: QueueReading, bad: float, stand: Stand) -> Finding:
    """Say of jobs whose last attempt lies beyond the end of the run what the run shows of them."""
    counts = stand.counts
    wasted = max(0, counts.attempts - counts.offered)
    return Finding(
        "permanent-errors",
        Severity.DELAY,
        queue.name,
        f"{jobs(bad, about=True).capitalize()} can never succeed and have {queue.config.attempts:,} attempts each, the "
        f"last of them {span(queue.horizon_ms(queue.shortest))} after the first: {jobs(counts.pending)} still have "
        "retries "
        f"left when the run ends, after {whole(wasted)} wasted attempts.",
        f"{counts.attempts:,} attempts at {jobs(counts.offered)} in {span(stand.simulated_ms)}; {retry_sum(queue)}",
        (PERMANENT, DISCARD),
        "Discard the job on a permanent error in the handler: one attempt each.",
        {
            "jobs_failing": number(bad),
            "attempts": queue.config.attempts,
            "starts_wasted": wasted,
            "jobs_pending": counts.pending,
        },
        {"queues": {queue.name: {"discard_permanent": "on"}}},
        "scenarios/04-retries-and-retention/invalid-data.yaml",
    )


def permanent_failures(reading: Reading, queue: QueueReading) -> float:
    """Count the jobs that fail for good whatever is tried: invalid data, no stock, permanent errors."""
    rate = permanent_rate(reading.scenario, queue.name)
    bad = sum(entry.jobs * (1 - (1 - entry.invalid) * (1 - rate)) for entry in queue.entries)
    if queue.config.handler != "order":
        return bad
    return bad + max(0.0, queue.jobs - bad - reading.scenario.database.stock)
