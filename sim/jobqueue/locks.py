"""The lock of a running job: proof of ownership, and what the stalled check looks for."""

from sim.jobqueue.errors import FinishRefused, LockMismatch, LockMissing
from sim.jobqueue.keys import QueueKeys
from sim.jobqueue.store import Store, Transaction, atomic
from sim.jobqueue.take import Lease


def extend_lock(store: Store, keys: QueueKeys, job_id: str, lease: Lease) -> bool:
    """Give a held lock its full duration again and take the mark of the stalled check away; False when it is lost.

    Raises:
        redis.ConnectionError: Indefinite. The lock may have been extended.

    Redis: GET lock, SET lock PX, SREM stalled; one atomic step. O(1).

    Source: BULL_FACTS 4 (a renewal unmarks).
    """
    lock = keys.lock(job_id)

    def body(tx: Transaction) -> bool:
        tx.watch(lock)
        if tx.get(lock) != lease.token:
            return False
        tx.multi()
        tx.set(lock, lease.token, px=lease.duration_ms)
        tx.srem(keys.stalled, job_id)
        return True

    return atomic(store, body)


def why_not_owner(tx: Transaction, keys: QueueKeys, job_id: str, token: str, command: str) -> FinishRefused | None:
    """Say why ``token`` does not hold the job's lock, or None when it does.

    Redis: GET lock; the caller watches it. O(1).
    """
    holder = tx.get(keys.lock(job_id))
    if holder == token:
        return None
    return LockMissing(job_id, command) if holder is None else LockMismatch(job_id, command)
