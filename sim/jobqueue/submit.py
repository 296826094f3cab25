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
    delay_ms = options.delay_ms if options.delay_ms > 0 else 0
    fields = {
        "name": name,
        "data": to_json(data),
        "opts": options.to_json(now_ms),
        "timestamp": str(now_ms),
        "delay": str(delay_ms),
        "priority": str(options.priority),
    }
    if delay_ms:
        score = (now_ms + delay_ms) * SCALE + (counter & LOW_BITS)
        return atomic(store, _add_delayed, keys, job_id, options, fields, now_ms + delay_ms, score)
    return atomic(store, _add_waiting, keys, job_id, options, fields)


def _add_waiting(tx: Transaction, keys: QueueKeys, job_id: str, options: JobOptions, fields: dict[str, str]) -> Added:
    job_key = keys.base + job_id
    if options.job_id is None:
        tx.watch(keys.meta_paused)
    else:
        tx.watch(keys.meta_paused, job_key)
        if tx.exists(job_key):
            return Added(job_id, duplicate=True)
    line = line_key(tx, keys)
    if options.priority:
        entry = Entry(tx, keys, line, job_id, priority=options.priority)
        tx.multi()
        tx.hset(job_key, mapping=fields)
        entry.write(tx)
        return Added(job_id)
    tx.multi()
    tx.hset(job_key, mapping=fields)
    if options.lifo:
        tx.rpush(line, job_id)
    else:
        tx.lpush(line, job_id)
    return Added(job_id)


def _add_delayed(
    tx: Transaction,
    keys: QueueKeys,
    job_id: str,
    options: JobOptions,
    fields: dict[str, str],
    due_ms: int,
    score: int,
) -> Added:
    job_key = keys.base + job_id
    if options.job_id is not None:
        tx.watch(job_key)
        if tx.exists(job_key):
            return Added(job_id, duplicate=True)
    tx.multi()
    tx.hset(job_key, mapping=fields)
    tx.zadd(keys.delayed, {job_id: score})
    tx.publish(keys.delayed, str(due_ms))
    return Added(job_id)
