"""Whether the workers keep up: arrivals times service against slots, in ordinary times and after an outage."""

import math
from collections.abc import Iterator
from typing import Any

from sim.advise.as_it_stands import Backlog
from sim.advise.faults import dependency_outages
from sim.advise.finding import Finding, Severity
from sim.advise.phrases import jobs, number, rate, span
from sim.advise.reading import LIMITER_STRETCH, QueueReading, Reading
from sim.advise.service_times import database_calls
from sim.advise.sources import BEHIND_EVERYTHING, LIMITER_SPACING, WATCH_DEPTH
from sim.advise.trials import Experiment
from sim.faults.slow_database import SlowDatabase
from sim.scenario.workload import BurstArrivals

AIM = 0.7
"""Utilisation that the advice aims at."""
LONG_WAIT_MS = 60_000
LONG_WAIT_JOBS = 10
"""A wait is long that lasts a minute, and ten times as long as a job."""
CATCHES_UP = 0.5
"""Up to this utilisation a backlog is worked off in the time in which it came up."""


def no_workers(reading: Reading) -> Iterator[Finding]:
    """Name queues that are offered jobs and have nobody who takes them."""
    for queue in reading.queues:
        if queue.workers.processes or not queue.jobs:
            continue
        yield Finding(
            "no-workers",
            Severity.LOSE,
            queue.name,
            f"{jobs(queue.jobs).capitalize()} are submitted and no worker process consumes them: none is ever "
            "processed.",
            "0 processes x any concurrency = 0 slots",
            (WATCH_DEPTH,),
            "Run at least one worker process.",
            {"jobs": queue.jobs, "processes": 0},
            {"workers": {queue.name: {"processes": 1}}},
            trial=reading.trials.small(queue.name, queue.profiles[0], Experiment("One job, with these workers.")),
        )


def utilisation(reading: Reading) -> Iterator[Finding]:
    """Find queues whose jobs come as fast as they can be done, or faster; also while the database is slow."""
    for queue in reading.queues:
        calls = database_calls(queue.config.job)
        slow = [fault.latency for fault in reading.scenario.faults if isinstance(fault, SlowDatabase)]
        for more_ms in dict.fromkeys((0, *(calls * latency for latency in slow))):
            if queue.slots and queue.utilisation(more_ms) >= 1:
                yield _too_slow(queue, more_ms, reading.stands.line(queue.name))
                break


def _too_slow(queue: QueueReading, more_ms: int, line: Backlog | None) -> Finding:
    capacity = queue.capacity_per_ms(more_ms)
    used = queue.utilisation(more_ms)
    backlog: float = _backlog(queue, capacity) if line is None else line.most
    drain_ms = backlog / capacity if line is None else line.drain_ms
    while_slow = f" while the database is slow (+{span(more_ms)} an attempt)" if more_ms else ""
    limiter = queue.config.limiter
    limited = limiter is not None and capacity < queue.slots / (queue.mean_ms + more_ms or 1)
    arithmetic = (
        f"{rate(queue.peak_per_ms * 1_000, short=True)} x {span(queue.mean_ms + more_ms)} / {queue.slots:,} slots "
        f"= {used:.0%}"
    )
    if limited and limiter is not None:
        arithmetic = (
            f"{rate(queue.peak_per_ms * 1_000, short=True)} against a limiter of {limiter.max:,} in "
            f"{span(limiter.duration)}, {1 / LIMITER_STRETCH:.0%} of it in effect = {used:.0%}"
        )
    if queue.attempts_a_job > 1:
        arithmetic += f", with {queue.attempts_a_job:.2f} attempts a job"
    return Finding(
        "utilisation",
        Severity.DELAY,
        queue.name,
        f"Worker utilisation is {used:.0%}{while_slow}. {_behind(backlog, drain_ms, about=line is None)}",
        arithmetic,
        (WATCH_DEPTH, LIMITER_SPACING) if limited else (WATCH_DEPTH,),
        "Raise the limiter's rate." if limited else f"Add workers until utilisation is {AIM:.0%} at most.",
        {
            "utilisation": number(used),
            "arrivals_per_second": number(queue.peak_per_ms * 1_000),
            "capacity_per_second": number(capacity * 1_000),
            "slots": queue.slots,
            "backlog": number(backlog),
            **({} if drain_ms is None else {"drain_ms": round(drain_ms)}),
        },
        _limiter(queue) if limited else _workers(queue, AIM, more_ms),
        "scenarios/02-redis-failures/restart-from-snapshot.yaml",
    )


