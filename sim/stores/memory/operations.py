"""The queue's everyday operations as the store in memory carries them out itself, like Bull's Lua scripts in Redis.

A native form does what its operation does by commands: the same to the same keys, in the same order, with the same
answer. It looks first. Whatever is not everyday (a key of another type, an expired lock, a job without a
hash, the rate limiter, a paused queue, a priority, ages of retention, ids that are no numbers) it leaves to the
operation itself before anything is changed, so everything that is ever refused is refused there.
"""

import math
from collections import deque
from typing import Any

from sim.queue import submit
from sim.queue.dequeue import LockParams, RateLimited, dequeue, lock_popped
from sim.queue.errors import FinishRefused
from sim.queue.finish import Completed, Failed, FailedAttempt, complete_job, delayed_score, record_failure
from sim.queue.job import DEFAULT_NAME, Job, JobOptions, to_json
from sim.queue.keys import LOCK, LOGS, QueueKeys
from sim.queue.limiter import RateLimit
from sim.queue.retention_options import Retention
from sim.queue.store import Operations
from sim.queue.submit import Added
from sim.stores.memory.job_row import JobRow, is_flat
from sim.stores.memory.lists import SHORT
from sim.stores.memory.long_list import LongList
from sim.stores.memory.sorted_set import SortedSet

_made: Any = tuple.__new__
_LIST = (deque, LongList)
_HASH = (JobRow, dict)


def add_to_back(
    store: Any, keys: QueueKeys, data: Any, options: JobOptions, *, now_ms: int, name: str = DEFAULT_NAME
) -> Added:
    """Do ``submit.add_job`` for a job that takes the counter's number and goes to the back of the line."""
    held = store._data
    counter = held.get(keys.id)
    line = held.get(keys.wait)
    if (
        not options.is_everyday
        or not counter
        or type(counter) is not str
        or keys.id in store._expires_ms
        or keys.meta_paused in held
        or (line is not None and type(line) not in _LIST)
        or name != DEFAULT_NAME
        or not is_flat(data)
    ):
        return submit.add_job(store, keys, data, options, now_ms=now_ms, name=name)
    job_id = str(int(counter) + 1)
    job_key = keys.base + job_id
    if job_key in held:
        return submit.add_job(store, keys, data, options, now_ms=now_ms, name=name)
    held[keys.id] = job_id
    held[job_key] = JobRow(data, options, now_ms)
    if line is None:
        line = held[keys.wait] = deque()
    line.appendleft(job_id)
    added: Added = _made(Added, (job_id, False))
    return added


def lock_waiting(
    store: Any, keys: QueueKeys, job_id: str, lock_params: LockParams, *, now_ms: int, limit: RateLimit | None = None
) -> Job | RateLimited:
    """Do ``dequeue.lock_popped`` where there is no rate limiter."""
    held = store._data
    job, stalled, priority = held.get(keys.base + job_id), held.get(keys.stalled), held.get(keys.priority)
    if (
        limit is not None
        or type(job) not in _HASH
        or (stalled is not None and type(stalled) is not set)
        or (priority is not None and type(priority) is not SortedSet)
    ):
        return lock_popped(store, keys, job_id, lock_params, now_ms=now_ms, limit=limit)
    if stalled is not None:
        store.srem(keys.stalled, job_id)
    return _locked(store, keys, job_id, lock_params, job, now_ms)


def take_first(
    store: Any, keys: QueueKeys, lock_params: LockParams, *, now_ms: int, limit: RateLimit | None = None
) -> Job | RateLimited | None:
    """Do ``dequeue.dequeue`` where there is no rate limiter, or nobody waits."""
    held = store._data
    line = held.get(keys.wait)
    if line is None:
        return None
    active, priority = held.get(keys.active), held.get(keys.priority)
    if (
        limit is not None
        or type(line) not in _LIST
        or type(job := held.get(keys.base + (job_id := line[-1]))) not in _HASH
        or (active is not None and type(active) not in _LIST)
        or (priority is not None and type(priority) is not SortedSet)
    ):
        return dequeue(store, keys, lock_params, now_ms=now_ms, limit=limit)
    store.rpoplpush(keys.wait, keys.active)
    return _locked(store, keys, job_id, lock_params, job, now_ms)


def complete_and_fetch(
    store: Any,
    keys: QueueKeys,
    job: Job,
    lock_params: LockParams,
    *,
    now_ms: int,
    return_value: Any = None,
    fetch_next: bool = False,
) -> Completed:
    """Do ``finish.complete_job`` for a job active under this lock, where retention goes by number or keeps all."""
    held = store._data
    job_id = job.id
    finished, priority = held.get(keys.completed), held.get(keys.priority)
    evicted = _to_evict(finished, now_ms, job_id, job.options.remove_on_complete)
    next_id: str | None = None
    upcoming: Any = None
    line = held.get(keys.wait) if fetch_next else None
    if line is not None and type(line) in _LIST:
        next_id = line[-1]
        upcoming = held.get(keys.base + next_id)
    if (
        evicted is None
        or not _is_at_work(store, keys, job_id, lock_params.token)
        or (priority is not None and type(priority) is not SortedSet)
        or (line is not None and type(upcoming) not in _HASH)
        or next_id == job_id
        or next_id in evicted
    ):
        return complete_job(
            store, keys, job, lock_params, now_ms=now_ms, return_value=return_value, fetch_next=fetch_next
        )
    mine = held[keys.base + job_id]
    if type(mine) is JobRow and mine.processed_on_ms is not None and is_flat(return_value):
        mine.value = return_value
        mine.finished_on_ms = now_ms
    else:
        value = to_json(return_value)
        fields = _as_hash(held, keys, job_id)
        fields["returnvalue"] = value
        fields["finishedOn"] = str(now_ms)
    _release(store, keys, job_id)
    _join_finished(store, keys, keys.completed, now_ms, job_id, evicted)
    job.finished_on_ms = now_ms
    next_job = None
    if next_id is not None:
        store.rpoplpush(keys.wait, keys.active)
        next_job = _locked(store, keys, next_id, lock_params, upcoming, now_ms)
    done: Completed = _made(Completed, (evicted, next_job))
    return done


