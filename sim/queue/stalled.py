"""Find active jobs whose lock is gone, in two phases, and put them first in line or give them up."""

from bisect import bisect_left, insort
from collections.abc import Sequence
from typing import NamedTuple

import orjson
from redis.exceptions import ResponseError

from sim.queue.dead_lettering import DeadLettering, Move
from sim.queue.errors import UnreadableOptions
from sim.queue.insertion import enqueue_key
from sim.queue.javascript import number_of, whole
from sim.queue.keys import QueueKeys
from sim.queue.retention import delete_finished, jobs_to_evict
from sim.queue.retention_options import BreaksOff, Keep, Limits, Retention, read_when_stalled
from sim.queue.store import Store, Transaction, atomic

REASON = "job stalled more than allowable limit"


class StalledCheck(NamedTuple):
    """What one check did.

    Attributes:
        ran: False when another check ran less than the interval ago, and this one did nothing.
        stalled: Jobs put back in line.
        failed: Jobs given up, having stalled too often.
        evicted: Failed jobs that retention removed.
        dead: Those of ``failed`` that went to the dead letter queue, with their ids there.
    """

    ran: bool
    stalled: list[str]
    failed: list[str]
    evicted: list[str]
    dead: Sequence[Move] = ()


def check_stalled_jobs(
    store: Store,
    keys: QueueKeys,
    *,
    now_ms: int,
    max_stalled: float,
    interval_ms: int,
    dead: QueueKeys | None = None,
) -> StalledCheck:
    """Recover the marked jobs that have no lock, then mark every active job for the next check.

    A job counts as stalled when the check before marked it and nobody has renewed its lock since. It goes to the front
    of the line, ahead of every priority, or fails when it has stalled more than ``max_stalled`` times in its life,
    whatever ``attempts`` says. A stall costs no attempt.

    Args:
        max_stalled: Infinity means without limit; less than 0 is the same as 0.
        interval_ms: For so long no other check runs on this queue, whichever process asks; above 0.
        dead: The dead letter queue that takes jobs given up, in place of the failed set and its retention.

    Raises:
        UnreadableOptions: A job that stalled too often has no options that can be read, or a ``removeOnFail`` that
            makes no sense. What came before it is done; the job itself is in no list any more, or has failed, and the
            marks of all others are lost until the next check. Not with ``dead``: no option is asked then, and the job
            is kept with what there is of it.
        redis.ResponseError: Definite. The interval is 0 or less, which Redis takes for no expiry; nothing has changed.
        redis.ConnectionError: Indefinite.

    Redis:
        EXISTS and SET stalled-check PX, SMEMBERS stalled, EXISTS lock, LREM active, HINCRBY stalledCounter, RPUSH wait
        or ZADD failed (with ``dead`` RENAME job and LPUSH wait of the dead letter queue), LRANGE active, SADD stalled.
        One atomic step. O(active + stalled * active). Then LRANGE active and SREM stalled of those that ended
        meanwhile: ``active`` is too busy to be watched.

    Source: BULL_FACTS 4, 13, 42; reliability-model.md, Dead Letter Queue. Of several marked jobs the one with the
        largest number runs first.
    """
    if store.exists(keys.stalled_check):
        return StalledCheck(False, [], [], [])
    if interval_ms <= 0:
        raise ResponseError("invalid expire time in 'set' command")

    def body(tx: Transaction) -> StalledCheck | UnreadableOptions:
        tx.watch(keys.stalled_check, keys.stalled, keys.meta_paused, keys.failed)
        if tx.exists(keys.stalled_check):
            return StalledCheck(False, [], [], [])
        marked = sorted(tx.smembers(keys.stalled), key=_numbers_first)
        if marked:
            tx.watch(*[keys.lock(job_id) for job_id in marked])
        active = tx.lrange(keys.active, 0, -1)
        present = set(active)
        abandoned = [job_id for job_id in marked if job_id in present and not tx.exists(keys.lock(job_id))]
        target = enqueue_key(tx, keys)
        counters = {job_id: whole(tx.hget(keys.job(job_id), "stalledCounter")) + 1 for job_id in abandoned}
        options: dict[str, Limits | None] = {}
        unreadable: UnreadableOptions | None = None
        end = {"failedReason": REASON, "finishedOn": str(now_ms)}
        moving = DeadLettering(tx, keys, dead) if dead is not None and abandoned else None
        for place, job_id in enumerate(abandoned):
            if counters[job_id] > max_stalled:
                if moving is not None:
                    moving.plan(tx, job_id, {**end, "stalledCounter": str(counters[job_id])})
                    continue
                try:
                    keep = _remove_on_fail(tx.hget(keys.job(job_id), "opts"))
                except ValueError:
                    unreadable = UnreadableOptions(job_id)
                    abandoned = abandoned[: place + 1]
                    break
                if isinstance(keep, BreaksOff):
                    options[job_id] = Keep(None, keep.age_s)
                    unreadable = UnreadableOptions(job_id)
                    abandoned = abandoned[: place + 1]
                    break
                options[job_id] = keep
        stalled = [job_id for job_id in abandoned if counters[job_id] <= max_stalled]
        failed = list(options) if moving is None else [move.job_id for move in moving.moves]
        evicted = _plan_evictions(tx, keys, list(options), options, now_ms)
        still_active = _without(active, abandoned)
        tx.multi()
        tx.set(keys.stalled_check, now_ms, px=interval_ms)
        if marked:
            tx.delete(keys.stalled)
        for job_id in abandoned:
            tx.lrem(keys.active, 1, job_id)
            tx.hincrby(keys.job(job_id), "stalledCounter", 1)
            if counters[job_id] <= max_stalled:
                tx.rpush(target, job_id)
            elif job_id in options:
                tx.zadd(keys.failed, {job_id: now_ms})
                tx.hset(keys.job(job_id), mapping=end)
        if moving is not None:
            moving.write(tx)
        delete_finished(tx, keys, keys.failed, evicted)
        if unreadable is not None:
            return unreadable
        if still_active:
            tx.sadd(keys.stalled, *still_active)
        return StalledCheck(True, stalled, failed, evicted, () if moving is None else moving.moves)

    check = atomic(store, body)
    if isinstance(check, UnreadableOptions):
        raise check
    if check.ran:
        _unmark_departed(store, keys)
    return check


