"""What is left of jobs that failed for good: the failed set's size, and dead letters."""

import math
from collections.abc import Iterator

from sim.advise.faults import crashes, dependency_outages, flaky_rate
from sim.advise.finding import Finding, Severity
from sim.advise.permanent_errors import permanent_failures
from sim.advise.phrases import TEN_YEARS_MS, jobs, number, rate, span, whole
from sim.advise.reading import LEAST, QueueReading, Reading
from sim.advise.retries import failing_in_outages, outage_trial
from sim.advise.sources import DEAD_LETTERS, KEEPS_COMPLETED, KEPT_FOR_ANALYSIS, NEWEST_REMAIN
from sim.advise.trials import upheld
from sim.scenario.queues import QueueConfig, Retention

ROUND_UP_TO = 50
DAY_MS = 24 * 3_600_000
COMPLETED_ENOUGH = 1_000


def kept_count(config: QueueConfig) -> int | None:
    """Return how many failed jobs are kept at most; None for any number."""
    keep = config.remove_on_fail
    if isinstance(keep, bool):
        return 0 if keep else None
    return keep.count if isinstance(keep, Retention) else keep


def retention(reading: Reading) -> Iterator[Finding]:
    """Hold the failures that are to come against the number that the failed set keeps."""
    for queue in reading.queues:
        if queue.config.dead_letter:
            continue
        count = kept_count(queue.config)
        keep = queue.config.remove_on_fail
        age_ms = keep.age if isinstance(keep, Retention) else None
        outages = dependency_outages(reading.scenario, queue.name)
        beyond = failing_in_outages(queue, outages)
        others = (
            permanent_failures(reading, queue)
            + queue.jobs * flaky_rate(reading.scenario, queue.name) ** queue.config.attempts
            + len(crashes(reading.scenario, queue.name).poison)
        )
        failing = beyond + others
        gone = 0.0 if count is None else max(0.0, failing - count)
        if age_ms is not None:
            aged = (max(0, one.duration_ms - queue.horizon_ms(queue.shortest) - age_ms) for one in outages)
            gone = max(gone, sum(queue.arriving(one, 0, late) for one, late in zip(outages, aged, strict=True)))
        certain = queue.is_certain(outages) and flaky_rate(reading.scenario, queue.name) in (0, 1)
        stands = reading.stands.of(queue.name)
        if certain and stands:
            gone = float(max(one.counts.failed_evicted for one in stands))
            failing = gone + max(one.counts.failed_retained for one in stands)
        if gone >= LEAST:
            yield from _evicts(reading, queue, failing, gone, others)
        elif count is not None and queue.jobs > count:
            yield from _room_for(queue, count)


def _evicts(reading: Reading, queue: QueueReading, failing: float, gone: float, others: float) -> Iterator[Finding]:
    trial = None
    if not others:
        outages = dependency_outages(reading.scenario, queue.name)
        made = outage_trial(reading, queue, outages)
        stands, trial = upheld(made, lambda one: one.counts.failed_evicted, certain=queue.is_certain(outages))
        if not stands:
            return
    enough = math.ceil(failing * 1.25 / ROUND_UP_TO) * ROUND_UP_TO
    kept = failing - gone
    yield Finding(
        "retention",
        Severity.LOSE,
        queue.name,
        f"{jobs(failing, about=True).capitalize()} fail permanently, and the failed set keeps {whole(kept)}: "
        f"{whole(gone)} "
        f"are removed without a trace, so nobody can find or retry them.",
        f"{whole(failing)} failures - {whole(kept)} kept = {whole(gone)} failed-evicted",
        (KEPT_FOR_ANALYSIS, NEWEST_REMAIN),
        f"Keep enough failed jobs for an outage, such as the newest {enough:,}, or use a dead letter queue.",
        {"jobs_failing": number(failing), "kept": number(kept), "jobs_evicted": number(gone)},
        {"queues": {queue.name: {"remove_on_fail": enough}}},
        "scenarios/03-database-failures/longer-than-the-retries.yaml",
        trial,
    )


def _room_for(queue: QueueReading, count: int) -> Iterator[Finding]:
    """Say how long an outage would fill the failed set, where the workload could."""
    per_ms = queue.peak_per_ms
    lasts_ms = max((one.end_ms for one in queue.stretches), default=0)
    if not per_ms:
        return
    horizon_ms = queue.horizon_ms(queue.shortest)
    full_ms = round(count / per_ms)
    if full_ms > lasts_ms or horizon_ms > TEN_YEARS_MS:
        return
    yield Finding(
        "retention",
        Severity.KNOW,
        queue.name,
        f"The failed set keeps {jobs(count)}. An outage longer than {span(horizon_ms + full_ms)} would permanently "
        "fail more "
        "than that, and the oldest records would be removed.",
        f"{span(horizon_ms)} of retries + {count:,} / {rate(per_ms * 1_000)} = {span(horizon_ms + full_ms)}",
        (KEPT_FOR_ANALYSIS, NEWEST_REMAIN),
        "Keep every failed job, and clean them up manually.",
        {"kept": count, "horizon_ms": horizon_ms, "full_after_ms": horizon_ms + full_ms},
        {"queues": {queue.name: {"remove_on_fail": False}}},
        "scenarios/03-database-failures/longer-than-the-retries.yaml",
    )


def dead_letters(reading: Reading) -> Iterator[Finding]:
    """Name the queues whose failed jobs end in the failed set and nowhere else."""
    without = [queue for queue in reading.queues if not queue.config.dead_letter]
    if not without:
        return
    kept = [kept_count(queue.config) for queue in without]
    names = [
        f"{queue.name} keeps {'all' if count is None else f'{count:,}'}"
        for queue, count in zip(without, kept, strict=True)
    ]
    yield Finding(
        "dead-letters",
        Severity.KNOW,
        None,
        "No dead letter queue: a permanently failed job stays in the failed set with all the others, for as long as "
        "retention keeps it, and nothing routes it to anyone.",
        f"of failed jobs {'; '.join(names)}",
        (DEAD_LETTERS, KEPT_FOR_ANALYSIS),
        "A dead letter queue: no later failure evicts its jobs.",
        {"queues_without": len(without)},
        {"queues": {queue.name: {"dead_letter": "on"} for queue in without}},
        "scenarios/05-dead-letters/with.yaml",
    )


def completed_kept(reading: Reading) -> Iterator[Finding]:
    """Name the queues that keep every completed job, so that Redis grows until it is full."""
    keeping = [queue for queue in reading.queues if queue.config.remove_on_complete is False and queue.jobs]
    if not keeping:
        return
    per_day = {queue.name: queue.peak_per_ms * DAY_MS for queue in keeping}
    told = "; ".join(f"{name}: {jobs(count)} a day" for name, count in per_day.items() if count)
    total = sum(queue.jobs for queue in keeping)
    yield Finding(
        "completed-kept",
        Severity.KNOW,
        None,
        "Every completed job is kept forever: Redis memory grows with each of them until it is full.",
        told or f"{jobs(total)} in this scenario",
        (KEEPS_COMPLETED,),
        "Keep a limited number of completed jobs, such as the newest 1,000.",
        {"queues_keeping": len(keeping), "jobs": total},
        {"queues": {queue.name: {"remove_on_complete": COMPLETED_ENOUGH} for queue in keeping}},
    )
