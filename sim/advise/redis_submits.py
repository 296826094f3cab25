"""What happens to submits while Redis is down."""

from collections.abc import Iterator
from itertools import count
from typing import Any

from sim.advise.faults import Window, windows
from sim.advise.finding import Finding, Severity
from sim.advise.phrases import jobs, number, span, whole
from sim.advise.reading import LEAST, QueueReading, Reading
from sim.advise.sources import LOST_WITHOUT_REDIS, RECONNECTS, REFUSED_LOADING, SUBMIT_HANGS
from sim.advise.trials import upheld
from sim.engine.redis_server import RECONNECT_AT_MS, RECONNECT_EVERY_MS, rejection_ms
from sim.queue.semantics import PROFILES


def submits_while_down(reading: Reading) -> Iterator[Finding]:
    """Say what happens to jobs that are submitted while Redis is down."""
    away = windows(reading.scenario, "redis-outage", "redis-crash")
    for queue in reading.queues if away else ():
        coming = sum(queue.arriving(one, 0, one.duration_ms, submitted=True) for one in away)
        if coming < LEAST:
            continue
        refused = {
            name: coming if PROFILES[name].submit_while_away == "fails" else _given_up(reading, queue, away)
            for name in queue.profiles
        }
        worst = max(queue.profiles, key=lambda name: refused[name])
        finding = _refused(reading, queue, away, worst, refused[worst]) if refused[worst] >= LEAST else None
        if finding is None and any(PROFILES[name].submit_while_away == "waits" for name in queue.profiles):
            finding = _late(queue, away, coming)
        if finding is not None:
            yield finding


def _given_up(reading: Reading, queue: QueueReading, away: list[Window]) -> float:
    """Count the submits that the library's client rejects: out of tries, or back while Redis is still loading."""
    total = 0.0
    for one in away:
        loading_ms = getattr(reading.scenario.faults[one.number], "loading", 0)
        up_ms = one.duration_ms - loading_ms
        given_up_ms = _last_given_up_ms(reading, up_ms)
        total += queue.arriving(one, 0, given_up_ms, submitted=True)
        if reconnected_ms(up_ms) < one.duration_ms:
            total += queue.arriving(one, given_up_ms, one.duration_ms, submitted=True)
    return total


def _last_given_up_ms(reading: Reading, up_ms: int) -> int:
    """Return when the client last rejected what waited in it, ms after the loss; 0 where Redis was back before."""
    tries = reading.scenario.redis.max_retries_per_request
    last_ms = 0
    if tries is not None:
        for number in count(1):
            given_up_ms = rejection_ms(number, tries)
            if given_up_ms >= up_ms:
                break
            last_ms = given_up_ms
    return last_ms


def _refused(reading: Reading, queue: QueueReading, away: list[Window], name: Any, refused: float) -> Finding | None:
    numbers = list(dict.fromkeys(one.number for one in away))
    setup = f"The workload of {queue.name}, with only these outages."
    trial = reading.trials.own(queue.name, setup, name, numbers, jobs=queue.jobs)
    stands, trial = upheld(trial, lambda one: one.counts.rejected, certain=queue.is_certain(away))
    if not stands:
        return None
    longest_ms = max(one.duration_ms for one in away)
    fails = PROFILES[name].submit_while_away == "fails"
    if fails:
        how = "every submit fails at once"
    elif (given_up_ms := _last_given_up_ms(reading, longest_ms)) > 0:
        how = f"the client gives up after {span(given_up_ms)} and rejects all queued submits"
    else:
        how = "its clients reconnect while it is loading its data, when every submit fails at once"
    return Finding(
        "submits-while-redis-is-down",
        Severity.LOSE,
        queue.name,
        f"Redis is down for up to {span(longest_ms)}, and {how} ({name}): {jobs(refused, about=queue.is_random)} "
        "are rejected. They are lost unless the caller handles the error.",
        f"jobs submitted in that time: {whole(refused, about=queue.is_random)}",
        (LOST_WITHOUT_REDIS,) if fails else (SUBMIT_HANGS, REFUSED_LOADING, LOST_WITHOUT_REDIS),
        "Keep rejected submits in the caller and submit them again (a transactional outbox), and run Redis with "
        "failover. No queue setting "
        "does that.",
        {"away_ms": longest_ms, "jobs_refused": number(refused)},
        see="scenarios/02-redis-failures/outage.yaml" if fails else "scenarios/02-redis-failures/long-outage.yaml",
        trial=trial,
    )


def _late(queue: QueueReading, away: list[Window], coming: float) -> Finding:
    longest_ms = max(one.duration_ms for one in away)
    back_ms = reconnected_ms(longest_ms)
    return Finding(
        "submits-while-redis-is-down",
        Severity.DELAY,
        queue.name,
        f"Redis is down for up to {span(longest_ms)}, and the client reconnects only {span(back_ms)} after the loss: "
        f"{jobs(coming, about=queue.is_random)} wait in the caller's memory, and are lost if it dies.",
        f"reconnects at 0.003 s to 32.85 s, then every 20 s; the first after {span(longest_ms)} is at {span(back_ms)}",
        (RECONNECTS, LOST_WITHOUT_REDIS),
        "Run Redis with failover. No queue setting does that.",
        {"away_ms": longest_ms, "back_ms": back_ms, "jobs_waiting": number(coming)},
        see="scenarios/02-redis-failures/outage.yaml",
    )


def reconnected_ms(away_ms: int) -> int:
    """Return when the library's client is back, ms after it lost the connection.

    Source: BULL_FACTS 8, measured.
    """
    for moment in RECONNECT_AT_MS:
        if moment >= away_ms:
            return moment
    last = RECONNECT_AT_MS[-1]
    return last + -(-(away_ms - last) // RECONNECT_EVERY_MS) * RECONNECT_EVERY_MS