def remember_check(store: Store, keys: QueueKeys, *, checked_ms: int, now_ms: int, interval_ms: int) -> None:
    """Leave behind what a check in the recent past has left: no other runs until the interval after it is over.

    Args:
        checked_ms: When that check was, epoch ms.
        now_ms: Current time, epoch ms.

    Redis: SET stalled-check PX. O(1).
    """
    store.set(keys.stalled_check, checked_ms, px=checked_ms + interval_ms - now_ms)


def _without(active: list[str], abandoned: list[str]) -> list[str]:
    """List the active ids without the first of each abandoned one; an id may stand there twice."""
    leaving = set(abandoned)
    staying: list[str] = []
    for job_id in active:
        if job_id in leaving:
            leaving.remove(job_id)
        else:
            staying.append(job_id)
    return staying


def _unmark_departed(store: Store, keys: QueueKeys) -> None:
    """Take marks away from jobs that left ``active`` between the check's look at it and its marking.

    Such a mark would make the next check take the job for abandoned if it had just been popped again.
    """
    marked = store.smembers(keys.stalled)
    active = set(store.lrange(keys.active, 0, -1))
    departed = [job_id for job_id in marked if job_id not in active]
    if departed:
        store.srem(keys.stalled, *departed)


def _numbers_first(job_id: str) -> tuple[int, int, str]:
    """Order as a Redis set of integers lists them; the order of other ids is unspecified there, and by text here."""
    number = number_of(job_id)
    return (1, 0, job_id) if number is None else (0, number, job_id)


def _remove_on_fail(opts: str | None) -> Retention | None:
    options = orjson.loads(opts or "")
    if isinstance(options, list):
        return None
    if not isinstance(options, dict):
        raise ValueError("no object")
    return read_when_stalled(options, "removeOnFail")


def _plan_evictions(
    tx: Transaction, keys: QueueKeys, failed: list[str], options: dict[str, Limits | None], now_ms: int
) -> list[str]:
    """List what the retention options of the failing jobs remove, one after the other.

    A plain number trims to that number, and 0 wipes the whole set with every hash in it (measured; after an ordinary
    failure 0 removes only the job itself). Several jobs that fail in one check are trimmed as if they had joined
    together.
    """
    if len(failed) == 1 and not _wipes(options[failed[0]]):
        (job_id,) = failed
        keep = options[job_id]
        if isinstance(keep, bool) or keep is None:
            return [job_id] if keep else []
        count, age_s = _count_and_age(keep)
        return jobs_to_evict(tx, keys.failed, (now_ms, job_id), count=count, age_s=age_s)
    if all(keep is None or keep is False for keep in options.values()):
        return []
    listed: list[tuple[str, float]] = tx.zrange(keys.failed, 0, -1, withscores=True)
    standing = _Standing(listed, now_ms)
    evicted: list[str] = []
    for job_id in failed:
        keep = options[job_id]
        if keep is True:
            standing.take_out(job_id)
            evicted.append(job_id)
            continue
        standing.join(job_id)
        if keep is None or keep is False:
            continue
        if _wipes(keep):
            evicted += standing.wipe()
            continue
        count, age_s = _count_and_age(keep)
        evicted += standing.trim(count, age_s)
    return evicted


def _wipes(keep: Limits | None) -> bool:
    return type(keep) is int and keep == 0


def _count_and_age(keep: int | Keep) -> tuple[int | None, int | float | None]:
    return (keep.count or None, keep.age_s) if isinstance(keep, Keep) else (keep, None)


class _Standing:
    """The failed set as it stands while one job after another joins it, all at one moment."""

    def __init__(self, listed: list[tuple[str, float]], now_ms: int) -> None:
        self._now_ms = now_ms
        self._scores = dict(listed)
        self._entries = [(score, job_id) for job_id, score in listed]
        self._first = 0

    def join(self, job_id: str) -> None:
        self.take_out(job_id)
        self._scores[job_id] = self._now_ms
        insort(self._entries, (self._now_ms, job_id), lo=self._first)

    def take_out(self, job_id: str) -> None:
        score = self._scores.pop(job_id, None)
        if score is not None:
            del self._entries[bisect_left(self._entries, (score, job_id), lo=self._first)]

    def trim(self, count: int | None, age_s: int | float | None) -> list[str]:
        """Take out what is too old, then the oldest until no more than ``count`` stand there."""
        entries, last = self._entries, self._first
        while age_s is not None and last < len(entries) and entries[last][0] <= self._now_ms - age_s * 1000:
            last += 1
        if count is not None:
            last = max(last, len(entries) - count)
        gone = [job_id for _score, job_id in entries[self._first : last]]
        self._first = last
        for job_id in gone:
            del self._scores[job_id]
        return gone

    def wipe(self) -> list[str]:
        """Take out all: in the order of the set, then in the order in which they joined."""
        gone = list(self._scores)
        self._scores.clear()
        self._first = len(self._entries)
        return gone
