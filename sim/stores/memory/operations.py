"""The queue's everyday steps as operations of the store in memory, as Bull's are Lua scripts inside Redis.

A native form does what the step that it stands for does by commands: the same to the same keys, in the same order, with
the same answer. It looks first. Whatever is not everyday (a key of another type, an expired lock, a job without a hash,
the rate limiter, a paused queue, ages of retention, ids that are no numbers) it leaves to the step itself before
anything is changed, so everything that is ever refused is refused there.
"""

from collections import deque
from typing import Any

from sim.queue.dequeue import Fields, LockParams, RateLimited, hand_out, hand_out_first
from sim.queue.errors import FinishRefused, UnreadableOptions
from sim.queue.finish import complete
from sim.queue.job import Job, JobOptions
from sim.queue.keys import LOCK, LOGS, QueueKeys
from sim.queue.limiter import RateLimit
from sim.queue.retention import Entry
from sim.queue.retention_options import Retention
from sim.queue.store import Operations
from sim.queue.submit import Added, add_waiting
from sim.stores.memory.lists import SHORT
from sim.stores.memory.long_list import LongList
from sim.stores.memory.sorted_set import SortedSet

_made: Any = tuple.__new__
_LIST_OR_NONE = (deque, LongList, type(None))
_SET_OR_NONE = (set, type(None))
_SORTED_OR_NONE = (SortedSet, type(None))


def add_to_back(store: Any, keys: QueueKeys, job_id: str, options: JobOptions, fields: Fields) -> Added:
    """Do ``submit.add_waiting`` for a job that takes the counter's number and goes to the back of the line."""
    data = store._data
    job_key = keys.base + job_id
    line = data.get(keys.wait)
    if (
        options.job_id is not None
        or options.priority
        or options.lifo
        or keys.meta_paused in data
        or job_key in data
        or type(line) not in _LIST_OR_NONE
    ):
        return add_waiting(store, keys, job_id, options, fields)
    data[job_key] = fields
    if line is None:
        line = data[keys.wait] = deque()
    line.appendleft(job_id)
    added: Added = _made(Added, (job_id, False))
    return added


def lock_popped_job(
    store: Any,
    keys: QueueKeys,
    job_id: str,
    lock_params: LockParams,
    now_ms: int,
    limit: RateLimit | None,
    popped: bool,
) -> Fields | RateLimited:
    """Do ``dequeue.hand_out`` for a job that was popped."""
    data = store._data
    fields = data.get(keys.base + job_id)
    if (
        not popped
        or limit is not None
        or type(fields) is not dict
        or type(data.get(keys.stalled)) not in _SET_OR_NONE
        or type(data.get(keys.priority)) not in _SORTED_OR_NONE
    ):
        return hand_out(store, keys, job_id, lock_params, now_ms, limit, popped)
    if keys.stalled in data:
        store.srem(keys.stalled, job_id)
    return _lock(store, keys, job_id, lock_params, fields, str(now_ms))


def hand_out_nothing(
    store: Any, keys: QueueKeys, lock_params: LockParams, now_ms: int, limit: RateLimit | None
) -> tuple[str, Fields | RateLimited] | None:
    """Do ``dequeue.hand_out_first`` where nobody waits."""
    if keys.wait in store._data:
        return hand_out_first(store, keys, lock_params, now_ms, limit)
    return None


def complete_and_fetch(
    store: Any, keys: QueueKeys, job: Job, lock_params: LockParams, now_ms: int, value: str, fetch_next: bool
) -> tuple[list[str], str | None, Fields] | FinishRefused | UnreadableOptions:
    """Do ``finish.complete`` for a job that is active under this lock, where retention goes by number or keeps all."""
    data = store._data
    job_id = job.id
    job_key = keys.base + job_id
    lock_key = job_key + LOCK
    fields, active, finished = data.get(job_key), data.get(keys.active), data.get(keys.completed)
    evicted = _to_evict(finished, (now_ms, job_id), job.options.remove_on_complete)
    next_id: str | None = None
    next_fields: Any = {}
    line = data.get(keys.wait) if fetch_next else None
    if line is not None and type(line) in _LIST_OR_NONE:
        next_id = line[-1]
        next_fields = data.get(keys.base + next_id)
    few_active = type(active) is deque and len(active) <= SHORT
    if (
        evicted is None
        or type(fields) is not dict
        or data.get(lock_key) != lock_params.token
        or store._expires_ms.get(lock_key, 0) < store.clock.now_ms
        or active is None
        or type(active) not in _LIST_OR_NONE
        or (active.count(job_id) != 1 if few_active else store.lpos(keys.active, job_id) is None)
        or type(data.get(keys.stalled)) not in _SET_OR_NONE
        or type(data.get(keys.priority)) not in _SORTED_OR_NONE
        or (line is not None and next_id is None)
        or type(next_fields) is not dict
        or next_id == job_id
        or next_id in evicted
    ):
        return complete(store, keys, job, lock_params, now_ms, value, fetch_next)
    del data[lock_key], store._expires_ms[lock_key]
    if keys.stalled in data:
        store.srem(keys.stalled, job_id)
    if few_active and len(active) > 1:
        active.remove(job_id)
    else:
        store.lrem(keys.active, -1, job_id)
    if finished is None:
        finished = data[keys.completed] = SortedSet()
    finished.add(job_id, float(now_ms))
    fields["returnvalue"] = value
    fields["finishedOn"] = ended = str(now_ms)
    for gone in evicted:
        store.delete(keys.base + gone, keys.base + gone + LOGS)
        finished.remove(gone)
    if next_id is not None:
        store.rpoplpush(keys.wait, keys.active)
        _lock(store, keys, next_id, lock_params, next_fields, ended)
    return evicted, next_id, next_fields


OPERATIONS: Operations = {
    add_waiting: add_to_back,
    hand_out: lock_popped_job,
    hand_out_first: hand_out_nothing,
    complete: complete_and_fetch,
}


def _to_evict(finished: Any, newcomer: Entry, keep: Retention | None) -> list[str] | None:
    """List the oldest jobs that go when one more finishes; None for what ``retention`` itself has to work out."""
    if finished is not None and (type(finished) is not SortedSet or newcomer[1] in finished.scores):
        return None
    if keep is None or keep is False:
        return []
    if type(keep) is not int or keep <= 0:
        return None
    if finished is None:
        return []
    excess = len(finished.scores) + 1 - keep
    if excess <= 0:
        return []
    if excess > len(finished.scores):
        return None
    oldest = list(finished.entries(0, excess))
    evicted = [job_id for _finished_ms, job_id in oldest]
    return evicted if oldest[-1] < newcomer and all(map(str.isdigit, evicted)) else None


def _lock(
    store: Any, keys: QueueKeys, job_id: str, lock_params: LockParams, fields: Fields, processed_on: str
) -> Fields:
    """Do ``dequeue.lock_next``; the answer is the hash itself, which whoever gets it reads at once."""
    data = store._data
    lock_key = keys.base + job_id + LOCK
    data[lock_key] = lock_params.token
    store._expires_ms[lock_key] = store.clock.now_ms + lock_params.duration_ms
    if keys.priority in data:
        store.zrem(keys.priority, job_id)
    fields["processedOn"] = processed_on
    return fields
