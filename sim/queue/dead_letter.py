"""What an operator does with the dead letter queue: look, put jobs back into their queue, throw them away."""

from collections.abc import Callable
from typing import Any, NamedTuple

import orjson

from sim.queue.dead_lettering import FROM_ID, FROM_QUEUE, TRAIL, Life, Move, read_trail
from sim.queue.errors import NoDeadLetter
from sim.queue.id_allocator import IdAllocator
from sim.queue.insertion import Insertion, enqueue_key
from sim.queue.javascript import priority_of
from sim.queue.job import DEFAULT_NAME
from sim.queue.keys import QueueKeys
from sim.queue.store import Store, Transaction, atomic

BATCH = 100
"""Jobs that one step replays or purges at most: it watches each of them."""
LIFE = ("attemptsMade", "stalledCounter", "stacktrace", "failedReason", "processedOn", "finishedOn", "returnvalue")
"""Fields of the life that is over; a replayed job begins without them, and its trail keeps them."""


class DeadLetter(NamedTuple):
    """A job in the dead letter queue.

    Attributes:
        id: Its id there.
        queue: The queue that it comes from.
        job_id: Its id in that queue.
        data: What it was given; the bare text where that is no JSON.
        failed_reason: Why it failed for good.
        attempts_made: Failed attempts of its last life.
        stalled_counter: How often it was found stalled in its last life.
        finished_on_ms: When it failed for good, epoch ms.
        trail: All of its lives, the oldest first; the last of them is the one that it died of.
        fields: Its hash as it stands.
    """

    id: str
    queue: str
    job_id: str
    name: str
    data: Any
    failed_reason: str
    attempts_made: int
    stalled_counter: int
    finished_on_ms: int
    trail: list[Life]
    fields: dict[str, str]

    @classmethod
    def from_hash(cls, fields: dict[str, str], dead_id: str, queue: str) -> "DeadLetter":
        """Read it from its hash; whatever is broken in there, there is something to look at."""
        life = Life.from_fields(fields)
        return cls(
            dead_id,
            fields.get(FROM_QUEUE, queue),
            fields.get(FROM_ID, dead_id),
            fields.get("name") or DEFAULT_NAME,
            _data(fields.get("data")),
            life.failed_reason,
            life.attempts_made,
            life.stalled_counter,
            life.finished_on_ms,
            read_trail(fields.get(TRAIL)),
            fields,
        )


def dead_letter_ids(store: Store, keys: QueueKeys) -> list[str]:
    """List the jobs that stand in a queue's dead letter queue, by their ids there, the oldest first.

    Args:
        keys: The queue that they come from.

    Redis: LRANGE wait and paused of the dead letter queue. O(n).
    """
    dead = keys.dead_letters()
    return [*store.lrange(dead.wait, 0, -1)[::-1], *store.lrange(dead.paused, 0, -1)[::-1]]


def dead_letter_counter(store: Store, keys: QueueKeys) -> Callable[[], int]:
    """Return what counts the jobs in a queue's dead letter queue, for whoever counts again and again.

    Args:
        keys: The queue that they come from.

    Redis: LLEN wait and paused of the dead letter queue. O(1).
    """
    dead = keys.dead_letters()
    size, places = store.llen, (dead.wait, dead.paused)
    return lambda: sum([size(place) for place in places])


def dead_letters(store: Store, keys: QueueKeys) -> list[DeadLetter]:
    """Read the jobs in a queue's dead letter queue, the oldest first.

    Redis: as ``dead_letter_ids``, then HGETALL of each; each exact, together not one moment. O(n).
    """
    dead = keys.dead_letters()
    found = [(dead_id, store.hgetall(dead.job(dead_id))) for dead_id in dead_letter_ids(store, keys)]
    return [DeadLetter.from_hash(fields, dead_id, keys.name) for dead_id, fields in found if fields]


def replay_job(store: Store, keys: QueueKeys, dead_id: str, *, now_ms: int) -> Move:
    """Put one dead job back into its queue like a new one: fresh attempts, its priority, the back of the line.

    It gets its old id where that is free, else that with -2, -3 and so on. Its attempts, stalls and stacks so far stay
    in its trail. An initial delay is over and is not waited for again. A job whose effect had happened before it died
    has it once more: nothing here can know.

    Args:
        keys: The queue that it goes back to.

    Raises:
        NoDeadLetter: Definite. No such job waits in the dead letter queue; another operator may have had it.
        redis.ConnectionError: Indefinite. It may have been replayed.

    Redis:
        EXISTS and HGETALL dead job, EXISTS job, LREM dead wait, RENAME dead job (and its logs), HDEL and HSET job,
        LPUSH, RPUSH or LINSERT wait (``paused`` while the queue is paused). One atomic step. O(dead letters); with a
        priority O(waiting) more.

    Source: reliability-model.md, Dead Letter Queue, Manual Retry; BULL_FACTS 3, 11 (where an add puts a job).
    """
    moves, _seen = atomic(store, _replay, keys, [dead_id], now_ms)
    if not moves:
        raise NoDeadLetter(dead_id, keys.dead_letters().name)
    return moves[0]


