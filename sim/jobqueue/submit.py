"""Add a job, now or delayed."""

from typing import Any, NamedTuple

from sim.jobqueue.job import DEFAULT_NAME, JobOptions, to_json
from sim.jobqueue.keys import QueueKeys
from sim.jobqueue.line import Entry, line_key
from sim.jobqueue.store import Store, Transaction, atomic

LOW_BITS = 0xFFF
SCALE = 0x1000
"""Scores of ``delayed`` are due times in ms times this, plus the low bits of a counter that keep their order."""


class Added(NamedTuple):
    """What became of a submit.

    Attributes:
        duplicate: A job of that id already stood there in some state, so nothing was added.
    """

    job_id: str
    duplicate: bool = False


def add_job(
    store: Store,
    keys: QueueKeys,
    data: Any,
    options: JobOptions,
    *,
    now_ms: int,
    name: str = DEFAULT_NAME,
) -> Added:
    """Put a job in line, or among the delayed ones; a job id that exists in any state is silently ignored.

    Args:
        data: Anything that JSON can hold.
        now_ms: Current time, epoch ms.

    Raises:
        redis.ConnectionError: Indefinite. The job may have been added.

    Redis:
        INCR id (a number given out is never given out again, also when the rest does not follow), then in one atomic
        step HSET job and LPUSH/RPUSH/LINSERT wait or paused, or ZADD delayed and PUBLISH. O(1); O(n) with a priority.

    Source: BULL_FACTS 3, 12.
    """
    counter = store.incr(keys.id)
    job_id = str(counter) if options.job_id is None else options.job_id
    delay_ms = max(0, options.delay_ms)
    fields = {
        "name": name,
        "data": to_json(data),
        "opts": options.to_json(now_ms),
        "timestamp": str(now_ms),
        "delay": str(delay_ms),
        "priority": str(options.priority),
    }

    def body(tx: Transaction) -> Added:
        if options.job_id is not None and tx.exists(keys.job(job_id)):
            return Added(job_id, duplicate=True)
        if delay_ms:
            due_ms = now_ms + delay_ms
            tx.multi()
            tx.hset(keys.job(job_id), mapping=fields)
            tx.zadd(keys.delayed, {job_id: due_ms * SCALE + (counter & LOW_BITS)})
            tx.publish(keys.delayed, str(due_ms))
            return Added(job_id)
        line = line_key(tx, keys)
        entry = Entry(tx, keys, line, job_id, priority=options.priority, lifo=options.lifo)
        tx.multi()
        tx.hset(keys.job(job_id), mapping=fields)
        entry.write(tx)
        return Added(job_id)

    watches = [keys.meta_paused]
    if options.job_id is not None:
        watches.append(keys.job(job_id))
    return atomic(store, body, *watches)