def _behind(backlog: float, drain_ms: float | None, *, about: bool) -> str:
    if backlog < 1:
        return "There is no spare capacity to catch up after an incident."
    grows = f"The backlog grows to {jobs(backlog, about=about)}"
    if drain_ms is None:
        return f"{grows}, and does not drain before the run ends."
    return f"{grows}, and takes {span(drain_ms)} to drain."


def burst_backlog(reading: Reading) -> Iterator[Finding]:
    """Find bursts that leave jobs waiting for long, where the workers keep up otherwise."""
    for queue in reading.queues:
        bursts = [entry.arrivals for entry in queue.entries if isinstance(entry.arrivals, BurstArrivals)]
        line = reading.stands.line(queue.name)
        if not bursts or line is None or not queue.slots or queue.utilisation() >= 1:
            continue
        if line.wait_ms < max(LONG_WAIT_MS, LONG_WAIT_JOBS * queue.mean_ms):
            continue
        largest = max(one.size for one in bursts)
        drained = "" if line.drain_ms is None else f", and the queue is drained after {span(line.drain_ms)}"
        yield Finding(
            "burst-backlog",
            Severity.DELAY,
            queue.name,
            f"A burst of {jobs(largest)} queues up {jobs(line.most)}: the last one waits "
            f"{span(line.wait_ms)}{drained}.",
            f"{largest:,} x {span(queue.mean_ms)} / {queue.slots:,} slots = "
            f"{span(largest / queue.capacity_per_ms())} of work",
            (WATCH_DEPTH,),
            "Add workers to meet the longest acceptable wait, spread out the arrivals, or use a separate queue for "
            "what must "
            "not wait (head-of-line blocking).",
            {
                "burst": largest,
                "most_waiting": line.most,
                "longest_wait_ms": line.wait_ms,
                "slots": queue.slots,
                **({} if line.drain_ms is None else {"drain_ms": line.drain_ms}),
            },
        )


def _backlog(queue: QueueReading, capacity: float) -> float:
    """Return the largest number of jobs that wait, if jobs flowed like water."""
    backlog = most = 0.0
    for one in queue.stretches:
        backlog = max(0.0, backlog + (one.per_ms * queue.attempts_a_job - capacity) * (one.end_ms - one.begin_ms))
        most = max(most, backlog)
    return most


def _workers(queue: QueueReading, aim: float, more_ms: float = 0) -> dict[str, Any]:
    slots = math.floor(queue.peak_per_ms * queue.attempts_a_job * (queue.mean_ms + more_ms) / aim + 1e-9) + 1
    each = 1 if queue.workers.blocking else queue.workers.concurrency
    return {"workers": {queue.name: {"processes": math.ceil(slots / each)}}}


def _limiter(queue: QueueReading) -> dict[str, Any]:
    per_second = math.ceil(queue.peak_per_ms * queue.attempts_a_job * 1_000 * LIMITER_STRETCH / AIM)
    return {"queues": {queue.name: {"limiter": {"max": max(1, per_second), "duration": "1s"}}}}


def drain_after_outage(reading: Reading) -> Iterator[Finding]:
    """Work out how long the backlog of the longest outage lasts, where that is longer than the outage."""
    for queue in reading.queues:
        used = queue.utilisation()
        known = [
            (min(one.duration_ms, queue.horizon_ms(queue.shortest)), one)
            for one in dependency_outages(reading.scenario, queue.name)
            if queue.config.attempts > 1
        ]
        if not known or not CATCHES_UP < used < 1:
            continue
        came_ms, longest = max(known, key=lambda pair: (pair[0], pair[1].duration_ms))
        backlog = queue.arriving(longest, longest.duration_ms - came_ms, longest.duration_ms)
        if backlog < 1:
            continue
        spare = queue.capacity_per_ms() * (1 - used)
        drain_ms = backlog / spare
        yield Finding(
            "drain-after-outage",
            Severity.DELAY,
            queue.name,
            f"After the outage of {span(longest.duration_ms)}, {jobs(backlog)} have to be processed on top of "
            f"the new ones. Utilisation is {used:.0%} without them: it takes {span(drain_ms)} to catch up.",
            f"{jobs(backlog)} / ({rate(queue.capacity_per_ms() * 1_000, short=True)} x (1 - {used:.2f})) = "
            f"{span(drain_ms)}",
            (BEHIND_EVERYTHING, WATCH_DEPTH),
            f"Keep utilisation at {CATCHES_UP:.0%} or less: a backlog then drains as fast as it built up.",
            {
                "utilisation": number(used),
                "backlog": number(backlog),
                "drain_ms": round(drain_ms),
                "outage_ms": longest.duration_ms,
            },
            _workers(queue, CATCHES_UP),
        )
