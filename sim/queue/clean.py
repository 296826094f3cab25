"""An operator takes out the jobs of one state that are older than so much."""

from collections.abc import Iterator

from sim.queue.getters import State
from sim.queue.keys import QueueKeys
from sim.queue.remove import Belongings
from sim.queue.store import Store, Transaction, atomic

NOBODY = ""
"""Stands in a list where a job is taken out, until all such places are taken out at once."""


def clean_jobs(
    store: Store, keys: QueueKeys, state: State, *, now_ms: int, grace_ms: int = 0, limit: int = 0
) -> list[str]:
    """Remove the jobs of a state that are older than ``grace_ms``, with their logs, and return their ids in that order.

    A job's age counts from when it finished, else from when it was last started, else from when it was added; one
    without any of these (its hash is gone) counts as old as the one before it. A locked job stays.

    Lists are gone through from the left, where the newest stand; with a limit in pieces of so many from the right.
    **With a limit, delayed jobs are never found**: their scores are due times times 4096, which Bull takes for times.

    Args:
        now_ms: Current time, epoch ms.
        limit: Remove at most so many; 0 or less means all.

    Raises:
        redis.ConnectionError: Indefinite. They may be gone.

    Redis:
        LRANGE or ZRANGE (ZRANGEBYSCORE with a limit) of the state; for each of its jobs WATCH, EXISTS lock, HMGET and
        HGET job; LSET and LREM or ZREM, DEL jobs and logs. One atomic step, where Bull's is one script. O(n).

    Source: cleanJobsInSet-3 of Bull 4.16.5.
    """
    return atomic(store, _clean, keys, state, now_ms - grace_ms, limit)


def _clean(tx: Transaction, keys: QueueKeys, state: State, before_ms: int, limit: int) -> list[str]:
    key = keys.of_state(state)
    is_list = state in ("waiting", "paused", "active")
    tx.watch(key)
    doomed: dict[str, Belongings] = {}
    places: list[int] = []
    removed: list[str] = []
    age_from: str | None = None
    for place, job_id in _candidates(tx, key, is_list, before_ms, limit):
        if 0 < limit <= len(removed):
            break
        tx.watch(keys.lock(job_id), keys.job(job_id))
        if tx.exists(keys.lock(job_id)):
            continue
        if job_id not in doomed:  # whose hash is gone by now
            times = tx.hmget(keys.job(job_id), ["finishedOn", "processedOn", "timestamp"])
            age_from = next((time for time in times if time is not None), age_from)
        if age_from is not None and age_from >= str(before_ms):  # Bull compares them as text
            continue
        doomed.setdefault(job_id, Belongings(tx, keys, job_id))
        places.append(place)
        removed.append(job_id)
    tx.multi()
    if is_list:
        for place in places:
            tx.lset(key, place, NOBODY)
        if places:
            tx.lrem(key, 0, NOBODY)
    elif doomed:
        tx.zrem(key, *doomed)
    for belongings in doomed.values():
        belongings.delete(tx, debounce=state not in ("completed", "failed"))
    return removed


def _candidates(tx: Transaction, key: str, is_list: bool, before_ms: int, limit: int) -> Iterator[tuple[int, str]]:
    """Yield the jobs of a state in the order in which they are looked at, each with its place, from the right."""
    if not is_list:
        members = tx.zrangebyscore(key, 0, before_ms, start=0, num=limit) if limit > 0 else tx.zrange(key, 0, -1)
        yield from enumerate(members)
        return
    piece = limit if limit > 0 else max(1, tx.llen(key))
    end = -1
    while job_ids := tx.lrange(key, end - piece + 1, end):
        yield from enumerate(job_ids, end - len(job_ids) + 1)
        end -= piece
