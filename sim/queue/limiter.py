"""The rate limiter: jobs over the limit wait among the delayed ones."""

from typing import NamedTuple

from sim.queue.javascript import whole
from sim.queue.keys import QueueKeys
from sim.queue.store import Transaction
from sim.queue.submit import LOW_BITS, SCALE


class RateLimit(NamedTuple):
    """At most ``max_jobs`` starts in each ``duration_ms``."""

    max_jobs: int
    duration_ms: int


class Limiting:
    """The limiter's verdict on one job about to start; read it before ``multi()``, ``write`` it after.

    Attributes:
        delay_ms: How long the job must wait; 0 means it may start.

    Jobs that were held back once are let through when they come again; while any is held back, newcomers queue up
    behind it, 1.1 * duration / max apart.

    Redis: SISMEMBER, SCARD, GET, PTTL; then SET PX or INCR, or ZADD delayed and LREM active. O(1), LREM O(n).

    Source: BULL_FACTS 11.
    """

    __slots__ = ("delay_ms", "duration_ms", "held_before", "job_id", "keys", "started")

    def __init__(self, tx: Transaction, keys: QueueKeys, job_id: str, limit: RateLimit) -> None:
        self.keys = keys
        self.job_id = job_id
        self.duration_ms = limit.duration_ms
        self.held_before = bool(tx.sismember(keys.limiter_limited, job_id))
        delay = 0.0
        if not self.held_before:
            held = tx.scard(keys.limiter_limited)
            if held:
                delay = held * limit.duration_ms * 1.1 / limit.max_jobs + tx.pttl(keys.limiter)
        self.started = whole(tx.get(keys.limiter))
        if delay == 0 and self.started >= limit.max_jobs:
            over = self.started - limit.max_jobs
            delay = tx.pttl(keys.limiter) + over * limit.duration_ms / limit.max_jobs
        self.delay_ms = delay

    def write(self, tx: Transaction, now_ms: int) -> None:
        """Count the start, or hold the job back; call it after ``multi()``."""
        keys = self.keys
        if self.held_before:
            tx.srem(keys.limiter_limited, self.job_id)
            tx.hdel(keys.limiter_index, self.job_id)
        if self.delay_ms <= 0:
            if self.started == 0:
                tx.set(keys.limiter, 1, px=self.duration_ms)
            else:
                tx.incr(keys.limiter)
            return
        due_ms = now_ms + self.delay_ms
        tx.zadd(keys.delayed, {self.job_id: due_ms * SCALE + (self.started & LOW_BITS)})
        tx.publish(keys.delayed, str(due_ms))
        tx.sadd(keys.limiter_limited, self.job_id)
        tx.hset(keys.limiter_index, self.job_id, keys.limiter_limited)
        tx.lrem(keys.active, 1, self.job_id)
