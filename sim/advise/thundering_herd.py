"""Jobs that failed together and come back together, because no backoff has jitter."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from sim.advise.arrivals import arrivals_between, drawn_between, drawn_stretch, is_random, rounds_between
from sim.advise.faults import Window, dependency_outages
from sim.advise.finding import Finding, Severity
from sim.advise.phrases import jobs, number, span, whole
from sim.advise.reading import QueueReading, Reading
from sim.advise.sources import BEHIND_EVERYTHING, FIT_THE_BACKOFF, SAME_DELAY
from sim.results.samples import Floats, Integers
from sim.scenario.retry_waits import is_drawn
from sim.yaml_files.fields import SemanticsName

SECOND_MS = 1_000


def thundering_herd(reading: Reading) -> Iterator[Finding]:
    """Count the jobs of an outage that come back in one second, where chance has no part in waits."""
    for queue in reading.queues:
        if queue.config.attempts == 1 or is_drawn(queue.config.backoff):
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


class _Part(NamedTuple):
    """Jobs of one part of an outage come back by the same attempt.

    Attributes:
        begin_ms: The part's begin, ms since the run began.
        offset_ms: How long after a job came its attempt comes that is past the outage.
    """

    begin_ms: float
    end_ms: float
    offset_ms: int


def _busiest_second(queue: QueueReading, window: Window, name: SemanticsName) -> tuple[float, float]:
    """Count the jobs that are tried again in the busiest second after an outage, and in all seconds.

    A job that fails at t is tried at t + o for each offset o of its timetable, and comes back at the first o that is
    past the outage. Every job whose moment is known is followed there; those that come at random are a rate, moved by
    o. What an attempt takes until it fails is left out.
    """
    over_ms = (window.begin_ms or 0) + window.duration_ms
    offsets = [row.since_first_ms for row in queue.retry_schedule(name).attempts]
    parts = [
        _Part(max(window.begin_ms or 0, over_ms - later), max(window.begin_ms or 0, over_ms - earlier), later)
        for earlier, later in pairwise(offsets)
        if later > earlier
    ]
    total = sum(arrivals_between(queue.entries, begin, end) for begin, end, _offset in parts)
    found = [
        (rounds.at_ms + offset, rounds.size)
        for begin, end, offset in parts
        for rounds in (rounds_between(entry, begin, end) for entry in queue.entries)
    ]
    back_ms = np.concatenate([moments for moments, _size in found]) if found else np.empty(0, dtype=np.int64)
    order = np.argsort(back_ms, kind="stable")
    back_ms = back_ms[order]
    sizes = np.concatenate([np.full(len(moments), size) for moments, size in found])[order] if found else back_ms
    so_far = np.concatenate([[0], np.cumsum(sizes)])
    seconds = np.maximum(over_ms, np.concatenate([back_ms, *_edges(queue, parts, back_ms)]))
    known = so_far[np.searchsorted(back_ms, seconds + SECOND_MS)] - so_far[np.searchsorted(back_ms, seconds)]
    counted = known + _drawn(queue, parts, seconds)
    return float(counted.max(initial=0)), total


def _edges(queue: QueueReading, parts: Sequence[_Part], back_ms: Integers) -> Iterator[Integers]:
    """List besides the known moments where the busiest second may begin, if some jobs come at random.

    It begins or ends where a stretch of them does, or ends with a known job.
    """
    drawn = [drawn_stretch(entry) for entry in queue.entries if is_random([entry])]
    if not drawn:
        return
    yield back_ms - SECOND_MS + 1
    for begin, end, offset in parts:
        for first, last in drawn:
            ends = np.asarray([max(begin, first) + offset, min(end, last) + offset], dtype=np.int64)
            yield ends
            yield ends - SECOND_MS


def _drawn(queue: QueueReading, parts: Sequence[_Part], seconds: Integers) -> Floats:
    """Expect so many jobs that come at random to come back in each second."""
    counted = np.zeros(len(seconds))
    for begin, end, offset in parts:
        for entry in queue.entries:
            first = np.maximum(begin, seconds - offset)
            counted += drawn_between(entry, first, np.maximum(first, np.minimum(end, seconds + SECOND_MS - offset)))
    return counted
