"""A job and its options, and how both stand in the job's Redis hash."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

DEFAULT_NAME = "__default__"


class Backoff(NamedTuple):
    """A backoff setting: ``fixed``, ``exponential`` or a custom type, and its base delay, ms."""

    type: str
    delay_ms: int


@dataclass(frozen=True, slots=True)
class Keep:
    """Bull's object form of retention.

    Attributes:
        count: Keep the newest so many; None for any number.
        age_s: Keep those that finished within so many seconds; None for ever.
    """

    count: int | None = None
    age_s: int | float | None = None


Retention = bool | int | Keep
"""What happens to finished jobs: False keeps all, True removes the job at once, a number keeps the newest so many."""


@dataclass(frozen=True, slots=True)
class JobOptions:
    """What a submit may say of a job.

    Attributes:
        attempts: Starts in all; 0 counts as 1.
        delay_ms: Time until it becomes due, ms.
        priority: 1 is first; 0 means none, and stands behind all that have one.
        lifo: Goes to the front of the line.
        job_id: The job's own id; None takes the next number of the counter.
    """

    attempts: int = 1
    backoff: Backoff | None = None
    delay_ms: int = 0
    priority: int = 0
    lifo: bool = False
    job_id: str | None = None
    remove_on_complete: Retention | None = None
    remove_on_fail: Retention | None = None

    def to_json(self, timestamp_ms: int) -> str:
        """Write the options as Bull stores them in the hash field ``opts``."""
        opts: dict[str, Any] = {}
        if self.priority:
            opts["priority"] = self.priority
        if self.lifo:
            opts["lifo"] = True
        if self.job_id is not None:
            opts["jobId"] = self.job_id
        if self.remove_on_complete is not None:
            opts["removeOnComplete"] = _retention_to_json(self.remove_on_complete)
        if self.remove_on_fail is not None:
            opts["removeOnFail"] = _retention_to_json(self.remove_on_fail)
        opts["attempts"] = self.attempts
        opts["delay"] = self.delay_ms
        opts["timestamp"] = timestamp_ms
        if self.backoff is not None:
            opts["backoff"] = {"type": self.backoff.type, "delay": self.backoff.delay_ms}
        return to_json(opts)

    @classmethod
    def from_json(cls, text: str | None) -> "JobOptions":
        """Read the hash field ``opts``; a missing one means the defaults.

        Raises:
            ValueError: The text is not a JSON object.
        """
        opts = json.loads(text) if text else {}
        attempts = opts.get("attempts")
        job_id = opts.get("jobId")
        return cls(
            attempts=1 if attempts is None else int(attempts),
            backoff=_backoff_from_json(opts.get("backoff")),
            delay_ms=int(opts.get("delay") or 0),
            priority=int(opts.get("priority") or 0),
            lifo=bool(opts.get("lifo")),
            job_id=None if job_id is None else str(job_id),
            remove_on_complete=retention_from_json(opts.get("removeOnComplete")),
            remove_on_fail=retention_from_json(opts.get("removeOnFail")),
        )


@dataclass(slots=True)
class Job:
    """A job as a worker or an operator holds it in memory.

    Attributes:
        attempts_made: Failed attempts, as this holder counts them; absent from the hash until the first failure.
        stalled_counter: How often it was found stalled; never reset.
    """

    id: str
    name: str
    data: Any
    options: JobOptions
    timestamp_ms: int = 0
    delay_ms: int = 0
    attempts_made: int = 0
    stalled_counter: int = 0
    stacktrace: list[str] = field(default_factory=list)
    failed_reason: str | None = None
    return_value: Any = None
    processed_on_ms: int | None = None
    finished_on_ms: int | None = None
    discarded: bool = False

    def discard(self) -> None:
        """Use no further attempts: the next failure is final."""
        self.discarded = True

    @classmethod
    def from_hash(cls, fields: Mapping[str, str], job_id: str) -> "Job":
        """Read a job from its hash; no field is required.

        Raises:
            ValueError: ``data`` or ``opts`` is not JSON.

        Source: BULL_FACTS 13 (defaults of missing fields).
        """
        return cls(
            id=job_id,
            name=fields.get("name") or DEFAULT_NAME,
            data=json.loads(fields.get("data") or "{}"),
            options=JobOptions.from_json(fields.get("opts")),
            timestamp_ms=int(fields.get("timestamp") or 0),
            delay_ms=int(fields.get("delay") or 0),
            attempts_made=int(fields.get("attemptsMade") or 0),
            stalled_counter=int(fields.get("stalledCounter") or 0),
            stacktrace=_stacktrace(fields.get("stacktrace")),
            failed_reason=fields.get("failedReason"),
            return_value=_return_value(fields.get("returnvalue")),
            processed_on_ms=_optional_int(fields.get("processedOn")),
            finished_on_ms=_optional_int(fields.get("finishedOn")),
        )


def to_json(value: Any) -> str:
    """Write JSON as JavaScript does: no spaces, no escapes of non-ASCII letters."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _optional_int(text: str | None) -> int | None:
    return int(text) if text else None


def _stacktrace(text: str | None) -> list[str]:
    try:
        traces = json.loads(text or "[]")
    except ValueError:
        return []
    return traces if isinstance(traces, list) else []


def _return_value(text: str | None) -> Any:
    try:
        return None if text is None else json.loads(text)
    except ValueError:
        return None


def _retention_to_json(keep: Retention) -> Any:
    if isinstance(keep, Keep):
        parts = {"count": keep.count, "age": keep.age_s}
        return {name: value for name, value in parts.items() if value is not None}
    return keep


def _backoff_from_json(value: Any) -> Backoff | None:
    if isinstance(value, dict):
        return Backoff(str(value.get("type")), int(value.get("delay") or 0))
    return Backoff("fixed", int(value)) if value else None


def retention_from_json(value: Any) -> Retention | None:
    """Read ``removeOnComplete`` or ``removeOnFail``; None where it is not set."""
    if isinstance(value, dict):
        return Keep(value.get("count"), value.get("age"))
    if isinstance(value, bool) or value is None:
        return value
    return int(value)
