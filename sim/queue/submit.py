"""Add a job, now or delayed."""

import math
from typing import Any, NamedTuple

from sim.queue.errors import NotModelled, UnreadableOptions
from sim.queue.insertion import Insertion, enqueue_key
from sim.queue.javascript import Number, argument, lua_number, plus, text, truthy
from sim.queue.job import DEFAULT_NAME, JobOptions, to_json
from sim.queue.keys import QueueKeys
from sim.queue.store import Store, Transaction, atomic

LOW_BITS = 0xFFF
SCALE = 0x1000
"""Scores of ``delayed`` are due times in ms times this, plus the low bits of a counter that keep their order."""


class Added(NamedTuple):
    """What happened to a submit.

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
        data: Anything that JSON can hold; what counts as false in JavaScript is stored as ``{}``.
        now_ms: Current time, epoch ms.

    Raises:
        NotModelled: Definite. The options ask for something of Bull that this queue does not do.
        UnreadableOptions: The priority or the time stamp is no number. As in Bull the job's hash is written, and the
            job is in no list.
        redis.ConnectionError: Indefinite. The job may have been added.

    Redis:
        INCR id (a number given out is never given out again, also when the rest does not follow), then in one atomic
        step HSET job and LPUSH/RPUSH/LINSERT wait or paused, or ZADD delayed and PUBLISH. O(1); O(n) with a priority.

    Source: BULL_FACTS 3, 12; setDefaultOpts and addJob-6 of Bull 4.16.5.
    """
    unmodelled = options.unmodelled
    if unmodelled is not None:
        raise NotModelled(unmodelled)
    counter = store.incr(keys.id)
    job_id = str(counter) if options.job_id is None else options.job_id
    stamp = options.stamp(now_ms)
    delay_ms = 0 if options.delay_ms < 0 else options.delay_ms
    fields = {
        "name": name,
        "data": to_json(data if truthy(data) else {}),
        "opts": options.to_json(stamp),
        "timestamp": str(stamp) if type(stamp) is int else argument(stamp),
        "delay": text(delay_ms) if delay_ms else "0",
        "priority": options.priority_text(),
    }
    due_ms = _due_ms(stamp, delay_ms) if delay_ms else 0
    if due_ms is None or (due_ms == 0 and options.priority and math.isnan(options.priority)):
        added = atomic(store, _add_to_no_list, keys, job_id, options, fields)
        if added.duplicate:
            return added
        raise UnreadableOptions(job_id)
    if due_ms:
        score = due_ms * SCALE + (counter & LOW_BITS)
        return atomic(store, _add_delayed, keys, job_id, options, fields, due_ms, score)
    return atomic(store, add_waiting, keys, job_id, options, fields)


def _due_ms(stamp: Any, delay_ms: Number) -> Number | None:
    """Return when a delayed job becomes due, epoch ms; 0 for a delay that is no number, None where Bull cannot tell."""
    if math.isnan(delay_ms):
        return 0
    due = stamp + delay_ms if type(stamp) is int else plus(stamp, delay_ms)
    return due if type(due) is int else lua_number(text(due))


def _add_to_no_list(
    tx: Transaction, keys: QueueKeys, job_id: str, options: JobOptions, fields: dict[str, str]
) -> Added:
    """Do what Bull's script has done when it breaks off."""
    job_key = keys.base + job_id
    if options.job_id is not None:
        tx.watch(job_key)
        if tx.exists(job_key):
            return Added(job_id, duplicate=True)
    tx.multi()
    tx.hset(job_key, mapping=fields)
    return Added(job_id)


def add_waiting(tx: Transaction, keys: QueueKeys, job_id: str, options: JobOptions, fields: dict[str, str]) -> Added:
    """Write the hash of a job without a delay, which the store may keep as it is, and put the job in line."""
    job_key = keys.base + job_id
    if options.job_id is None:
        tx.watch(keys.meta_paused)
    else:
        tx.watch(keys.meta_paused, job_key)
        if tx.exists(job_key):
            return Added(job_id, duplicate=True)
    line = enqueue_key(tx, keys)
    if options.priority:
        entry = Insertion(tx, keys, line, job_id, priority=options.priority)
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
    due_ms: Number,
    score: Number,
) -> Added:
    job_key = keys.base + job_id
    if options.job_id is not None:
        tx.watch(job_key)
        if tx.exists(job_key):
            return Added(job_id, duplicate=True)
    tx.multi()
    tx.hset(job_key, mapping=fields)
    tx.zadd(keys.delayed, {job_id: score})
    tx.publish(keys.delayed, text(due_ms))
    return Added(job_id)