def record_everyday_failure(
    store: Any,
    keys: QueueKeys,
    attempt: FailedAttempt,
    lock_params: LockParams,
    now_ms: int,
    dead: QueueKeys | None,
) -> Failed | FinishRefused:
    """Do ``finish.record_failure`` for a job active under this lock that becomes delayed, or failed and kept."""
    held = store._data
    job, verdict, wait, mark = attempt
    job_id = job.id
    evicted: list[str] | None = []
    target = held.get(keys.delayed)
    if verdict == "failed" and dead is None:
        target = held.get(keys.failed)
        evicted = _to_evict(target, now_ms, job_id, job.options.remove_on_fail)
    elif verdict != "delayed":
        evicted = None
    if (
        evicted is None
        or (target is not None and type(target) is not SortedSet)
        or not _is_at_work(store, keys, job_id, lock_params.token)
    ):
        return record_failure(store, keys, attempt, lock_params, now_ms, dead)
    fields = _as_hash(held, keys, job_id)
    fields.update(mark)
    _release(store, keys, job_id)
    if verdict == "delayed":
        store.zadd(keys.delayed, {job_id: delayed_score(attempt.due_ms(now_ms), job_id)})
        return Failed(verdict, max(0, math.ceil(wait.delay_ms)), [])
    fields["finishedOn"] = str(now_ms)
    _join_finished(store, keys, keys.failed, now_ms, job_id, evicted)
    return Failed(verdict, 0, evicted)


OPERATIONS: Operations = {
    submit.add_job: add_to_back,
    lock_popped: lock_waiting,
    dequeue: take_first,
    complete_job: complete_and_fetch,
    record_failure: record_everyday_failure,
}


def _to_evict(finished: Any, now_ms: int, job_id: str, keep: Retention | None) -> list[str] | None:
    """List the oldest jobs that go when one more finishes; None for what ``retention`` itself has to work out."""
    if finished is not None and (type(finished) is not SortedSet or job_id in finished.scores):
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
    oldest = finished.lowest(excess)
    if oldest[-1] >= (now_ms, job_id):
        return None
    evicted = [job_id for _finished_ms, job_id in oldest]
    return evicted if all(map(str.isdigit, evicted)) else None


def _is_at_work(store: Any, keys: QueueKeys, job_id: str, token: str) -> bool:
    """Tell whether a job is active once, under a lock of this token, and nothing hinders its release."""
    held = store._data
    job_key = keys.base + job_id
    lock_key = job_key + LOCK
    active, stalled = held.get(keys.active), held.get(keys.stalled)
    if (
        type(held.get(job_key)) not in _HASH
        or held.get(lock_key) != token
        or store._expires_ms.get(lock_key, 0) < store.clock.now_ms
        or (stalled is not None and type(stalled) is not set)
    ):
        return False
    if type(active) is deque and len(active) <= SHORT:
        return active.count(job_id) == 1
    return type(active) in _LIST and store.lpos(keys.active, job_id) is not None


def _release(store: Any, keys: QueueKeys, job_id: str) -> None:
    """Do ``finish._release`` for a job that is at work."""
    held = store._data
    lock_key = keys.base + job_id + LOCK
    del held[lock_key], store._expires_ms[lock_key]
    if keys.stalled in held:
        store.srem(keys.stalled, job_id)
    active = held[keys.active]
    if type(active) is deque and 1 < len(active) <= SHORT:
        active.remove(job_id)
    else:
        store.lrem(keys.active, -1, job_id)


def _join_finished(
    store: Any, keys: QueueKeys, finished_set: str, now_ms: int, job_id: str, evicted: list[str]
) -> None:
    """Do ``retention.record_finish`` for a job whose hash is written, and for what ``_to_evict`` said."""
    held = store._data
    finished = held.get(finished_set)
    if finished is None:
        finished = held[finished_set] = SortedSet()
    finished.add(job_id, float(now_ms))
    if evicted:
        finished.drop_lowest(len(evicted))
        for gone in evicted:
            for key in (keys.base + gone, keys.base + gone + LOGS):
                if key in held:
                    del held[key]
                    store._expires_ms.pop(key, None)


def _locked(store: Any, keys: QueueKeys, job_id: str, lock_params: LockParams, job: Any, now_ms: int) -> Job:
    """Do ``dequeue.lock_next`` and read the job."""
    held = store._data
    lock_key = keys.base + job_id + LOCK
    held[lock_key] = lock_params.token
    store._expires_ms[lock_key] = store.clock.now_ms + lock_params.duration_ms
    if keys.priority in held:
        store.zrem(keys.priority, job_id)
    if type(job) is JobRow:
        job.processed_on_ms = now_ms
        read: Job = job.as_job(job_id)
        return read
    job["processedOn"] = str(now_ms)
    return Job.from_hash(job, job_id)


def _as_hash(held: Any, keys: QueueKeys, job_id: str) -> Any:
    """Return a job's hash, which a row becomes."""
    job_key = keys.base + job_id
    fields = held[job_key]
    if type(fields) is JobRow:
        fields = held[job_key] = fields.as_hash()
    return fields
