"""Look without touching: counts, jobs by state, one job, what is left to do."""

import math
from collections.abc import Callable, Sequence
from typing import Any, Literal

from redis.exceptions import ResponseError

from sim.queue.job import Job
from sim.queue.keys import QueueKeys
from sim.queue.store import Store
from sim.queue.submit import SCALE

State = Literal["waiting", "active", "completed", "failed", "delayed", "paused"]
STATES: tuple[State, ...] = ("waiting", "active", "completed", "failed", "delayed", "paused")
_LISTS = ("waiting", "active", "paused")
_BY_PROGRESS: tuple[State, ...] = ("completed", "failed", "delayed", "waiting", "paused", "active")
"""The later a state stands here, the more may still happen to a job in it."""


def job_counts(store: Store, keys: QueueKeys) -> dict[State, int]:
    """Count the jobs in each state.

    Redis: LLEN and ZCARD; each exact, together not one moment. O(1).
    """
    return {
        "waiting": store.llen(keys.wait),
        "active": store.llen(keys.active),
        "completed": store.zcard(keys.completed),
        "failed": store.zcard(keys.failed),
        "delayed": store.zcard(keys.delayed),
        "paused": store.llen(keys.paused),
    }


def job_counter(store: Store, keys: QueueKeys) -> Callable[[], tuple[int, ...]]:
    """Return what counts the jobs in each state, in the order of ``job_counts``, for whoever counts again and again.

    Redis: LLEN and ZCARD; each exact, together not one moment. O(1).
    """
    sizes = [
        (store.llen, keys.wait),
        (store.llen, keys.active),
        (store.zcard, keys.completed),
        (store.zcard, keys.failed),
        (store.zcard, keys.delayed),
        (store.llen, keys.paused),
    ]
    return lambda: tuple([size(key) for size, key in sizes])


def has_unfinished_jobs(store: Store, keys: QueueKeys) -> bool:
    """Tell whether any job waits, runs or is delayed, in a queue that is paused too.

    Redis: EXISTS wait, active, delayed and paused. O(1).
    """
    return bool(store.exists(keys.wait, keys.active, keys.delayed, keys.paused))


def state_by_id(store: Store, keys: QueueKeys) -> dict[str, State]:
    """Say which state each job is in; of an id that is in two, where it may still run.

    A key that holds something of another kind holds no job.

    Redis: LRANGE or ZRANGE of every state; each exact, together not one moment. O(n).
    """
    states: dict[str, State] = {}
    for state in _BY_PROGRESS:
        read = store.lrange if state in _LISTS else store.zrange
        try:
            ids: Sequence[Any] = read(keys.of_state(state), 0, -1)
        except ResponseError:  # somebody put something else there
            continue
        states.update(dict.fromkeys(ids, state))
    return states


def next_in_each_state(store: Store, keys: QueueKeys) -> list[object]:
    """Say how many jobs wait, run and are delayed, and which come next: two looks differ if somebody changed that.

    A key that holds something of another kind holds no job.

    Redis: LLEN and LINDEX, ZCARD and ZRANGE of one. O(1).
    """
    found: list[object] = []
    for key in (keys.wait, keys.paused, keys.active):
        try:
            found.append((store.llen(key), store.lindex(key, -1)))
        except ResponseError:
            found.append(None)
    try:
        found.append((store.zcard(keys.delayed), store.zrange(keys.delayed, 0, 0, withscores=True)))
    except ResponseError:
        found.append(None)
    return found


def due_times(store: Store, keys: QueueKeys) -> list[int]:
    """List when the delayed jobs become due, epoch ms, in order; jobs whose score tells no time are left out.

    Redis: ZRANGE WITHSCORES. O(n).
    """
    try:
        delayed: list[tuple[str, float]] = store.zrange(keys.delayed, 0, -1, withscores=True)
    except ResponseError:  # somebody put something else there
        return []
    return [int(score / SCALE) for _job_id, score in delayed if math.isfinite(score) and score > 0]


def job_ids(store: Store, keys: QueueKeys, state: State) -> Sequence[str]:
    """List a state's jobs: those in line by who runs next, finished ones newest first, delayed ones by due time.

    Redis: LRANGE or ZRANGE. O(n).

    Source: BULL_FACTS 2.
    """
    if state in _LISTS:
        return store.lrange(keys.of_state(state), 0, -1)[::-1]
    if state == "delayed":
        delayed: list[Any] = store.zrange(keys.delayed, 0, -1)
        return delayed
    finished: list[Any] = store.zrange(keys.of_state(state), 0, -1, desc=True)
    return finished


def get_job(store: Store, keys: QueueKeys, job_id: str) -> Job | None:
    """Read one job; None when its hash does not exist.

    Redis: HGETALL. O(1).
    """
    fields = store.hgetall(keys.job(job_id))
    return Job.from_hash(fields, job_id) if fields else None


def job_state(store: Store, keys: QueueKeys, job_id: str) -> State | Literal["stuck"]:
    """Name the state a job is in; ``stuck`` when no list has it.

    Redis: ZSCORE on three sets, LPOS on three lists. O(n).
    """
    if store.zscore(keys.completed, job_id) is not None:
        return "completed"
    if store.zscore(keys.failed, job_id) is not None:
        return "failed"
    if store.zscore(keys.delayed, job_id) is not None:
        return "delayed"
    for state, key in (("active", keys.active), ("waiting", keys.wait), ("paused", keys.paused)):
        if store.lpos(key, job_id) is not None:
            return state  # type: ignore[return-value]  # the tuple's first items are states
    return "stuck"