def replay_all(store: Store, keys: QueueKeys, *, now_ms: int) -> list[Move]:
    """Put all jobs that are dead now back into their queue, the oldest first; see ``replay_job``.

    A job that dies again meanwhile is not replayed a second time.

    Redis: as ``replay_job``; one atomic step for every 100 jobs, jobs with a priority one step each. O(n).
    """
    moved: list[Move] = []
    remaining = dead_letter_ids(store, keys)
    while remaining:
        moves, seen = atomic(store, _replay, keys, remaining[:BATCH], now_ms)
        moved += moves
        remaining = remaining[seen:]
    return moved


def purge_job(store: Store, keys: QueueKeys, dead_id: str) -> None:
    """Delete one dead job with everything that is known of it.

    Raises:
        NoDeadLetter: Definite. No such job waits in the dead letter queue.
        redis.ConnectionError: Indefinite. It may be gone.

    Redis: EXISTS, LREM dead wait, DEL dead job and logs. One atomic step. O(dead letters).
    """
    if not atomic(store, _purge, keys, [dead_id]):
        raise NoDeadLetter(dead_id, keys.dead_letters().name)


def purge_all(store: Store, keys: QueueKeys) -> list[str]:
    """Delete all jobs that are dead now, and return the ids they had in the dead letter queue, the oldest first.

    Redis: as ``purge_job``; one atomic step for every 100 jobs. O(n).
    """
    purged: list[str] = []
    doomed = dead_letter_ids(store, keys)
    for start in range(0, len(doomed), BATCH):
        purged += atomic(store, _purge, keys, doomed[start : start + BATCH])
    return purged


def _replay(tx: Transaction, keys: QueueKeys, dead_ids: list[str], now_ms: int) -> tuple[list[Move], int]:
    """Replay those of the jobs that stand there, up to and including the first with a priority; count those seen."""
    dead = keys.dead_letters()
    lists = _Lists(tx, dead)
    tx.watch(keys.meta_paused)
    line = enqueue_key(tx, keys)
    ids = IdAllocator(tx, keys)
    moves: list[Move] = []
    entries: list[Insertion] = []
    logged: list[bool] = []
    seen = 0
    for dead_id in dead_ids:
        seen += 1
        tx.watch(dead.job(dead_id), dead.logs(dead_id))
        fields = tx.hgetall(dead.job(dead_id))
        if not fields or not lists.hold(dead_id):
            continue
        job_id = ids.find(tx, fields.get(FROM_ID, dead_id))
        priority = priority_of(fields.get("priority"))
        entries.append(Insertion(tx, keys, line, job_id, priority=priority, lifo=_is_lifo(fields.get("opts"))))
        moves.append(Move(job_id, dead_id))
        logged.append(bool(tx.exists(dead.logs(dead_id))))
        if priority:
            break
    tx.multi()
    for (job_id, dead_id), entry, has_logs in zip(moves, entries, logged, strict=True):
        lists.remove(tx, dead_id)
        tx.rename(dead.job(dead_id), keys.job(job_id))
        if has_logs:
            tx.rename(dead.logs(dead_id), keys.logs(job_id))
        tx.hdel(keys.job(job_id), *LIFE, FROM_QUEUE, FROM_ID)
        tx.hset(keys.job(job_id), "retriedOn", str(now_ms))
        entry.write(tx)
    ids.write(tx)
    return moves, seen


def _purge(tx: Transaction, keys: QueueKeys, dead_ids: list[str]) -> list[str]:
    dead = keys.dead_letters()
    lists = _Lists(tx, dead)
    doomed = [dead_id for dead_id in dead_ids if lists.hold(dead_id)]
    tx.multi()
    for dead_id in doomed:
        lists.remove(tx, dead_id)
        tx.delete(dead.job(dead_id), dead.logs(dead_id))
    return doomed


class _Lists:
    """The two lists in which dead letters may stand; it watches them."""

    def __init__(self, tx: Transaction, dead: QueueKeys) -> None:
        tx.watch(dead.wait, dead.paused)
        self._members = {key: frozenset(tx.lrange(key, 0, -1)) for key in (dead.wait, dead.paused)}

    def hold(self, dead_id: str) -> bool:
        return any(dead_id in members for members in self._members.values())

    def remove(self, tx: Transaction, dead_id: str) -> None:
        """Take a job out, from the old end of the list; call it after ``multi()``."""
        for key, members in self._members.items():
            if dead_id in members:
                tx.lrem(key, -1, dead_id)


def _is_lifo(opts: str | None) -> bool:
    options = _data(opts)
    return isinstance(options, dict) and bool(options.get("lifo"))


def _data(text: str | None) -> Any:
    try:
        return orjson.loads(text or "{}")
    except ValueError:
        return text
