"""Claim the next waiting job: pop it and lock it, in one step or in two."""

from typing import NamedTuple

from sim.queue.job import Job
from sim.queue.keys import LOCK, QueueKeys
from sim.queue.limiter import Limiting, RateLimit
from sim.queue.store import Store, Transaction, atomic

Fields = dict[str, str]


class LockParams(NamedTuple):
    """What a worker puts into the locks of its jobs.

    Attributes:
        token: The worker's secret; it proves that a lock is its own.
        duration_ms: How long a lock lives without being extended, ms.
    """

    token: str
    duration_ms: int


class RateLimited(NamedTuple):
    """A job that the rate limiter sent back to wait.

    Attributes:
        is_dropped: Whether it was put nowhere, as with ``bounceBack``; nothing will ever run it.
    """

    job_id: str
    delay_ms: float
    is_dropped: bool = False


def pop_waiting(store: Store, keys: QueueKeys) -> str | None:
    """Move the first waiting job to ``active`` without locking it, and return its id; None when nobody waits.

    This is what an idle worker's blocking pop does. Until ``lock_popped`` follows, the job has no lock, and the
    stalled check would take it for abandoned.

    Redis: RPOPLPUSH wait active. O(1).
    """
    return store.rpoplpush(keys.wait, keys.active)


def lock_popped(
    store: Store, keys: QueueKeys, job_id: str, lock_params: LockParams, *, now_ms: int, limit: RateLimit | None = None
) -> Job | RateLimited:
    """Lock a job that ``pop_waiting`` returned, and hand it out.

    Redis: SET lock PX, ZREM priority, HSET processedOn, SREM stalled; one atomic step on the job. O(log n).
    """
    taken = atomic(store, hand_out, keys, job_id, lock_params, now_ms, limit, True)
    return Job.from_hash(taken, job_id) if isinstance(taken, dict) else taken


def dequeue(
    store: Store, keys: QueueKeys, lock_params: LockParams, *, now_ms: int, limit: RateLimit | None = None
) -> Job | RateLimited | None:
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
    found = atomic(store, hand_out_first, keys, lock_params, now_ms, limit)
    if found is None:
        return None
    job_id, taken = found
    return Job.from_hash(taken, job_id) if isinstance(taken, dict) else taken


def hand_out_first(
    tx: Transaction, keys: QueueKeys, lock_params: LockParams, now_ms: int, limit: RateLimit | None
) -> tuple[str, Fields | RateLimited] | None:
    """Hand out the first waiting job, with its id; None when nobody waits."""
    tx.watch(keys.wait)
    job_id = tx.lindex(keys.wait, -1)
    return None if job_id is None else (job_id, hand_out(tx, keys, job_id, lock_params, now_ms, limit, False))


def hand_out(
    tx: Transaction,
    keys: QueueKeys,
    job_id: str,
    lock_params: LockParams,
    now_ms: int,
    limit: RateLimit | None,
    popped: bool,
) -> Fields | RateLimited:
    """Start the job or hold it back; its hash is parsed by the caller, after the step has been done."""
    job_key = keys.base + job_id
    tx.watch(job_key)
    limiting: Limiting | None = None
    if limit is not None:
        limiting = Limiting(tx, keys, job_id, limit)
    fields = tx.hgetall(job_key)
    tx.multi()
    if popped:
        tx.srem(keys.stalled, job_id)
    else:
        tx.rpoplpush(keys.wait, keys.active)
    if limiting is not None:
        limiting.write(tx, now_ms)
        if limiting.delay_ms > 0:
            return RateLimited(job_id, limiting.delay_ms, limiting.limit.bounce_back)
    lock_next(tx, keys, job_id, lock_params, fields, str(now_ms))
    return fields


def lock_next(
    tx: Transaction, keys: QueueKeys, job_id: str, lock_params: LockParams, fields: Fields, processed_on: str
) -> None:
    """Lock a job that has just become active, in the hash and in ``fields``, its copy; call it after ``multi()``."""
    job_key = keys.base + job_id
    tx.set(job_key + LOCK, lock_params.token, px=lock_params.duration_ms)
    tx.zrem(keys.priority, job_id)
    tx.hset(job_key, "processedOn", processed_on)
    fields["processedOn"] = processed_on
