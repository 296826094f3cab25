"""The append-only trace of a run: its events in order, each of which can be written as a line of JSON.

An event is a plain tuple, because a run writes a handful of them for every job. Its fields are ``FIELDS``;
``more`` is a dictionary of what else helps, or ``None``.
"""

import hashlib
import json
from collections.abc import Iterator
from enum import StrEnum
from itertools import chain, islice, repeat
from json.encoder import encode_basestring as text_of
from typing import Any, NamedTuple

from sim.core.errors import SimError
from sim.results.trace_file import TraceFile

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
_OWN = frozenset({"t_ms", "mode", "queue", "job", "event", "attempt", "worker"})


def line_of(record: "Event", mode: str) -> str:
    """Write one record as a JSON object; what ``more`` says goes before a field of the same name."""
    t_ms, queue, job, event, attempt, worker, more = record
    if more and not _OWN.isdisjoint(more):
        return _encode({**_fields(record, mode), **more})
    rest = f",{_encode(more)[1:]}" if more else "}"
    return (
        f'{{"t_ms":{t_ms},"mode":{text_of(mode)},"queue":{"null" if queue is None else text_of(queue)},'
        f'"job":{"null" if job is None else text_of(job)},"event":"{event.value}","attempt":{attempt},'
        f'"worker":{"null" if worker is None else text_of(worker)}{rest}'
    )


def _fields(record: "Event", mode: str) -> dict[str, Any]:
    return {
        "t_ms": record.t_ms,
        "mode": mode,
        "queue": record.queue,
        "job": record.job,
        "event": record.kind.value,
        "attempt": record.attempt,
        "worker": record.worker,
    }


MAX_IN_MEMORY = 100_000
"""Records that a run holds in memory, about 150 bytes each; some 17,000 jobs."""
LINES_AT_ONCE = 2_000
"""Lines of the trace that are written, hashed and packed together."""


class EventKind(StrEnum):
    """What can happen in a run. The values are the words used in the trace."""

    # one job
    OFFERED = "offered"  # the producer wants this job done; more: deliver_within_ms and delay_ms if promised; by
    SUBMIT_WAITING = "submit-waiting"  # the submit hangs in the client's offline queue
    ENQUEUED = "enqueued"  # the queue (or the in-process application) has it; more: id, delay_ms
    COMMITTED = "committed"  # the transaction that it was submitted in is over: its row is there; with commits_after
    REJECTED = "rejected"  # the submit raised an error; more: error
    IGNORED = "ignored"  # a job of this id was there already, so the queue added nothing; more: id, and job: that one
    PROMOTED = "promoted"  # a delayed job became due, or was promoted by the worker `operator`, and stands in line
    POPPED = "popped"  # moved to active, not locked yet (a pop that has not been followed by its lock)
    KILLED = "killed"  # its process died at a named step of it; more: step
    STARTED = "started"  # its handler was called
    HUNG = "hung"  # its handler waits for an answer that does not come; more: step, and lasts_ms where it ends
    TIMED_OUT = (
        "timed-out"  # it ran longer than its timeout: the attempt fails, and the handler goes on; more: after_ms
    )
    UNHEARD = "unheard"  # a handler that had timed out has ended, and nobody hears how; more: error, if it raised one
    EFFECT = "effect"  # something outside the queue changed: reserved, captured or sent; more: effect
    EFFECT_DEDUPLICATED = "effect-deduplicated"  # an idempotency key stopped a second effect
    ATTEMPT_FAILED = "attempt-failed"  # the handler raised; more: error, permanent
    RETRY_SCHEDULED = "retry-scheduled"  # it will run again; more: delay_ms (0: at once)
    DROPPED = "dropped"  # the rate limiter took it out of line and put it nowhere (`bounce_back`); more: why
    COMPLETED = "completed"  # the queue recorded success, or the in-process caller got its answer
    ACK_REJECTED = "ack-rejected"  # the queue refused what a worker reported; more: error
    REPLY_LOST = "reply-lost"  # Redis carried a command out and the answer did not arrive; more: command
    FAILED = "failed"  # given up for good; more: reason, kept
    STALLED = "stalled"  # found active without a lock, and put back in line
    EVICTED = "evicted"  # retention removed it; more: from
    REMOVED = "removed"  # an operator took it out; more: id, from (the state that it was in)
    RETRIED = "retried"  # an operator put a failed job back in line
    DEAD_LETTERED = "dead-lettered"  # given up, it went to the dead letter queue; more: id (the one that it has there)
    REPLAYED = "replayed"  # an operator put a dead letter back in line; more: id, dead_id
    PURGED = "purged"  # an operator threw a dead letter away; more: id
    DATA_LOST = "data-lost"  # Redis came back without any record of it
    RESTORED = "restored"  # Redis came back with the job in an older place; more: place
    LOST = "lost"  # written at the end of the run for every job whose outcome is `lost`

    # the world; `job` is None
    WORKER_STARTED = "worker-started"
    WORKER_CRASHED = "worker-crashed"
    WORKER_STOPPED = "worker-stopped"  # told to shut down, it ended its jobs and left
    WORKER_ERROR = "worker-error"  # an error of the queue itself; the slot rests; more: error
    REDIS_LOADING = "redis-loading"  # it was started again and reads its data, refusing every command; more: error
    KEY_EVICTED = "key-evicted"  # Redis was over its limit of memory, and gave a key up; more: key, eviction
    FAULT_BEGAN = "fault-began"  # more: kind, target, name, and of some kinds why, failure or error; worker: the struck
    FAULT_ENDED = "fault-ended"  # more: kind, target, name

    # one queue; `job` is None
    OPERATOR_ACTED = "operator-acted"  # more: do, jobs (how many, where it concerns jobs)
    OPERATOR_FAILED = "operator-failed"  # it was refused, or Redis was down; more: do, name or id, error


