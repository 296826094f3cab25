"""The part of a step that puts jobs which failed for good into the dead letter queue instead of the failed set."""

from typing import Any, NamedTuple

import orjson

from sim.queue.id_allocator import IdAllocator
from sim.queue.insertion import enqueue_key
from sim.queue.javascript import whole
from sim.queue.job import to_json
from sim.queue.keys import QueueKeys
from sim.queue.store import Transaction

FROM_QUEUE = "fromQueue"
FROM_ID = "fromId"
TRAIL = "trail"
"""What the hash of a dead letter has beside Bull's own fields."""


class Move(NamedTuple):
    """A job that went from a queue to its dead letter queue, or back.

    Attributes:
        job_id: Its id in the queue.
        dead_id: Its id in the dead letter queue.
    """

    job_id: str
    dead_id: str


class Life(NamedTuple):
    """One life of a job, from its first attempt to its final failure.

    Attributes:
        failed_reason: Why it failed for good.
        attempts_made: Failed attempts; a stall is none.
        stalled_counter: How often it was found stalled.
        stacktrace: The stacks of its failed attempts, the oldest first.
        finished_on_ms: When it failed for good, epoch ms.
    """

    failed_reason: str
    attempts_made: int
    stalled_counter: int
    stacktrace: list[str]
    finished_on_ms: int

    @classmethod
    def from_fields(cls, fields: dict[str, str]) -> "Life":
        """Read it from the hash of a job that has just failed for good."""
        return cls(
            fields.get("failedReason", ""),
            whole(fields.get("attemptsMade")),
            whole(fields.get("stalledCounter")),
            _list(fields.get("stacktrace")),
            whole(fields.get("finishedOn")),
        )

    def as_json(self) -> dict[str, Any]:
        """The life as the trail holds it, under Bull's own names."""
        return {
            "failedReason": self.failed_reason,
            "attemptsMade": self.attempts_made,
            "stalledCounter": self.stalled_counter,
            "stacktrace": self.stacktrace,
            "finishedOn": self.finished_on_ms,
        }


class DeadLettering:
    """Jobs of one queue that move to its dead letter queue in one step; ``plan`` before ``multi()``, ``write`` after.

    The whole hash moves, with its logs, and stands at the back of the dead letter queue's line; it has no place in its
    own queue any more, so retention has nothing to remove. This life is added to the job's trail.

    Redis:
        WATCH, HGETALL and EXISTS of the job, what ``IdAllocator`` needs; then HSET, RENAME job (and its logs), LPUSH to
        ``wait`` of the dead letter queue (``paused`` while that is paused). O(1) for each job.

    Source: reliability-model.md, Dead Letter Queue; docs/dead-letters.md.
    """

    __slots__ = ("_dead", "_fields", "_ids", "_keys", "_line", "_logged", "moves")

    def __init__(self, tx: Transaction, keys: QueueKeys, dead: QueueKeys) -> None:
        tx.watch(dead.meta_paused)
        self._keys = keys
        self._dead = dead
        self._line = enqueue_key(tx, dead)
        self._ids = IdAllocator(tx, dead)
        self._fields: list[dict[str, str]] = []
        self._logged: list[bool] = []
        self.moves: list[Move] = []

    def plan(self, tx: Transaction, job_id: str, end: dict[str, str]) -> Move:
        """Read what has to be known of a job.

        Args:
            end: The fields that its final failure writes into its hash.
        """
        job_key, logs = self._keys.job(job_id), self._keys.logs(job_id)
        tx.watch(job_key, logs)
        fields = tx.hgetall(job_key) | end
        trail = [*_list(fields.get(TRAIL)), Life.from_fields(fields).as_json()]
        self._fields.append({**end, FROM_QUEUE: self._keys.name, FROM_ID: job_id, TRAIL: to_json(trail)})
        self._logged.append(bool(tx.exists(logs)))
        self.moves.append(Move(job_id, self._ids.find(tx, job_id)))
        return self.moves[-1]

    def write(self, tx: Transaction) -> None:
        """Move the jobs, in the order in which they were planned; call it after ``multi()``."""
        for (job_id, dead_id), fields, logged in zip(self.moves, self._fields, self._logged, strict=True):
            tx.hset(self._keys.job(job_id), mapping=fields)
            tx.rename(self._keys.job(job_id), self._dead.job(dead_id))
            if logged:
                tx.rename(self._keys.logs(job_id), self._dead.logs(dead_id))
            tx.lpush(self._line, dead_id)
        self._ids.write(tx)


def read_trail(text: str | None) -> list[Life]:
    """Read the hash field ``trail``, the oldest life first; what is no JSON or no life is left out."""
    lives = [life for life in _list(text) if isinstance(life, dict)]
    return [
        Life(
            str(life.get("failedReason", "")),
            whole(life.get("attemptsMade")),
            whole(life.get("stalledCounter")),
            list(life.get("stacktrace") or []),
            whole(life.get("finishedOn")),
        )
        for life in lives
    ]


def _list(text: str | None) -> list[Any]:
    try:
        found = orjson.loads(text or "[]")
    except ValueError:
        return []
    return found if isinstance(found, list) else []
