"""Which finished jobs have to go when one more finishes."""

from typing import Any

from sim.queue.keys import LOGS, QueueKeys
from sim.queue.retention_options import BreaksOff, Keep, Retention
from sim.queue.store import Transaction

Entry = tuple[float, str]


def jobs_to_evict(
    tx: Transaction, finished_set: str, newcomer: Entry, *, count: int | None, age_s: int | float | None
) -> list[str]:
    """List the jobs that leave a set of finished jobs when ``newcomer`` joins it, oldest first; it may be among them.

    Args:
        finished_set: The key of ``completed`` or ``failed``.
        newcomer: When it finished, epoch ms, and its id.
        count: Keep the newest so many; None keeps any number.
        age_s: Keep those that finished within so many seconds; None for ever.

    The whole set is trimmed by the newcomer's own option. Jobs that finished in the same millisecond stand in string
    order of their ids, so of 12 jobs that fail at once with a count of 5, the ids 5 to 9 stay.

    Redis: ZCARD and ZRANGE (ZRANGEBYSCORE with an age), O(log n + evicted); the caller watches the set.

    Source: BULL_FACTS 2.
    """
    now_ms, job_id = newcomer
    evicted: list[str] = []
    if age_s is not None:
        oldest_kept_ms = now_ms - age_s * 1000
        evicted = [aged for aged in tx.zrangebyscore(finished_set, "-inf", oldest_kept_ms) if aged != job_id]
        if now_ms <= oldest_kept_ms:
            evicted.append(job_id)
    if count is not None:
        here_already = tx.zscore(finished_set, job_id) is not None
        if not evicted and not here_already:
            return _oldest(tx, finished_set, newcomer, tx.zcard(finished_set) + 1 - count)
        gone = set(evicted)
        staying = tx.zcard(finished_set) - here_already - len(gone - {job_id}) + (job_id not in gone)
        excess = staying - count
        if excess > 0:
            lowest: list[Any] = tx.zrange(finished_set, 0, len(evicted) + excess, withscores=True)
            entries = [(score, other) for other, score in lowest if other != job_id and other not in gone]
            if job_id not in gone:
                entries.append((now_ms, job_id))
            evicted += [other for _score, other in sorted(entries)[:excess]]
    return evicted


def _oldest(tx: Transaction, finished_set: str, newcomer: Entry, excess: int) -> list[str]:
    """List the oldest ``excess`` jobs of a set and its newcomer."""
    if excess <= 0:
        return []
    lowest: list[tuple[str, float]] = tx.zrange(finished_set, 0, excess - 1, withscores=True)
    if len(lowest) == excess and (lowest[-1][1], lowest[-1][0]) < newcomer:
        return [job_id for job_id, _score in lowest]
    entries = [(score, job_id) for job_id, score in lowest]
    return [job_id for _score, job_id in sorted([*entries, newcomer])[:excess]]


def plan_evictions(tx: Transaction, finished_set: str, newcomer: Entry, keep: Retention | None) -> list[str]:
    """List what has to go when ``newcomer`` joins a set of finished jobs; watches the set where the option looks at it.

    Redis: as ``jobs_to_evict``; nothing where the option keeps all or none.
    """
    count, age_s = _limits(keep)
    if count == 0:
        return [newcomer[1]]
    if count is None and age_s is None:
        return []
    tx.watch(finished_set)
    return jobs_to_evict(tx, finished_set, newcomer, count=count, age_s=age_s)


def record_finish(
    tx: Transaction, keys: QueueKeys, finished_set: str, newcomer: Entry, fields: dict[str, str], evicted: list[str]
) -> None:
    """Record the end of a job and delete what has to go; call it after ``multi()``.

    Args:
        fields: Written into the job's hash, if the job stays.
        evicted: What ``plan_evictions`` said; the newcomer may be among it.

    Redis: ZADD, HSET, DEL and ZREM of the evicted.
    """
    now_ms, job_id = newcomer
    if job_id not in evicted:
        tx.zadd(finished_set, {job_id: now_ms})
        tx.hset(keys.base + job_id, mapping=fields)
    if evicted:
        delete_finished(tx, keys, finished_set, evicted)


def delete_finished(tx: Transaction, keys: QueueKeys, finished_set: str, job_ids: list[str]) -> None:
    """Delete jobs with their logs and take them out of the set; call it after ``multi()``."""
    if not job_ids:
        return
    doomed: list[str] = []
    for job_id in job_ids:
        job_key = keys.base + job_id
        doomed += (job_key, job_key + LOGS)
    tx.delete(*doomed)
    tx.zrem(finished_set, *job_ids)


def _limits(keep: Retention | None) -> tuple[int | None, int | float | None]:
    """Turn the option into a count and an age; a count of 0 keeps nothing."""
    if isinstance(keep, Keep):
        return keep.count, keep.age_s
    if isinstance(keep, BreaksOff):
        return None, keep.age_s
    if isinstance(keep, bool) or keep is None:
        return (0 if keep else None), None
    return (keep if keep >= 0 else None), None
