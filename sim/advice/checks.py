"""Every check, in the order in which findings of one severity are told.

A check is a function that takes the scenario's reading and yields findings. A new one is a function in a module of its
theme (or a file of its own) and its entry here.
"""

from collections.abc import Callable, Iterator

from sim.advice import (
    blind_alerts,
    capacity,
    failed_jobs,
    idempotency,
    locks,
    permanent_errors,
    redis_persistence,
    redis_submits,
    retries,
    retry_herd,
    worker_crashes,
)
from sim.advice.finding import Finding
from sim.advice.reading import Reading

Check = Callable[[Reading], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    capacity.no_workers,
    redis_persistence.persistence,
    redis_submits.submits_while_away,
    idempotency.lost_replies,
    retries.retry_horizon,
    retries.flaky_dependency,
    permanent_errors.permanent_errors,
    retry_herd.retry_herd,
    failed_jobs.retention,
    failed_jobs.dead_letters,
    failed_jobs.completed_kept,
    worker_crashes.stalled_limit,
    worker_crashes.crash_recovery,
    idempotency.no_idempotency_key,
    locks.blocked_past_lock,
    locks.frozen_past_lock,
    locks.redis_away_past_lock,
    locks.lives_on_renewals,
    capacity.utilisation,
    capacity.burst_backlog,
    capacity.drain_after_outage,
    blind_alerts.unseen_faults,
)
