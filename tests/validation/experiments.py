"""Experiments: each builds a scenario, runs the simulator with many seeds, and returns what was seen, in seconds.

Every run is independent of the others; its seed is its number, from 1. Times are read off the trace.
"""

from collections.abc import Iterator
from typing import NamedTuple
from unittest import mock

import numpy as np

from sim.engine.run import run
from sim.results.result import ModeResult
from sim.results.trace import Event, EventKind
from sim.scenario.load import parse_scenario
from sim.yaml_files.fields import ModeName, SemanticsName

HEAD = "title: a closed form\nquestion: Does the simulator agree with it?\n"


def simulate(text: str, seed: int, *, mode: ModeName = "queue", semantics: SemanticsName = "documented") -> ModeResult:
    """Run a scenario that is given as YAML, without its title and question, in one mode."""
    scenario = parse_scenario(HEAD + text)
    return run(scenario, modes=[mode], seed=seed, semantics=semantics, store="memory").modes[mode]


def moments(name: str, seed: int) -> np.random.Generator:
    """Return the random numbers from which an experiment chooses the moments of one run."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=tuple(name.encode()))))


def of_event(result: ModeResult, *events: EventKind) -> Iterator[Event]:
    """Iterate over the records of some kinds of event."""
    return (record for record in result.trace if record.kind in events)


# -- waiting ----------------------------------------------------------------------------------------------------------


class Waits(NamedTuple):
    """Of each run: the mean wait from ENQUEUED to STARTED, s, and the share of jobs that waited at all."""

    mean: list[float]
    share: list[float]


def waiting_times(servers: int, runs: int, jobs: int, warm_up: int) -> Waits:
    """Let ``servers`` worker processes serve Poisson arrivals (mean gap 5 s) of exponential jobs (mean 10 s).

    A run begins empty; its first ``warm_up`` jobs are left out. Times are whole ms. A wait of 0 ms is none.
    """
    text = f"""
queues:
  email: {{service: {{kind: exponential, mean: 10s}}, attempts: 1, remove_on_complete: true}}
workload:
  - {{queue: email, arrivals: {{kind: poisson, interval: 5s, count: {jobs}}}}}
workers:
  email: {{processes: {servers}}}
"""
    seen = Waits([], [])
    for seed in range(1, runs + 1):
        accepted: dict[str | None, int] = {}
        waits: list[int] = []
        for record in of_event(simulate(text, seed), EventKind.ENQUEUED, EventKind.STARTED):
            if record.kind is EventKind.ENQUEUED:
                accepted[record.job] = record.t_ms
            elif int(str(record.job).split("-")[1]) > warm_up:
                waits.append(record.t_ms - accepted[record.job])
        assert len(waits) == jobs - warm_up
        seen.mean.append(float(np.mean(waits)) / 1_000)
        seen.share.append(float(np.mean([wait > 0 for wait in waits])))
    return seen


def overloaded_database(cores: int, connections: int, runs: int, jobs: int, warm_up: int) -> Waits:
    """Let a database serve Poisson calls (mean gap 1 s) of exponential length (mean 2 s), and refuse those above it.

    Each job is one call, in-process, where all run at once. A run begins empty; its first ``warm_up`` calls are left
    out. The mean is of the time from an accepted call to its answer; the share is that of the refused.
    """
    text = f"""
queues:
  call: {{handler: {{effects: [{{name: call, in: database}}]}}, service: 0ms}}
workload:
  - {{queue: call, arrivals: {{kind: poisson, interval: 1s, count: {jobs}}}}}
database: {{latency: {{kind: exponential, mean: 2s}}, cores: {cores}, connections: {connections}}}
"""
    seen = Waits([], [])
    for seed in range(1, runs + 1):
        began: dict[str | None, int] = {}
        took: list[int] = []
        refused = 0
        events = EventKind.STARTED, EventKind.EFFECT, EventKind.ATTEMPT_FAILED
        for record in of_event(simulate(text, seed, mode="in-process"), *events):
            if int(str(record.job).split("-")[1]) <= warm_up:
                continue
            if record.kind is EventKind.STARTED:
                began[record.job] = record.t_ms
            elif record.kind is EventKind.EFFECT:
                took.append(record.t_ms - began[record.job])
            else:
                refused += 1
        assert len(took) + refused == jobs - warm_up
        seen.mean.append(float(np.mean(took)) / 1_000)
        seen.share.append(refused / (jobs - warm_up))
    return seen


# -- attempts ---------------------------------------------------------------------------------------------------------


class Attempts(NamedTuple):
    """Attempts that each job used, and how many jobs were delivered."""

    used: list[int]
    delivered: int


def retries(failure: float, attempts: int, jobs: int, seed: int = 1) -> Attempts:
    """Let every attempt of every job fail with the chance ``failure``, each independent of all others."""
    text = f"""
