"""Look without touching: counts, jobs by state, one job."""

from collections.abc import Sequence
from typing import Any, Literal

from sim.queue.job import Job
from sim.queue.keys import QueueKeys
from sim.queue.store import Store

State = Literal["waiting", "active", "completed", "failed", "delayed", "paused"]
STATES: tuple[State, ...] = ("waiting", "active", "completed", "failed", "delayed", "paused")


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


def job_ids(store: Store, keys: QueueKeys, state: State) -> Sequence[str]:
    """List a state's jobs: those in line by who runs next, finished ones newest first, delayed ones by due time.

    Redis: LRANGE or ZRANGE. O(n).

    Source: BULL_FACTS 2.
    """
    if state in ("waiting", "active", "paused"):
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
