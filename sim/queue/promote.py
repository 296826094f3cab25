"""Put delayed jobs back in line: those that have become due, or one for which an operator does not wait."""

import math
from typing import Any, NamedTuple

from sim.queue.errors import NotDelayed
from sim.queue.insertion import Insertion, enqueue_key
from sim.queue.javascript import priority_of
from sim.queue.keys import QueueKeys
from sim.queue.store import Store, Transaction, atomic
from sim.queue.submit import SCALE

AT_ONCE = 1_000


class Promoted(NamedTuple):
    """What one promotion did.

    Attributes:
        job_ids: Jobs put in line, in the order of their due times.
        next_due_ms: When the next delayed job becomes due, epoch ms with its low bits as a fraction; None if none is,
            or if it is known only by looking again.
    """

    job_ids: list[str]
    next_due_ms: float | None


def promote_due_jobs(store: Store, keys: QueueKeys, *, now_ms: int) -> Promoted:
    """Put up to 1,000 due jobs behind everything that waits; with a priority, behind their equals.

    A job's score carries its low bits, so a job due at ``now_ms`` is only promoted in the millisecond after.

    Redis:
        ZRANGE delayed. When something is due ZRANGEBYSCORE delayed, ZREM, LREM active, LPUSH wait (LINSERT with a
        priority), HSET delay 0; one atomic step, jobs with a priority one step each. O(due * active).

    A score that is infinite or below zero, which no job gets from Bull, never becomes due. Below zero it does not hide
    when the others do; minus infinity does, as it is no number to JavaScript.

    Source: BULL_FACTS 3, 16; only worker processes call it.
    """
    promoted: list[str] = []
    following: list[Any] = store.zrange(keys.delayed, 0, 0, withscores=True)
    if not following:
        return Promoted(promoted, None)
    if following[0][1] > now_ms * SCALE:
        return Promoted(promoted, _due_ms(store, keys, following[0][1]))
    while len(promoted) < AT_ONCE:
        moved, more = _promote_some(store, keys, now_ms, AT_ONCE - len(promoted))
        promoted += moved
        if not more:
            break
    following = store.zrange(keys.delayed, 0, 0, withscores=True)
    return Promoted(promoted, _due_ms(store, keys, following[0][1]) if following else None)


def _due_ms(store: Store, keys: QueueKeys, lowest: float) -> float | None:
    """Return when the first of the delayed jobs that ever become due does so, epoch ms; None where nothing tells."""
    if 0 <= lowest < math.inf:
        return lowest / SCALE
    if math.isinf(lowest):
        return None
    following = store.zrangebyscore(keys.delayed, 0, "+inf", start=0, num=1)
    score = store.zscore(keys.delayed, following[0]) if following else None
    return None if score is None or math.isinf(score) else score / SCALE


def promote_job(store: Store, keys: QueueKeys, job_id: str) -> None:
    """Put one delayed job in line now: behind everything that waits, or with a priority behind its equals.

    Raises:
        NotDelayed: Definite. It is not among the delayed jobs.
        redis.ConnectionError: Indefinite. It may stand in line.

    Redis: ZSCORE and ZREM delayed, LPUSH wait (LINSERT with a priority), HSET delay 0. One atomic step. O(log n).

    Source: promote-5 of Bull 4.16.5.
    """

    def body(tx: Transaction) -> bool:
        tx.watch(keys.delayed, keys.meta_paused, keys.job(job_id))
        if tx.zscore(keys.delayed, job_id) is None:
            return False
        priority = priority_of(tx.hget(keys.job(job_id), "priority"))
        entry = Insertion(tx, keys, enqueue_key(tx, keys), job_id, priority=priority)
        tx.multi()
        tx.zrem(keys.delayed, job_id)
        entry.write(tx)
        tx.hset(keys.job(job_id), "delay", "0")
        return True

    if not atomic(store, body):
        raise NotDelayed(job_id)


def _promote_some(store: Store, keys: QueueKeys, now_ms: int, most: int) -> tuple[list[str], bool]:
    """Promote due jobs up to and including the first with a priority; tell whether there may be more."""

    def body(tx: Transaction) -> tuple[list[str], bool]:
        tx.watch(keys.delayed, keys.meta_paused)
        due = tx.zrangebyscore(keys.delayed, 0, now_ms * SCALE, start=0, num=most)
        if not due:
            return [], False
        target = enqueue_key(tx, keys)
        entries: list[Insertion] = []
        for job_id in due:
            priority = priority_of(tx.hget(keys.job(job_id), "priority"))
            entries.append(Insertion(tx, keys, target, job_id, priority=priority))
            if priority:
                break
        moved = due[: len(entries)]
        tx.multi()
        tx.zrem(keys.delayed, *moved)
        for entry in entries:
            tx.lrem(keys.active, 0, entry.job_id)
            entry.write(tx)
            tx.hset(keys.job(entry.job_id), "delay", "0")
        return moved, len(moved) < len(due)

    return atomic(store, body)