queues:
  email: {{service: 100ms, attempts: {attempts}, backoff: {{type: fixed, delay: 1s}}}}
workload:
  - {{queue: email, arrivals: {{kind: constant, interval: 50ms, count: {jobs}}}}}
workers:
  email: {{processes: 1, concurrency: 20}}
faults:
  - {{kind: handler-error, rate: {failure}}}
"""
    result = simulate(text, seed)
    return Attempts([job.attempts for job in result.jobs], result.totals.delivered)


def total_delay(base_s: int, attempts: int, semantics: SemanticsName) -> float:
    """Let a job fail always, and add up the times from each ATTEMPT_FAILED to the next STARTED, s."""
    text = f"""
queues:
  email: {{service: 100ms, attempts: {attempts}, backoff: {{type: exponential, delay: {base_s}s}}}}
workload:
  - {{queue: email, arrivals: {{kind: times, at: [1s]}}}}
workers:
  email: {{processes: 1}}
faults:
  - {{kind: handler-error}}
"""
    result = simulate(text, 1, semantics=semantics)
    starts = [record.t_ms for record in of_event(result, EventKind.STARTED)]
    failures = [record.t_ms for record in of_event(result, EventKind.ATTEMPT_FAILED)]
    assert len(starts) == len(failures) == attempts
    return sum(start - failed for start, failed in zip(starts[1:], failures[:-1], strict=True)) / 1_000


# -- locks and crashes ------------------------------------------------------------------------------------------------


def locks_lost(pause_ms: int, runs: int, jobs: int) -> int:
    """Freeze a process that runs ``jobs`` jobs, and count those whose lock is gone when it goes on.

    The jobs start at random moments of 30 s, so each has its own phase of renewal; Bull's defaults. Such a job is found
    stalled or its end is refused; one whose lock held has neither. A pause is one moment of all jobs of a run, and yet
    the jobs are independent, because their phases are.
    """
    lost = 0
    for seed in range(1, runs + 1):
        starts = sorted(moments("pause", seed).integers(0, 30_000, jobs).tolist())
        text = f"""
queues:
  email: {{service: 3m}}
workload:
  - {{queue: email, arrivals: {{kind: times, at: [{", ".join(f"{at}ms" for at in starts)}]}}}}
workers:
  email: {{processes: 1, concurrency: {jobs}}}
faults:
  - {{kind: worker-freeze, target: email-1, at: 60s, duration: {pause_ms}ms}}
"""
        result = simulate(text, seed, semantics="bull-4.16")
        lost += len({record.job for record in of_event(result, EventKind.STALLED, EventKind.ACK_REJECTED)})
    return lost


def rerun_with_exact_checks(runs: int) -> list[float]:
    """Kill one of two workers at a random moment while the other checks every 30 s; times from kill to STALLED, s.

    Bull's own timers are not exact: a check that ticks on time meets the key of the one before and is skipped. Here
    every tick is made to come 1 ms late (the only thing that is replaced), so that none is skipped: a check each 30.001
    s. All of them are the first worker's, because it started 10 ms earlier and its key always turns the second one's
    away; the second is the one that is killed.
    """
    times: list[float] = []
    with mock.patch("sim.engine.worker_timers.late_tick_chance", return_value=1.0):
        for seed in range(1, runs + 1):
            chosen = moments("exact", seed)
            begin_ms, kill_ms = int(chosen.integers(1_000, 31_000)), int(chosen.integers(60_000, 120_000))
            text = f"""
duration: 4m
queues:
  email: {{service: 10m}}
workload:
  - {{queue: email, arrivals: {{kind: times, at: [50ms, {begin_ms}ms]}}}}
workers:
  email: {{processes: 2, start_spread: 0s}}
faults:
  - {{kind: worker-crash, target: email-2, at: {kill_ms}ms, restart_after: null}}
