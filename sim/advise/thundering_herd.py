"""Jobs that failed together and come back together, because no backoff has a random part."""

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from sim.advise.faults import Window, dependency_outages
from sim.advise.finding import BEHIND_EVERYTHING, FIT_THE_BACKOFF, SAME_DELAY, Finding, Severity
from sim.advise.phrases import jobs, number, span, whole
from sim.advise.reading import QueueReading, Reading
from sim.yaml_files.fields import SemanticsName


def thundering_herd(reading: Reading) -> Iterator[Finding]:
    """Count the jobs of an outage that come back in one second, which no jitter spreads."""
    for queue in reading.queues:
        if queue.config.attempts == 1:
            continue
        known = [one for one in dependency_outages(reading.scenario, queue.name) if one.begin_ms is not None]
        waves = [(_busiest_second(queue, one, name), one, name) for one in known for name in queue.profiles]
        if not waves:
            continue
        (busiest, total), window, name = max(waves, key=lambda wave: wave[0])
        usual = queue.peak_per_ms * 1_000
        startable = queue.startable(1_000)
        late = busiest + usual > startable
        if not late and busiest <= max(1, 2 * usual):
            continue
        yield Finding(
            "thundering-herd",
            Severity.DELAY if late else Severity.KNOW,
            queue.name,
            f"After the outage of {span(window.duration_ms)}, {jobs(total)} are retried, {whole(busiest)} of them in "
            f"one second (thundering herd); {whole(usual)} new ones a second are usual, and the workers can start "
            f"{whole(startable)}.",
            f"no jitter: jobs that failed together are retried together; the busiest second has {whole(busiest)} "
            f"+ {whole(usual)} {'>' if late else '<='} {whole(startable)} ({name})",
            (SAME_DELAY, BEHIND_EVERYTHING, FIT_THE_BACKOFF),
            "Use a backoff with jitter (in Bull: a custom strategy under settings.backoffStrategies)"
            + (", or workers for the busiest second." if late else "."),
            {
                "jobs_returning": number(total),
                "busiest_second": number(busiest),
                "usual_per_second": number(usual),
                "startable_per_second": number(startable),
            },
            _workers_for(queue, busiest + usual) if late else None,
            "scenarios/03-database-failures/retries-that-outlast-it.yaml",
        )


def _workers_for(queue: QueueReading, per_second: float) -> dict[str, Any] | None:
    if queue.config.limiter is not None or not queue.mean_ms:
        return None
    slots = math.ceil(per_second * min(1, queue.mean_ms / 1_000))
    if queue.workers.blocking or not queue.workers.processes:
        return {"workers": {queue.name: {"processes": slots}}}
    return {"workers": {queue.name: {"concurrency": math.ceil(slots / queue.workers.processes)}}}


def _busiest_second(queue: QueueReading, window: Window, name: SemanticsName) -> tuple[float, float]:
    """Count the jobs that are tried again in the busiest second after an outage, and in all seconds.

    A job that fails at t is tried at t + o for each offset o of its timetable, and comes back at the first o that is
    past the outage: those that come back at a moment are the arrivals at that moment - o, for every o.
    """
    offsets = [row.since_first_ms for row in queue.retry_schedule(name).attempts]
    length = window.duration_ms
    parts = [
        (max(0, length - later), max(0, length - earlier), later)
        for earlier, later in pairwise(offsets)
        if later > earlier
    ]
    total = sum(queue.arriving(window, begin, end) for begin, end, _offset in parts)
    seconds = sorted({max(length, begin + offset) for begin, _end, offset in parts})
    busiest = max(
        (
            sum(
                queue.arriving(window, max(begin, moment - offset), min(end, moment + 1_000 - offset))
                for begin, end, offset in parts
            )
            for moment in seconds
        ),
        default=0.0,
    )
    return busiest, total
