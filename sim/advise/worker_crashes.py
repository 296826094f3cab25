"""Workers that die: how many crashes of its process a job survives, and how long it waits for another."""

import math
from collections.abc import Iterator
from typing import Any

from sim.advise.arrivals import arrivals_between
from sim.advise.faults import Crashes, crashes
from sim.advise.finding import Finding, Severity
from sim.advise.phrases import jobs, number, span, times
from sim.advise.reading import LEAST, QueueReading, Reading
from sim.advise.sources import ATTEMPTS_DO_NOT_HELP, KILL_TO_RERUN, REQUEUED, STALLED_LIMIT
from sim.advise.trials import Experiment, Trial

MAX_STALLED = 1_000


def stalled_limit(reading: Reading) -> Iterator[Finding]:
    """Work out how many jobs lose their worker more often than they may."""
    for queue in reading.queues:
        deaths = crashes(reading.scenario, queue.name)
        limit = queue.workers.max_stalled
        if limit == "unlimited":
            if deaths.poison:
                yield _for_ever(queue, len(deaths.poison))
            continue
        by_chance = _by_chance(queue, deaths, limit)
        at_once = _hit_by_listed(queue, deaths) if limit == 0 else 0.0
        failing = len(deaths.poison) + by_chance + at_once
        if failing < LEAST and limit + 1 >= queue.config.attempts and limit:
            continue
        trial = _killed_every_time(reading, queue)
        if trial is None or not (trial.failed or trial.counts.false_failures):
            continue
        tries = trial.counts.attempts
        left = queue.config.attempts - tries
        what = f"A job whose process dies {times(limit + 1)} fails as stalled, whatever attempts says"
        what += f" ({queue.config.attempts} attempts, {left} of them left)." if left > 0 else "."
        if failing >= LEAST:
            what += f" Here that is {jobs(failing, about=bool(by_chance))}."
        fix, setting = _fix(queue, deaths, limit, failing)
        yield Finding(
            "stalled-limit",
            Severity.LOSE if failing >= LEAST else Severity.KNOW,
            queue.name,
            what,
            _arithmetic(queue, deaths, limit, by_chance, at_once),
            (STALLED_LIMIT, ATTEMPTS_DO_NOT_HELP),
            fix,
            {
                "max_stalled": limit,
                "attempts": queue.config.attempts,
                "jobs_failing": number(failing),
                "mean_ms": number(queue.mean_ms),
            },
            setting,
            "scenarios/01-worker-crashes/poison-job.yaml",
            trial,
        )


def _never_found(queue: QueueReading) -> Finding:
    return Finding(
        "crash-recovery",
        Severity.LOSE,
        queue.name,
        "Jobs in progress on a process that dies stay active for ever: no process looks for stalled jobs, not even one "
        "that starts.",
        "stalled_interval: 0s",
        (REQUEUED,),
        "Leave stalled_interval out (30s); to look less often, make it longer.",
        {"stalled_interval_ms": 0, "jobs_held": queue.workers.concurrency},
        see="scenarios/01-worker-crashes/nobody-looks-for-stalled-jobs.yaml",
    )


def _for_ever(queue: QueueReading, poison: int) -> Finding:
    one = poison == 1
    return Finding(
        "stalled-limit",
        Severity.LOSE,
        queue.name,
        f"{jobs(poison)} {'kills' if one else 'kill'} every process that runs {'it' if one else 'them'}, and nothing "
        f"limits stalls: {'it never fails' if one else 'they never fail'}, and the processes never stop dying.",
        f"max_stalled: unlimited; {poison} poison job{'s' * (not one)}",
        (STALLED_LIMIT,),
        "Set a limit: such a job then fails, and stays in the failed set to be looked at.",
        {"poison_jobs": poison},
        {"workers": {queue.name: {"max_stalled": 1}}},
        "scenarios/01-worker-crashes/poison-job.yaml",
    )


def _by_chance(queue: QueueReading, deaths: Crashes, limit: int) -> float:
    """Expect so many jobs to be hit by one crash more than they may; all crashes come at random moments."""
    per_ms = sum(share / gap_ms for gap_ms, share in deaths.random)
    return queue.jobs * (1 - math.exp(-queue.mean_ms * per_ms)) ** (limit + 1)


def _hit_by_listed(queue: QueueReading, deaths: Crashes) -> float:
    """Expect so many jobs to run in processes that die at listed moments or at steps of jobs."""
    slots = queue.workers.processes * queue.workers.concurrency
    running = (
        min(slots * share, arrivals_between(queue.entries, moment - queue.mean_ms, moment))
        for moment, share in deaths.moments
    )
    return deaths.in_jobs + sum(running)


