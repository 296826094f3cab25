"""Locks that run out while their job still runs: another worker takes it up, and its effect happens twice."""

import math
from collections.abc import Iterator

from sim.advise.faults import Window, share_hit, windows
from sim.advise.finding import Finding, Severity
from sim.advise.phrases import jobs, number, setting_of, span, whole
from sim.advise.reading import LEAST, QueueReading, Reading
from sim.advise.sources import BUSY_PAST_LOCK, BUSY_TOGETHER, FROZEN_PAST_LOCK, OUTAGE_PAST_LOCK, RENEWED_EVERY
from sim.advise.trials import Experiment, Trial, upheld
from sim.faults.worker_freeze import WorkerFreeze

MAX_TRIED = 4
ROUND_UP_TO_MS = 10_000


def blocked_past_lock(reading: Reading) -> Iterator[Finding]:
    """Compare how long a lock is held with how long it lasts, where nothing renews it in time.

    A process whose handlers block it has one thread for all its slots: what they have locked waits until each has had
    its turn.
    """
    for queue in reading.queues:
        workers = queue.workers
        renews = not workers.blocking and workers.lock_renew_ms < workers.lock_duration
        together = queue.together
        others_ms = (together - 1) * queue.mean_ms
        above = queue.jobs_above(workers.lock_duration - others_ms)
        if renews or above < LEAST or not workers.processes:
            continue
        held_ms = max(math.ceil(queue.longest_ms + others_ms), workers.lock_duration + together)
        trial = _with_locks_held(reading, queue, held_ms)
        if trial is not None and not trial.counts.stalled:
            continue
        twice = _happens_twice(queue, trial)
        again = trial is not None and trial.counts.extra_effects > trial.counts.duplicated
        end = ("done again each time" if again else "done twice" if twice else "treated as stalled") + (
            " and finally counted as failed." if trial is not None and trial.counts.false_failures else "."
        )
        lasting = max(held_ms, queue.longest_ms) if together == 1 else queue.longest_ms
        lock_ms = math.ceil(lasting * 1.25 / ROUND_UP_TO_MS) * ROUND_UP_TO_MS
        own: dict[str, object] = {"lock_duration": setting_of(lock_ms)}
        if workers.lock_renew is not None:
            own["lock_renew"] = setting_of(lock_ms // 2)
        if together > 1:
            own = {**(own if queue.longest_ms > workers.lock_duration else {}), "concurrency": 1}
        yield Finding(
            "lock-runs-out",
            Severity.DUPLICATE if twice else Severity.DELAY,
            queue.name,
            _how_it_runs_out(queue, held_ms, end),
            _sum_held(queue, held_ms) + f"; longer: {whole(above)} of {jobs(queue.jobs)}",
            (BUSY_PAST_LOCK,) if together == 1 else (BUSY_PAST_LOCK, BUSY_TOGETHER),
            "Use a lock longer than the longest job, or a handler that does not block the event loop (blocking: off)."
            if together == 1
            else "Use concurrency 1: a blocking handler leaves no time for a second job, so add processes instead. "
            "Or use a handler that does not block the event loop (blocking: off).",
            {
                "longest_ms": queue.longest_ms,
                "mean_ms": number(queue.mean_ms),
                "lock_duration_ms": workers.lock_duration,
                "jobs_longer": number(above),
                **({} if together == 1 else {"jobs_together": together, "held_ms": held_ms}),
            },
            {"workers": {queue.name: own}},
            "scenarios/01-worker-crashes/blocked-event-loop.yaml",
            trial,
        )


def _with_locks_held(reading: Reading, queue: QueueReading, held_ms: int) -> Trial | None:
    """Try as few jobs as hold their locks that long: one to a process, or all to one whose handlers block it."""
    workers, together = queue.workers, queue.together
    each_ms = math.ceil(held_ms / together)
    count = min(MAX_TRIED, queue.slots, queue.jobs)
    if together > 1:
        count = min(together, max(MAX_TRIED, workers.lock_duration // each_ms + 1))
    experiment = Experiment(
        f"{count} job{'s' * (count > 1)} of {span(each_ms)} at once, and no fault.",
        jobs=count,
        settings={"service": setting_of(max(0, each_ms - queue.waiting_ms))},
        workers={"processes": 1} if together > 1 else {},
        duration_ms=3 * held_ms + 4 * workers.stalled_interval,
        in_one_go=together > 1,
    )
    return reading.trials.small(queue.name, queue.profiles[0], experiment)


def _how_it_runs_out(queue: QueueReading, held_ms: int, end: str) -> str:
    workers, together = queue.workers, queue.together
    lasts = f"the lock lasts {span(workers.lock_duration)}"
    if together == 1:
        why = "its handler blocks its process" if workers.blocking else f"it comes after {span(workers.lock_renew_ms)}"
        return (
            f"Jobs take up to {span(queue.longest_ms)} (mean {span(queue.mean_ms)}), {lasts}, and no renewal comes in "
            f"time: {why}. A longer job is {end}"
        )
    return (
        f"A process fetches and locks {together} jobs at once, and its handlers block the event loop one after "
        "another: the "
        f"last one ends after {span(held_ms)}, {lasts}, and nothing renews it meanwhile. A job whose lock has expired "
        f"by then is {end}"
    )


def _sum_held(queue: QueueReading, held_ms: int) -> str:
    lock_ms = queue.workers.lock_duration
    if queue.together == 1:
        return f"{span(queue.longest_ms)} > {span(lock_ms)}"
    others = f"{queue.together - 1} x {span(queue.mean_ms)}"
    return f"{span(queue.longest_ms)} + {others} = {span(held_ms)} > {span(lock_ms)}"


def _happens_twice(queue: QueueReading, trial: Trial | None) -> bool:
    """Tell whether the effect of a job that lost its lock happens again; a key or a stalled limit of 0 prevents it."""
    if queue.config.idempotency_key:
        return False
    return queue.workers.stall_limit > 0 if trial is None else trial.counts.duplicated > 0


def _in_the_end(queue: QueueReading, twice: bool) -> str:
    if twice:
        return "."
    if queue.config.idempotency_key:
        return "; the idempotency key stops the second effect."
    return "; the stalled limit of 0 fails the job although the work may be done."


def lives_on_renewals(reading: Reading) -> Iterator[Finding]:
    """Name the pause of a process that a job survives which is longer than its lock."""
    for queue in reading.queues:
        workers = queue.workers
        lock_ms, renew_ms = workers.lock_duration, workers.lock_renew_ms
        above = queue.jobs_above(lock_ms)
        if workers.blocking or renew_ms >= lock_ms or above < LEAST:
            continue
        count = int(queue.longest_ms // renew_ms)
        yield Finding(
            "lives-on-renewals",
            Severity.KNOW,
            queue.name,
            f"Jobs take up to {span(queue.longest_ms)}, longer than their lock of {span(lock_ms)}. That works as long "
            f"as the lock is renewed; a pause of the process of {span(lock_ms - renew_ms)} to {span(lock_ms)} loses "
            "it, "
            "and the job runs twice.",
            f"a renewal every {span(renew_ms)}, {count} in the longest job; "
            f"{span(lock_ms)} - {span(renew_ms)} = {span(lock_ms - renew_ms)} are left at worst",
            (RENEWED_EVERY, FROZEN_PAST_LOCK),
            "Never block the process for that long; move CPU-bound work into another process.",
            {"longest_ms": queue.longest_ms, "lock_duration_ms": lock_ms, "lock_renew_ms": renew_ms},
            see="scenarios/01-worker-crashes/frozen-worker.yaml",
        )


def frozen_past_lock(reading: Reading) -> Iterator[Finding]:
    """Compare how long processes are frozen with their locks."""
    for queue in reading.queues:
        workers = queue.workers
        frozen = [
            (one, share)
            for one in windows(reading.scenario, "worker-freeze")
            if one.duration_ms > workers.lock_duration and (share := _share_frozen(reading, queue, one))
        ]
        held = sum(_held(queue, one, share) for one, share in frozen)
        if held < LEAST:
            continue
        longest_ms = max(one.duration_ms for one, _share in frozen)
        mean_ms = max(1_000, round(queue.mean_ms))
        fault = {
            "kind": "worker-freeze",
            "target": f"{queue.name}-1",
            "at": setting_of(mean_ms // 4),
            "duration": setting_of(longest_ms),
        }
        experiment = Experiment(
            f"One job of {span(mean_ms)}; its process is frozen for {span(longest_ms)}, and there is a second process.",
            faults=[fault],
            settings={"service": setting_of(mean_ms)},
            workers={"processes": 2},
        )
        trial = reading.trials.small(queue.name, queue.profiles[0], experiment)
        if trial is not None and not trial.counts.stalled:
            continue
        twice = _happens_twice(queue, trial)
        yield Finding(
            "frozen-past-lock",
            Severity.DUPLICATE if twice else Severity.KNOW,
            queue.name,
            f"A process is frozen for {span(longest_ms)} with a lock of {span(workers.lock_duration)}: "
            f"{jobs(held, about=queue.is_random)} in progress recovered by another worker, and then finished by both"
            + _in_the_end(queue, twice),
            f"{span(longest_ms)} > {span(workers.lock_duration)}; "
            f"jobs in progress: {whole(held, about=queue.is_random)}",
            (FROZEN_PAST_LOCK,),
            "Use an idempotency key. A longer lock (visibility timeout) only moves the limit, and slows recovery from "
            "crashes.",
            {
                "freeze_ms": longest_ms,
                "lock_duration_ms": workers.lock_duration,
                "jobs_held": number(held),
            },
            {"queues": {queue.name: {"idempotency_key": "on"}}} if twice else None,
            "scenarios/01-worker-crashes/frozen-worker.yaml",
            trial,
        )


def _share_frozen(reading: Reading, queue: QueueReading, window: Window) -> float:
    fault = reading.scenario.faults[window.number]
    return share_hit(reading.scenario, queue.name, fault.target) if isinstance(fault, WorkerFreeze) else 0.0


def _held(queue: QueueReading, window: Window, share: float) -> float:
    """Expect so many jobs in the hands of processes that stop, also those that Redis still hands to them.

    It does so until their blocked pops time out. Source: BULL_FACTS 15, drainDelay.
    """
    slots = queue.locks * share
    handed_ms = queue.workers.drain_delay or window.duration_ms
    coming = queue.arriving(window, -queue.mean_ms, min(handed_ms, window.duration_ms))
    return min(slots * window.strikes, coming)


def redis_down_past_lock(reading: Reading) -> Iterator[Finding]:
    """Compare how long Redis is down with the locks of the jobs that run meanwhile."""
    for queue in reading.queues:
        workers = queue.workers
        away = windows(reading.scenario, "redis-outage", "redis-crash")
        long = [one for one in away if one.duration_ms > workers.lock_duration]
        held = sum(min(queue.locks * one.strikes, queue.arriving(one, -queue.mean_ms, 0)) for one in long)
        if held < LEAST:
            continue
        longest_ms = max(one.duration_ms for one in long)
        numbers = list(dict.fromkeys(one.number for one in long))
        setup = f"The workload of {queue.name}, with only these outages."
        trial = reading.trials.own(queue.name, setup, queue.profiles[0], numbers, jobs=queue.jobs)
        stands, trial = upheld(trial, lambda one: one.counts.stalled, certain=queue.is_certain(long))
        if not stands:
            continue
        twice = _happens_twice(queue, trial)
        yield Finding(
            "redis-down-past-lock",
            Severity.DUPLICATE if twice else Severity.KNOW,
            queue.name,
            f"Redis is down for {span(longest_ms)}, longer than the lock of {span(workers.lock_duration)}: "
            f"{jobs(held, about=queue.is_random)} in progress when it went down cannot be acknowledged, and run again"
            + _in_the_end(queue, twice),
            f"{span(longest_ms)} > {span(workers.lock_duration)}; jobs running: {whole(held, about=queue.is_random)}",
            (OUTAGE_PAST_LOCK,),
            "Use an idempotency key.",
            {"away_ms": longest_ms, "lock_duration_ms": workers.lock_duration, "jobs_held": number(held)},
            {"queues": {queue.name: {"idempotency_key": "on"}}} if twice else None,
            "scenarios/01-worker-crashes/frozen-worker.yaml",
            trial,
        )
