"""A job and its options, and how both stand in the job's Redis hash."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from sim.jobqueue.numbers import SAFE, whole

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
    _around_timestamp: tuple[str, str] | None = field(default=None, init=False, repr=False, compare=False)

    def to_json(self, timestamp_ms: int) -> str:
        """Write the options as Bull stores them in the hash field ``opts``."""
        around = self._around_timestamp
        if around is None:
            before, _, after = self._to_json(0).partition('"timestamp":0')
            around = before + '"timestamp":', after
            object.__setattr__(self, "_around_timestamp", around)
        return f"{around[0]}{timestamp_ms}{around[1]}"

    def as_dict(self) -> dict[str, Any]:
        """Say in Bull's words what was asked for; without the time stamp, which is not kept."""
        opts = self._as_dict(0)
        del opts["timestamp"]
        return opts

    def _to_json(self, timestamp_ms: int) -> str:
        return to_json(self._as_dict(timestamp_ms))

    def _as_dict(self, timestamp_ms: int) -> dict[str, Any]:
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
        return opts

    @classmethod
    def from_json(cls, text: str | None) -> "JobOptions":
        """Read the hash field ``opts``; a missing one means the defaults.

        Jobs of one kind differ in their time stamps only, which are not kept, so a kind is parsed once in a row.

        Raises:
            ValueError: The text is not a JSON object.
        """
        if not text:
            return cls._parse(text)
        kind = _KINDS_BY_LENGTH.get(len(text))
        if kind is not None:
            before, after, options = kind
            if text.startswith(before) and text.endswith(after) and text[len(before) : -len(after)].isdigit():
                return options
        options = cls._parse(text)
        before, stamp, rest = text.rpartition(_STAMP)
        after = rest[_STAMP_DIGITS:]
        if stamp and after[:1] in ("}", ",") and rest[:_STAMP_DIGITS].isdigit():
            _KINDS_BY_LENGTH[len(text)] = Kind(before + stamp, after, options)
        return options

    @classmethod
    def _parse(cls, text: str | None) -> "JobOptions":
        opts = orjson.loads(text) if text else {}
        if not isinstance(opts, dict):
            raise ValueError("the options of a job must be a JSON object")
        attempts = opts.get("attempts")
        job_id = opts.get("jobId")
        return cls(
            attempts=1 if attempts is None else whole(attempts),
            backoff=_backoff_from_json(opts.get("backoff")),
            delay_ms=whole(opts.get("delay")),
            priority=whole(opts.get("priority")),
            lifo=bool(opts.get("lifo")),
            job_id=None if job_id is None else str(job_id),
            remove_on_complete=retention_from_json(opts.get("removeOnComplete")),
            remove_on_fail=retention_from_json(opts.get("removeOnFail")),
        )


class Kind(NamedTuple):
    """Options that differ in their time stamps only, as they stand in a hash.

    Attributes:
        before: The text up to the time stamp.
        after: The text behind it.
    """

    before: str
    after: str
    options: JobOptions


_KINDS_BY_LENGTH: dict[int, Kind] = {}
"""The kind that was last met, for each length of the text."""
_STAMP = '"timestamp":'
_STAMP_DIGITS = 13


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
        get = fields.get
        stack = get("stacktrace")
        value = get("returnvalue")
        processed_on, finished_on = get("processedOn"), get("finishedOn")
        return cls(
            job_id,
            get("name") or DEFAULT_NAME,
            orjson.loads(get("data") or "{}"),
            JobOptions.from_json(get("opts")),
            whole(get("timestamp")),
            whole(get("delay")),
            whole(get("attemptsMade")),
            whole(get("stalledCounter")),
            [] if stack is None else _stacktrace(stack),
            get("failedReason"),
            None if value is None else _return_value(value),
            whole(processed_on) if processed_on else None,
            whole(finished_on) if finished_on else None,
        )


def to_json(value: Any) -> str:
    """Write JSON as JavaScript does: no spaces, no escapes of non-ASCII letters."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # whole numbers beyond 64 bits, keys that are no text
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _stacktrace(text: str) -> list[str]:
    try:
        traces = orjson.loads(text)
    except ValueError:
        return []
    return traces if isinstance(traces, list) else []


def _return_value(text: str) -> Any:
    try:
        return orjson.loads(text)
    except ValueError:
        return None


def _retention_to_json(keep: Retention) -> Any:
    if isinstance(keep, Keep):
        parts = {"count": keep.count, "age": keep.age_s}
        return {name: value for name, value in parts.items() if value is not None}
    return keep


def _backoff_from_json(value: Any) -> Backoff | None:
    if isinstance(value, dict):
        return Backoff(str(value.get("type")), whole(value.get("delay")))
    return Backoff("fixed", whole(value)) if value else None


def retention_from_json(value: Any) -> Retention | None:
    """Read ``removeOnComplete`` or ``removeOnFail``; None where it is not set."""
    if isinstance(value, dict):
        count = value.get("count")
        return Keep(None if count is None else whole(count), _age_s(value.get("age")))
    if isinstance(value, bool) or value is None:
        return value
    return whole(value)


def _age_s(value: Any) -> int | float | None:
    if value is None or (type(value) in (int, float) and abs(value) <= SAFE):
        return value  # type: ignore[no-any-return]  # a number, or None
    return whole(value)
