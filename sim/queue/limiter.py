"""The rate limiter: jobs over the limit wait among the delayed ones."""

from typing import NamedTuple

from sim.queue.javascript import whole
from sim.queue.keys import QueueKeys
from sim.queue.store import Transaction
from sim.queue.submit import LOW_BITS, SCALE


class RateLimit(NamedTuple):
    """At most ``max_jobs`` starts in each ``duration_ms``.

    Attributes:
        by_group: Whether each group has a limit of its own. A job's group is what its id says behind the last colon.
        bounce_back: Whether a job over the limit is taken out of line and put nowhere, so that only its hash is left.
    """

    max_jobs: int
    duration_ms: int
    by_group: bool = False
    bounce_back: bool = False


def id_in_group(job_id: str, group: str) -> str:
    """Return the id that a job gets in a queue whose limiter goes by groups.

    Args:
        job_id: Its own id, or a unique one for a job that has none; it takes no number of the queue's counter.
        group: What the job's data says under the limiter's ``groupKey``; ``undefined`` where it says nothing.

    Source: jobIdForGroup of Bull 4.16.5.
    """
    return f"{job_id}:{group}"


class Limiting:
    """The limiter's verdict on one job about to start; read it before ``multi()``, ``write`` it after.

    Attributes:
        delay_ms: How long the job must wait; 0 means it may start.

    Jobs that were held back once are let through when they come again; while any is held back, newcomers queue up
    behind it, 1.1 * duration / max apart.

    With ``by_group`` each group has its own count and its own jobs that are held back; what is held back where is in
    one hash for all of them. With ``bounce_back`` nobody is held back: who is over the limit leaves the line for good.

    Redis: SISMEMBER, SCARD, GET, PTTL; then SET PX or INCR, or ZADD delayed and LREM active. O(1), LREM O(n).

    Source: BULL_FACTS 11; docs/bull-facts.md 30.
    """

    __slots__ = ("counter", "delay_ms", "held_before", "job_id", "keys", "limit", "limited", "started")

    def __init__(self, tx: Transaction, keys: QueueKeys, job_id: str, limit: RateLimit) -> None:
        self.keys = keys
        self.job_id = job_id
        self.limit = limit
        self.counter, self.limited = _keys(keys, job_id) if limit.by_group else (keys.limiter, keys.limiter_limited)
        tx.watch(self.counter, self.limited)
        self.held_before = bool(tx.sismember(self.limited, job_id))
        delay = 0.0
        if not self.held_before:
            held = tx.scard(self.limited)
            if held:
                delay = held * limit.duration_ms * 1.1 / limit.max_jobs + tx.pttl(self.counter)
        self.started = whole(tx.get(self.counter))
        if delay == 0 and self.started >= limit.max_jobs:
            over = self.started - limit.max_jobs
            delay = tx.pttl(self.counter) + over * limit.duration_ms / limit.max_jobs
        self.delay_ms = delay

    def write(self, tx: Transaction, now_ms: int) -> None:
        """Count the start, or hold the job back; call it after ``multi()``."""
        keys = self.keys
        if self.held_before:
            tx.srem(self.limited, self.job_id)
            tx.hdel(keys.limiter_index, self.job_id)
        if self.delay_ms <= 0:
            if self.started == 0:
                tx.set(self.counter, 1, px=self.limit.duration_ms)
            else:
                tx.incr(self.counter)
            return
        if not self.limit.bounce_back:
            due_ms = now_ms + self.delay_ms
            tx.zadd(keys.delayed, {self.job_id: due_ms * SCALE + (self.started & LOW_BITS)})
            tx.publish(keys.delayed, str(due_ms))
            tx.sadd(self.limited, self.job_id)
            tx.hset(keys.limiter_index, self.job_id, self.limited)
        tx.lrem(keys.active, 1, self.job_id)


def _keys(keys: QueueKeys, job_id: str) -> tuple[str, str]:
    """Return the counter of a job's group, and the set of its jobs that are held back."""
    group = job_id.rpartition(":")[2]
    counter = f"{keys.limiter}:{group}" if group else keys.limiter
    return counter, f"{counter}:limited"