FIELDS = ("t_ms", "queue", "job", "event", "attempt", "worker", "more")


class Event(NamedTuple):
    """One line of the trace.

    Attributes:
        t_ms: Milliseconds since the run began.
        queue: The queue's name, or None if it concerns the whole system.
        job: The offer's name, such as ``email-17`` (17th offer to that queue), or None.
        event: What happened.
        attempt: Which start of the job's handler this belongs to, from 1; 0 before the first.
        worker: The process that did it, such as ``email-1``, ``producer`` or ``application``; or None.
        more: Anything else that helps, or None.
    """

    t_ms: int
    queue: str | None
    job: str | None
    kind: EventKind
    attempt: int
    worker: str | None
    more: dict[str, Any] | None


class TraceNotKept(SimError):
    """Somebody asks for the events of a run that kept none."""

    def __str__(self) -> str:
        return (
            "this needs the events of the run, but it kept no trace; run it with the trace (trace=True, or without "
            "--no-trace)"
        )


class Trace:
    """The append-only trace of one mode of one run.

    The newest records are in memory. A run that writes more than ``MAX_IN_MEMORY`` moves older ones to a temporary
    file; iterating over the trace yields all of them. Nothing may be written meanwhile.

    Args:
        mode: ``in-process`` or ``queue``.
        kept: Whether there is a trace. Without one nothing can be written or read: see Raises.
        max_in_memory: Records in memory at which ``put_aside`` moves them out.

    Raises:
        TraceNotKept: From everything that needs records, where they are not kept.
    """

    def __init__(self, mode: str, *, kept: bool = True, max_in_memory: int = MAX_IN_MEMORY) -> None:
        self.mode = mode
        self.kept = kept
        self.max_in_memory = max_in_memory
        self._older: TraceFile[Event] = TraceFile(Event)
        self._records: list[Event] = []
        self._hashed: tuple[int, str] | None = None

    def __len__(self) -> int:
        return len(self._older) + len(self.records)

    def __iter__(self) -> Iterator[Event]:
        records = self.records
        return chain(self._older, records) if len(self._older) else iter(records)

    def since(self, place: int) -> Iterator[Event]:
        """Yield the records from a position on, counted from 0, wherever they are kept."""
        older, records = len(self._older), self.records
        return chain(self._older.since(place), records) if place < older else iter(records[place - older :])

    @property
    def records(self) -> list[Event]:
        """The newest records; never empty where there are any."""
        if not self.kept:
            raise TraceNotKept
        return self._records

    @records.setter
    def records(self, records: list[Event]) -> None:
        self._records = records
        self._hashed = None

    def put_aside(self) -> None:
        """Move records from memory to a temporary file if there are many; cheap to call often.

        Raises:
            TraceDiskFull: The file cannot be written.
        """
        records = self._records
        if len(records) > self.max_in_memory:
            self._older.add(records[:-1])
            del records[:-1]

    def lines(self) -> Iterator[str]:
        """Yield the lines of the trace, one JSON object per line, without newlines."""
        return map(line_of, self, repeat(self.mode))

    def blocks(self) -> Iterator[bytes]:
        """Write the trace out as a file has it, many lines at once, each ended by a newline.

        Whoever has taken all of them has also paid for ``sha256``.
        """
        records, digest, lines = len(self), hashlib.sha256(), self.lines()
        while some := list(islice(lines, LINES_AT_ONCE)):
            block = ("\n".join(some) + "\n").encode()
            digest.update(block)
            yield block
        self._hashed = (records, digest.hexdigest())

    def sha256(self) -> str:
        """Return the SHA-256 of the trace as ``lines`` writes it, each line ended by a newline."""
        if self._hashed is None or self._hashed[0] != len(self):
            for _block in self.blocks():
                pass
        assert self._hashed is not None
        return self._hashed[1]
