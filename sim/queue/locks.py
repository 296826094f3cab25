"""The lock of a running job: proof of ownership, and what the stalled check looks for."""

from sim.queue.dequeue import LockParams
from sim.queue.errors import FinishRefused, LockMismatch, LockMissing
from sim.queue.keys import QueueKeys
from sim.queue.store import Store, Transaction, atomic


def extend_lock(store: Store, keys: QueueKeys, job_id: str, lock_params: LockParams) -> bool:
    """Give a held lock its full duration again and take the mark of the stalled check away; False when it is lost.

    Raises:
        redis.ConnectionError: Indefinite. The lock may have been extended.

    Redis: GET lock, SET lock PX, SREM stalled; one atomic step. O(1).

    Source: BULL_FACTS 4 (a renewal unmarks).
    """
    lock = keys.lock(job_id)

    def body(tx: Transaction) -> bool:
        tx.watch(lock)
        if tx.get(lock) != lock_params.token:
            return False
        tx.multi()
        tx.set(lock, lock_params.token, px=lock_params.duration_ms)
        tx.srem(keys.stalled, job_id)
        return True

    return atomic(store, body)


def ownership_error(tx: Transaction, keys: QueueKeys, job_id: str, token: str, command: str) -> FinishRefused | None:
    """Say why ``token`` does not hold the job's lock, or None when it does.

    Redis: GET lock; the caller watches it. O(1).
    """
    holder = tx.get(keys.lock(job_id))
    if holder == token:
        return None
    return LockMissing(job_id, command) if holder is None else LockMismatch(job_id, command)
