"""Where a job enters the line of waiting jobs."""

from sim.queue.keys import QueueKeys
from sim.queue.store import Transaction


def enqueue_key(tx: Transaction, keys: QueueKeys) -> str:
    """Name the list that takes new waiting jobs: ``wait``, or ``paused`` while the queue is paused.

    Redis: EXISTS meta-paused; the caller watches it. O(1).
    """
    return keys.paused if tx.exists(keys.meta_paused) else keys.wait


class Insertion:
    """One job about to enter the line; read it before ``multi()``, ``write`` it after.

    It watches what it reads: were the neighbour that it goes behind popped in between, it would be put nowhere.

    Without a priority it goes to the back, or with ``lifo`` to the front. With one it goes behind all of the same or a
    smaller number and ahead of the others; ``lifo`` is then ignored. The right end of the list is the front.

    Redis:
        With a priority WATCH, ZSCORE, ZCOUNT, LLEN, LINDEX, then ZADD and LINSERT, O(n); else LPUSH or RPUSH, O(1).

    Source: BULL_FACTS 3.
    """

    __slots__ = ("job_id", "key", "keys", "lifo", "pivot", "priority")

    def __init__(
        self, tx: Transaction, keys: QueueKeys, key: str, job_id: str, *, priority: float = 0, lifo: bool = False
    ) -> None:
        self.keys = keys
        self.key = key
        self.job_id = job_id
        self.priority = priority
        self.lifo = lifo
        self.pivot: str | None = None
        if priority:
            tx.watch(keys.priority, key)
            before = tx.zscore(keys.priority, job_id)
            counted_already = before is not None and 0 <= before <= priority
            ahead = tx.zcount(keys.priority, 0, priority) - counted_already
            self.pivot = tx.lindex(key, tx.llen(key) - ahead)

    def write(self, tx: Transaction) -> None:
        """Put the job in line; call it after ``multi()``."""
        if not self.priority:
            if self.lifo:
                tx.rpush(self.key, self.job_id)
            else:
                tx.lpush(self.key, self.job_id)
            return
        tx.zadd(self.keys.priority, {self.job_id: self.priority})
        if self.pivot is None:
            tx.rpush(self.key, self.job_id)
        else:
            tx.linsert(self.key, "BEFORE", self.pivot, self.job_id)
