"""An operator takes a job out, wherever it is."""

from sim.queue.errors import JobLocked
from sim.queue.keys import QueueKeys
from sim.queue.store import Store, Transaction, atomic


class Belongings:
    """What a job has besides its place in a list or set; read it before ``multi()``, ``delete`` it after.

    It watches what it reads.

    Redis: WATCH, HGET job and limiter:index, then DEL job, logs and debounce key, SREM limiter:limited. O(1).

    Source: removeJob-11 of Bull 4.16.5.
    """

    __slots__ = ("debounced_as", "held_back_in", "job_id", "keys")

    def __init__(self, tx: Transaction, keys: QueueKeys, job_id: str) -> None:
        tx.watch(keys.job(job_id), keys.limiter_index)
        self.keys = keys
        self.job_id = job_id
        self.debounced_as = tx.hget(keys.job(job_id), "deid")
        self.held_back_in = tx.hget(keys.limiter_index, job_id)

    def delete(self, tx: Transaction, *, debounce: bool = True) -> None:
        """Delete the job and what goes with it; call it after ``multi()``.

        Args:
            debounce: Also free its debounce id, so that another job may use it.
        """
        keys, job_id = self.keys, self.job_id
        tx.zrem(keys.priority, job_id)
        tx.delete(keys.job(job_id), keys.logs(job_id))
        if debounce and self.debounced_as is not None:
            tx.delete(keys.debounce(self.debounced_as))
        if self.held_back_in is not None:
            tx.srem(self.held_back_in, job_id)
            tx.hdel(keys.limiter_index, job_id)


def remove_job(store: Store, keys: QueueKeys, job_id: str) -> None:
    """Take one job out of whatever state it is in, with its hash and its logs; removing what is not there does nothing.

    The mark of the stalled check, if it has one, stays.

    Raises:
        JobLocked: Definite. A worker is at it.
        redis.ConnectionError: Indefinite. It may be gone.

    Redis:
        EXISTS lock, HGET job, LREM active, wait and paused, ZREM delayed, completed, failed and priority, DEL job and
        logs. One atomic step. O(n) in the jobs that wait.

    Source: removeJob-11 of Bull 4.16.5.
    """

    def body(tx: Transaction) -> bool:
        tx.watch(keys.lock(job_id))
        if tx.exists(keys.lock(job_id)):
            return False
        belongings = Belongings(tx, keys, job_id)
        tx.multi()
        for line in (keys.active, keys.wait, keys.paused):
            tx.lrem(line, 0, job_id)
        for members in (keys.delayed, keys.completed, keys.failed):
            tx.zrem(members, job_id)
        belongings.delete(tx)
        return True

    if not atomic(store, body):
        raise JobLocked(job_id)
