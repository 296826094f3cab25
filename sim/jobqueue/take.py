"""Claim the next waiting job: pop it and lock it, in one step or in two."""

from typing import NamedTuple

from sim.jobqueue.job import Job
from sim.jobqueue.keys import QueueKeys
from sim.jobqueue.limiter import Limiting, RateLimit
from sim.jobqueue.store import Store, Transaction, atomic

Fields = dict[str, str]


class Lease(NamedTuple):
    """What a worker puts into the locks of its jobs.

    Attributes:
        token: The worker's secret; it proves that a lock is its own.
        duration_ms: How long a lock lives without being extended, ms.
    """

    token: str
    duration_ms: int


class HeldBack(NamedTuple):
    """A job that the rate limiter sent back to wait."""

    job_id: str
    delay_ms: float


def pop_waiting(store: Store, keys: QueueKeys) -> str | None:
    """Move the first waiting job to ``active`` without locking it, and return its id; None when nobody waits.

    This is what an idle worker's blocking pop does. Until ``lock_popped`` follows, the job has no lock, and the
    stalled check would take it for abandoned.

    Redis: RPOPLPUSH wait active. O(1).
    """
    return store.rpoplpush(keys.wait, keys.active)


def lock_popped(
    store: Store, keys: QueueKeys, job_id: str, lease: Lease, *, now_ms: int, limit: RateLimit | None = None
) -> Job | HeldBack:
    """Lock a job that ``pop_waiting`` returned, and hand it out.

    Redis: SET lock PX, ZREM priority, HSET processedOn, SREM stalled; one atomic step on the job. O(log n).
    """

    def body(tx: Transaction) -> Fields | HeldBack:
        return _hand_out(tx, keys, job_id, lease, now_ms, limit, popped=True)

    taken = atomic(store, body, keys.job(job_id), *_limiter_keys(keys, limit))
    return taken if isinstance(taken, HeldBack) else Job.from_hash(taken, job_id)


def take_job(
    store: Store, keys: QueueKeys, lease: Lease, *, now_ms: int, limit: RateLimit | None = None
) -> Job | HeldBack | None:
    """Pop and lock the first waiting job in one step; None when nobody waits.

    This is what a busy worker does, which does not wait for a job to come.

    Returns:
        The job; or what the rate limiter held back.

    Raises:
        redis.ConnectionError: Indefinite. A job may be active under the token.
        ValueError: The job's data or options are not JSON; it stays active and will be found stalled.

    Redis: RPOPLPUSH wait active, SET lock PX, ZREM priority, HSET processedOn; one atomic step. O(log n).

    Source: BULL_FACTS 3, 9, 13.
    """

    def body(tx: Transaction) -> tuple[str, Fields | HeldBack] | None:
        job_id = tx.lindex(keys.wait, -1)
        if job_id is None:
            return None
        tx.watch(keys.job(job_id))
        return job_id, _hand_out(tx, keys, job_id, lease, now_ms, limit, popped=False)

    found = atomic(store, body, keys.wait, *_limiter_keys(keys, limit))
    if found is None:
        return None
    job_id, taken = found
    return taken if isinstance(taken, HeldBack) else Job.from_hash(taken, job_id)


def _limiter_keys(keys: QueueKeys, limit: RateLimit | None) -> tuple[str, ...]:
    return () if limit is None else (keys.limiter, keys.limiter_limited)


def _hand_out(
    tx: Transaction, keys: QueueKeys, job_id: str, lease: Lease, now_ms: int, limit: RateLimit | None, *, popped: bool
) -> Fields | HeldBack:
    """Start the job or hold it back; its hash is parsed by the caller, after the step has been done."""
    limiting = None if limit is None else Limiting(tx, keys, job_id, limit)
    fields = tx.hgetall(keys.job(job_id))
    tx.multi()
    if popped:
        tx.srem(keys.stalled, job_id)
    else:
        tx.rpoplpush(keys.wait, keys.active)
    if limiting is not None:
        limiting.write(tx, now_ms)
        if limiting.delay_ms > 0:
            return HeldBack(job_id, limiting.delay_ms)
    tx.set(keys.lock(job_id), lease.token, px=lease.duration_ms)
    tx.zrem(keys.priority, job_id)
    tx.hset(keys.job(job_id), "processedOn", str(now_ms))
    fields["processedOn"] = str(now_ms)
    return fields
