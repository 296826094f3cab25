"""The events of a run and the append-only ledger that holds them.

A record is a plain tuple, because a run writes a handful of them for every job. Its fields are ``FIELDS``;
``more`` is a dictionary of what else helps, or ``None``.
"""

import hashlib
import json
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, NamedTuple


class Event(StrEnum):
    """What can happen in a run. The values are the words used in the trace."""

    # one job
    OFFERED = "offered"  # the producer wants this job done; more: queue settings that differ, length_ms
    SUBMIT_WAITING = "submit-waiting"  # the submit hangs in the client's offline queue
    ACCEPTED = "accepted"  # the queue (or the in-process application) has it; more: id, delay_ms
    REJECTED = "rejected"  # the submit raised an error; more: error
    PROMOTED = "promoted"  # a delayed job became due and stands in line
    TAKEN = "taken"  # moved to active, not locked yet (a pop that has not been followed by its lock)
    KILLED = "killed"  # its process died at a named step of it; more: step
    STARTED = "started"  # its handler was called
    EFFECT = "effect"  # something outside the queue changed: reserved, captured or sent; more: effect
    EFFECT_SUPPRESSED = "effect-suppressed"  # an idempotency key stopped a second effect
    ATTEMPT_FAILED = "attempt-failed"  # the handler raised; more: error, permanent
    RETRY_SCHEDULED = "retry-scheduled"  # it will run again; more: delay_ms (0: at once)
    COMPLETED = "completed"  # the queue recorded success, or the in-process caller got its answer
    REFUSED = "refused"  # the queue refused what a worker reported; more: error
    FAILED = "failed"  # given up for good; more: reason, kept
    STALLED = "stalled"  # found active without a lock, and put back in line
    EVICTED = "evicted"  # retention removed it; more: from
    RETRIED = "retried"  # an operator put a failed job back in line
    DEAD_LETTERED = "dead-lettered"  # given up, it went to the dead letter queue; more: id (the one that it has there)
    REPLAYED = "replayed"  # an operator put a dead letter back in line; more: id, dead_id
    PURGED = "purged"  # an operator threw a dead letter away; more: id
    FORGOTTEN = "forgotten"  # Redis came back without any record of it
    RESTORED = "restored"  # Redis came back with the job in an older place; more: place
    LOST = "lost"  # written at the end of the run for every job whose outcome is `lost`

    # the world; `job` is None
    WORKER_STARTED = "worker-started"
    WORKER_CRASHED = "worker-crashed"
    WORKER_FROZEN = "worker-frozen"
    WORKER_RESUMED = "worker-resumed"
    WORKER_TROUBLE = "worker-trouble"  # an error of the queue itself; the slot rests; more: error
    REDIS_DOWN = "redis-down"  # more: why
    REDIS_UP = "redis-up"
    DATABASE_FAULT_BEGAN = "database-fault-began"  # more: failure
    DATABASE_FAULT_ENDED = "database-fault-ended"
    HANDLER_FAULT_BEGAN = "handler-fault-began"
    HANDLER_FAULT_ENDED = "handler-fault-ended"


FIELDS = ("t_ms", "queue", "job", "event", "attempt", "worker", "more")


class Record(NamedTuple):
    """One line of the ledger.

    Attributes:
        t_ms: Milliseconds since the run began.
        queue: The queue's name, or None for what concerns the world.
        job: The offer's name, such as ``email-17`` (17th offer to that queue), or None.
        event: What happened.
        attempt: Which start of the job's handler this belongs to, from 1; 0 before the first.
        worker: The process that did it, such as ``email-1``, ``producer`` or ``application``; or None.
        more: Anything else that helps, or None.
    """

    t_ms: int
    queue: str | None
    job: str | None
    event: Event
    attempt: int
    worker: str | None
    more: dict[str, Any] | None


class Ledger:
    """An append-only list of records, of one mode of one run."""

    def __init__(self, mode: str) -> None:
        self.mode = mode
        self.records: list[Record] = []

    def __len__(self) -> int:
        return len(self.records)

    def __iter__(self) -> Iterator[Record]:
        return iter(self.records)

    def lines(self) -> Iterator[str]:
        """Write the ledger out, one JSON object a line (no newline at the end of each)."""
        for record in self.records:
            line: dict[str, Any] = {
                "t_ms": record.t_ms,
                "mode": self.mode,
                "queue": record.queue,
                "job": record.job,
                "event": record.event.value,
                "attempt": record.attempt,
                "worker": record.worker,
            }
            if record.more:
                line.update(record.more)
            yield json.dumps(line, separators=(",", ":"), ensure_ascii=False)

    def sha256(self) -> str:
        """Return the SHA-256 of the trace as ``lines`` writes it, each line ended by a newline."""
        digest = hashlib.sha256()
        for line in self.lines():
            digest.update(line.encode())
            digest.update(b"\n")
        return digest.hexdigest()