"""
            (stalled,) = of_event(simulate(text, seed, semantics="bull-4.16"), EventKind.STALLED)
            assert stalled.job == "email-2"
            times.append((stalled.t_ms - kill_ms) / 1_000)
    return times


def kill_to_rerun(
    held_ms: int,
    seed: int,
    *,
    queues: int = 1,
    start_spread_ms: int = 60_000,
    lock_ms: int = 30_000,
    interval_ms: int = 30_000,
) -> float:
    """Kill the one of two workers that has the job, with Bull's timers as they are; time from kill to re-run, ms.

    The workers start at random moments within ``start_spread_ms`` (0: together), the job within an interval after
    that, so the three phases that count are independent: of the two workers' checks and of the job's renewals. The
    kill comes at 80% of the handler's time. From WORKER_CRASHED to the second STARTED.

    Args:
        held_ms: How long the job has been running by then.
        queues: How many queues each process serves.
    """
    begin_ms = max(60_000, start_spread_ms) + int(moments("kill", seed).integers(0, interval_ms))
    text = f"""
duration: {begin_ms + held_ms + 20 * interval_ms}ms
queues:
  email: {{service: {-(-held_ms * 5 // 4)}ms}}
workload:
  - {{queue: email, arrivals: {{kind: times, at: [{begin_ms}ms]}}}}
workers:
  email:
    processes: 2
    process_queues: {queues}
    start_spread: {start_spread_ms}ms
    lock_duration: {lock_ms}ms
    stalled_interval: {interval_ms}ms
faults:
  - {{kind: worker-crash, target: email, on_job: 1, restart_after: null}}
"""
    result = simulate(text, seed, semantics="bull-4.16")
    (killed,) = of_event(result, EventKind.WORKER_CRASHED)
    first, again = of_event(result, EventKind.STARTED)
    assert first.worker == killed.worker != again.worker
    assert abs(killed.t_ms - first.t_ms - held_ms) <= 1
    return again.t_ms - killed.t_ms


# -- losses -----------------------------------------------------------------------------------------------------------


class Losses(NamedTuple):
    """Of each run: the shares of jobs that were interrupted (no COMPLETED), and that were lost (no effect)."""

    interrupted: list[float]
    lost: list[float]


def in_process_losses(concurrency: str, runs: int, jobs: int, margin: int) -> Losses:
    """Crash an application at random (every 100 s on average) that runs Poisson arrivals (.8 a second) itself.

    Exponential service with mean 1 s, instant restart. A run begins and ends empty: its first and last ``margin`` jobs
    are left out. Crashes go on beyond the last job.
    """
    text = f"""
queues:
  email: {{service: {{kind: exponential, mean: 1s}}}}
workload:
  - {{queue: email, arrivals: {{kind: poisson, interval: 1250ms, count: {jobs}}}}}
application: {{concurrency: {concurrency}}}
faults:
  - {{kind: worker-crash, target: application, mean_interval: 100s, restart_after: 0s, until: {jobs * 1_500}ms}}
"""
    seen = Losses([], [])
    for seed in range(1, runs + 1):
        result = simulate(text, seed, mode="in-process")
        completed = {record.job for record in of_event(result, EventKind.COMPLETED)}
        inner = result.jobs[margin:-margin]
        seen.interrupted.append(sum(job.job not in completed for job in inner) / len(inner))
        seen.lost.append(sum(job.outcome == "lost" for job in inner) / len(inner))
    return seen


class PowerLoss(NamedTuple):
    """Of each run: how many acknowledged adds were gone, and how long before the crash the oldest was added, s."""

    adds: list[int]
    oldest: list[float]


def power_losses(runs: int) -> PowerLoss:
    """Cut the power of Redis at a random moment between 1 s and 3 s while 50 jobs a second are added (Poisson).

    No worker takes them, so that every lost job is a lost add.
    """
    seen = PowerLoss([], [])
    for seed in range(1, runs + 1):
        crash_ms = int(moments("power", seed).integers(1_000, 3_000))
        text = f"""
duration: 4s
workload:
  - {{queue: email, arrivals: {{kind: poisson, interval: 20ms, count: 180}}}}
workers:
  email: {{processes: 0}}
redis: {{persistence: aof-everysec}}
faults:
  - {{kind: redis-crash, at: {crash_ms}ms, duration: 100ms, cause: power-loss}}
"""
        result = simulate(text, seed)
        added = {record.job: record.t_ms for record in of_event(result, EventKind.ENQUEUED)}
        gone = [crash_ms - added[job.job] for job in result.jobs if job.outcome == "lost"]
        seen.adds.append(len(gone))
        seen.oldest.append(max(gone, default=0) / 1_000)
    return seen