def _killed_every_time(reading: Reading, queue: QueueReading) -> Trial | None:
    fault = {"kind": "poison-job", "jobs": [f"{queue.name}-1"], "restart_after": "1s"}
    setup = "One job that kills every process that runs it (a poison message)."
    experiment = Experiment(setup, faults=[fault], workers={"processes": max(1, queue.workers.processes)})
    return reading.trials.small(queue.name, queue.profiles[0], experiment)


def _arithmetic(queue: QueueReading, deaths: Crashes, limit: int, by_chance: float, at_once: float) -> str:
    parts = [f"max_stalled {limit} + 1 = {limit + 1} crash{'es' * (limit > 0)}"]
    if deaths.poison:
        parts.append(f"{len(deaths.poison)} poison job{'s' * (len(deaths.poison) > 1)}")
    if deaths.random:
        per_ms = sum(share / gap_ms for gap_ms, share in deaths.random)
        hit = 1 - math.exp(-queue.mean_ms * per_ms)
        parts.append(
            f"a process dies every {span(1 / per_ms)}: an attempt of {span(queue.mean_ms)} is hit with {hit:.2%}; "
            f"{hit:.3g}^{limit + 1} x {queue.jobs:,} jobs = {by_chance:.3g}"
        )
    if at_once:
        parts.append(f"{jobs(at_once)} in progress on processes that die")
    return "; ".join(parts)


def _fix(queue: QueueReading, deaths: Crashes, limit: int, failing: float) -> tuple[str, dict[str, Any] | None]:
    if deaths.poison:
        text = (
            "No setting fixes a job that kills its process: more stalls mean more crashes. Find it in the failed set."
        )
        return text, None
    enough = max(limit, 1)
    while _by_chance(queue, deaths, enough) >= LEAST and enough < MAX_STALLED:
        enough += 1
    if failing < LEAST:
        enough = max(enough, queue.config.attempts - 1)
    setting = {"workers": {queue.name: {"max_stalled": enough}}} if enough > limit else None
    return f"max_stalled {enough}: a job survives the death of its process {times(enough)}.", setting


def crash_recovery(reading: Reading) -> Iterator[Finding]:
    """Say how long the jobs of a dead process wait for another one."""
    for queue in reading.queues:
        deaths = crashes(reading.scenario, queue.name)
        workers = queue.workers
        lock_ms, check_ms = workers.lock_duration, workers.stalled_interval
        if not check_ms:
            if deaths.poison or deaths.random or deaths.in_jobs or deaths.moments:
                yield _never_found(queue)
            continue
        soonest_ms = max(0, max(lock_ms, check_ms) - workers.lock_renew_ms)
        latest_ms = max(lock_ms, 2 * check_ms) + check_ms
        last = (
            "of lock" if lock_ms > 2 * check_ms else "to another process's check, if the dead one's check deferred it"
        )
        if not (deaths.poison or deaths.random or deaths.in_jobs or deaths.moments) or soonest_ms <= queue.mean_ms:
            continue
        is_default = (lock_ms, check_ms, workers.lock_renew_ms) == (30_000, 30_000, 15_000)
        measured = "; seen at these settings: 18 s to 114 s" if is_default else ""
        yield Finding(
            "crash-recovery",
            Severity.DELAY,
            queue.name,
            f"Jobs in progress on a process that dies wait {span(soonest_ms)} to {span(latest_ms)} for another worker, "
            "one of "
            f"{span(queue.mean_ms)}: its lock has to expire, and a stalled check has to have seen it before.",
            f"lock {span(lock_ms)}, check every {span(check_ms)}: {span(max(lock_ms, check_ms))} - "
            f"{span(workers.lock_renew_ms)} since a renewal = {span(soonest_ms)}; {span(latest_ms - check_ms)} {last}, "
            f"+ {span(check_ms)} to the next = {span(latest_ms)}, and {span(check_ms)} more for a check that falls out"
            f"{measured}",
            (REQUEUED, KILL_TO_RERUN),
            "Shorten lock_duration and stalled_interval if jobs may run again sooner: 10s each make it 5 s to 30 s, "
            "but a process that is frozen for 10 s then loses its jobs.",
            {
                "soonest_ms": soonest_ms,
                "latest_ms": latest_ms,
                "lock_duration_ms": lock_ms,
                "stalled_interval_ms": check_ms,
                "jobs_held": workers.concurrency,
            },
            see="scenarios/01-worker-crashes/crash-in-progress.yaml",
        )
