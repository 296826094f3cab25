"""Which finished jobs have to go when one more finishes."""

from typing import Any

from sim.jobqueue.job import Keep, Retention
from sim.jobqueue.keys import QueueKeys
from sim.jobqueue.store import Transaction

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
        gone = set(evicted)
        here_already = tx.zscore(finished_set, job_id) is not None
        staying = tx.zcard(finished_set) - here_already - len(gone - {job_id}) + (job_id not in gone)
        excess = staying - count
        if excess > 0:
            lowest: list[Any] = tx.zrange(finished_set, 0, len(evicted) + excess, withscores=True)
            entries = [(score, other) for other, score in lowest if other != job_id and other not in gone]
            if job_id not in gone:
                entries.append((now_ms, job_id))
            evicted += [other for _score, other in sorted(entries)[:excess]]
    return evicted


class Finish:
    """One job about to join a set of finished jobs; read it before ``multi()``, ``write`` it after.

    Attributes:
        evicted: The jobs that retention removes with it.
    """

    __slots__ = ("evicted", "fields", "finished_set", "job_id", "keys", "now_ms")

    def __init__(
        self,
        tx: Transaction,
        keys: QueueKeys,
        finished_set: str,
        job_id: str,
        *,
        now_ms: int,
        keep: Retention | None,
        fields: dict[str, str],
    ) -> None:
        """Plan it; ``fields`` are written into the job's hash if the job stays."""
        self.keys = keys
        self.finished_set = finished_set
        self.job_id = job_id
        self.now_ms = now_ms
        self.fields = fields
        count, age_s = _limits(keep)
        if count == 0:
            self.evicted = [job_id]
        elif count is None and age_s is None:
            self.evicted = []
        else:
            self.evicted = jobs_to_evict(tx, finished_set, (now_ms, job_id), count=count, age_s=age_s)

    def write(self, tx: Transaction) -> None:
        """Record the end of the job and delete what has to go; call it after ``multi()``.

        Redis: ZADD, HSET, DEL and ZREM of the evicted.
        """
        if self.job_id not in self.evicted:
            tx.zadd(self.finished_set, {self.job_id: self.now_ms})
            tx.hset(self.keys.job(self.job_id), mapping=self.fields)
        delete_finished(tx, self.keys, self.finished_set, self.evicted)


def delete_finished(tx: Transaction, keys: QueueKeys, finished_set: str, job_ids: list[str]) -> None:
    """Delete jobs with their logs and take them out of the set; call it after ``multi()``."""
    if not job_ids:
        return
    doomed: list[str] = []
    for job_id in job_ids:
        doomed += (keys.job(job_id), keys.logs(job_id))
    tx.delete(*doomed)
    tx.zrem(finished_set, *job_ids)


def trims(keep: Retention | None) -> bool:
    """Tell whether the option looks at the whole set of finished jobs, which then has to be watched."""
    return _limits(keep) not in ((None, None), (0, None))


def _limits(keep: Retention | None) -> tuple[int | None, int | float | None]:
    """Turn the option into a count and an age; a count of 0 keeps nothing."""
    if isinstance(keep, Keep):
        return keep.count, keep.age_s
    if isinstance(keep, bool) or keep is None:
        return (0 if keep else None), None
    return (keep if keep >= 0 else None), None
