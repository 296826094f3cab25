"""The options of a job: what a submit may ask for, how Bull reads it, and how it stands in the job's Redis hash."""

import json
import math
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from sim.queue.javascript import SAFE, Number, argument, lua_number, number, plain, text, truthy, whole_number
from sim.queue.retention_options import BreaksOff, Keep, Retention, read_when_finished
from sim.queue.timeout import Timeout, timeout_of

NOT_MODELLED = ("debounce",)
"""Options of Bull that the queue refuses, instead of passing over them."""
BUILT_IN = ("fixed", "exponential")
"""Bull's own types of backoff."""


class Backoff(NamedTuple):
    """A backoff setting.

    Attributes:
        type: ``fixed``, ``exponential`` or a custom one.
        delay_ms: Base delay, ms.
        glued: A text in place of a fixed delay: JavaScript glues it to the time, and that is the due time. ``delay_ms``
            then says only that there is a delay.
        options: What stands under ``options``, which Bull hands to a custom strategy.
    """

    type: str
    delay_ms: int | float = 0
    glued: str | None = None
    options: Any = None


@dataclass(frozen=True, slots=True)
class JobOptions:
    """What a submit may say of a job.

    Attributes:
        attempts: Starts in all; 0 counts as 1, as does None, which is what Bull makes of words.
        delay_ms: Time until it becomes due, ms; NaN where Bull cannot make a number of it.
        priority: 1 is first; 0 means none, and stands behind all that have one. NaN breaks Bull's script off.
        lifo: Goes to the front of the line.
        job_id: The job's own id; None takes the next number of the counter.
        stack_trace_limit: Keep so many traces, the newest; None and 0 keep all, -2 drops the oldest two.
        timeout: After how long an attempt fails; None waits for its handler however long it takes.
        as_text: Hand the data out as the text that they are stored as.
        timestamp_ms: The job's own time stamp, epoch ms; None takes the time of the call.
        is_repeated: Whether it belongs to a schedule, so that the next one is added when it is taken.
    """

    attempts: int | None = 1
    backoff: Backoff | None = None
    delay_ms: int | float = 0
    priority: int | float = 0
    lifo: bool = False
    job_id: str | None = None
    remove_on_complete: Retention | None = None
    remove_on_fail: Retention | None = None
    stack_trace_limit: int | None = None
    timeout: Timeout | None = None
    as_text: bool = False
    timestamp_ms: int | float | None = None
    is_repeated: bool = False
    _given: str | None = None
    """What was given as JSON, as it was given; None where the fields say all."""
    _around_timestamp: tuple[str, str] | None = field(default=None, init=False, repr=False, compare=False)
    _read_back: "JobOptions | None" = field(default=None, init=False, repr=False, compare=False)
    is_everyday: bool = field(default=False, init=False, repr=False, compare=False)
    """Whether a job with these options takes the next number and goes to the back of the line at once."""

    def __post_init__(self) -> None:
        is_everyday = (
            self.job_id is None
            and self.timestamp_ms is None
            and self._given is None
            and not (self.delay_ms or self.priority or self.lifo or self.as_text)
        )
        object.__setattr__(self, "is_everyday", is_everyday)

    def to_json(self, timestamp: Any) -> str:
        """Write the options as Bull stores them in the hash field ``opts``.

        Args:
            timestamp: The job's time stamp, as ``stamp`` says.
        """
        around = self._around_timestamp
        if around is None:
            before, _, after = to_json(self._as_dict(_PLACE)).partition(_PLACE_IN_JSON)
            around = before + _STAMP, after
            object.__setattr__(self, "_around_timestamp", around)
        return f"{around[0]}{timestamp if type(timestamp) is int else to_json(timestamp)}{around[1]}"

    def read_back(self) -> "JobOptions":
        """Return what a worker reads from the hash field ``opts`` that was written from these options."""
        options = self._read_back
        if options is None:
            options = self.of_hash(self.to_json(0))
            object.__setattr__(self, "_read_back", options)
        return options

    def as_dict(self) -> dict[str, Any]:
        """Say in Bull's words what was asked for; without the time stamp."""
        opts = self._as_dict(0)
        del opts["timestamp"]
        return opts

    @property
    def unmodelled(self) -> str | None:
        """The first option of Bull that is asked for and that this queue does not have; None where it has them all."""
        if self._given is None:
            return None
        given = self.given()
        return next((name for name in NOT_MODELLED if truthy(given.get(name))), None)

    def given(self) -> dict[str, Any]:
        """Return what was given as JSON; empty where the fields say all."""
        given: dict[str, Any] = {} if self._given is None else orjson.loads(self._given)
        return given

    def stamp(self, now_ms: int) -> Any:
        """Return the job's time stamp: its own, whatever that is, or the time of the call, epoch ms."""
        if self._given is not None:
            return self.given().get("timestamp", now_ms)
        return now_ms if self.timestamp_ms is None else self.timestamp_ms

    def priority_text(self) -> str:
        """Return what stands in the hash field ``priority``."""
        if self._given is None:
            return text(self.priority) if self.priority else "0"
        given = self.given().get("priority")
        return argument(given) if truthy(given) else "0"

    def _as_dict(self, timestamp: Any) -> dict[str, Any]:
        if self._given is not None:
            return self._normalized(timestamp)
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
        if self.stack_trace_limit is not None:
            opts["stackTraceLimit"] = self.stack_trace_limit
        if self.timeout is not None:
            opts["timeout"] = self.timeout.given
        if self.as_text:
            opts["preventParsingData"] = True
        opts["attempts"] = self.attempts
        opts["delay"] = self.delay_ms
        opts["timestamp"] = timestamp
        if self.backoff is not None:
            opts["backoff"] = _backoff_to_json(self.backoff)
        return opts

    def _normalized(self, timestamp: Any) -> dict[str, Any]:
        """Make of what was given what Bull's ``setDefaultOpts`` makes of it; all else stays as it is."""
        opts = self.given()
        opts["attempts"] = self.attempts
        opts["delay"] = self.delay_ms if math.isfinite(self.delay_ms) else None
        opts["timestamp"] = timestamp
        backoff = opts.pop("backoff", None)
        if type(backoff) in (int, float):
            backoff = {"type": "fixed", "delay": backoff}
        if truthy(backoff):
            opts["backoff"] = backoff
        return opts

    @classmethod
    def from_json(cls, given: str | None) -> "JobOptions":
        """Read what a submit asks for, in Bull's words and as Bull reads it; None means the defaults.

        Raises:
            ValueError: The text is not a JSON object.
        """
        return cls._parse(given, keep_stamp=True)

    @classmethod
    def of_hash(cls, stored: str | None) -> "JobOptions":
        """Read the hash field ``opts``, without its time stamp, which stands beside it; None means the defaults.

        Jobs of one kind differ in their time stamps only, so a kind is parsed once in a row.

        Raises:
            ValueError: The text is not a JSON object.
        """
        if not stored:
            return cls._parse(stored)
        kind = _KINDS_BY_LENGTH.get(len(stored))
        if kind is not None:
            before, after, options = kind
            if stored.startswith(before) and stored.endswith(after) and stored[len(before) : -len(after)].isdigit():
                return options
        options = cls._parse(stored)
        before, stamp, rest = stored.rpartition(_STAMP)
        after = rest[_STAMP_DIGITS:]
        if stamp and after[:1] in ("}", ",") and rest[:_STAMP_DIGITS].isdigit():
            _KINDS_BY_LENGTH[len(stored)] = Kind(before + stamp, after, options)
        return options

    @classmethod
    def _parse(cls, given: str | None, *, keep_stamp: bool = False) -> "JobOptions":
        opts = orjson.loads(given) if given else {}
        if not isinstance(opts, dict):
            raise ValueError("the options of a job must be a JSON object")
        if not keep_stamp:
            opts.pop("timestamp", None)
        own_stamp = opts.get("timestamp")
        return cls(
            attempts=_bounded_or_none(whole_number(opts["attempts"])) if "attempts" in opts else 1,
            backoff=_backoff(opts.get("backoff")),
            delay_ms=_bounded(number(opts.get("delay", 0))),
            priority=_priority(opts.get("priority")),
            lifo=truthy(opts.get("lifo")),
            job_id=argument(opts.get("jobId")) or None,
            remove_on_complete=read_when_finished(opts, "removeOnComplete"),
            remove_on_fail=read_when_finished(opts, "removeOnFail"),
            stack_trace_limit=_limit(opts.get("stackTraceLimit")),
            timeout=timeout_of(opts.get("timeout")),
            as_text=truthy(opts.get("preventParsingData")),
            timestamp_ms=own_stamp if type(own_stamp) in (int, float) else None,
            is_repeated=truthy(opts.get("repeat")),
            _given=to_json(opts) if opts else None,
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
_PLACE = "the time stamp's place in the options"
_PLACE_IN_JSON = f'{_STAMP}"{_PLACE}"'


def to_json(value: Any) -> str:
    """Write JSON as JavaScript does: no spaces, no escapes of non-ASCII letters, whole numbers without a fraction."""
    try:
        written = orjson.dumps(value).decode()
        return orjson.dumps(_with_whole_numbers(value)).decode() if ".0" in written else written
    except TypeError:  # whole numbers beyond 64 bits, keys that are no text
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _with_whole_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _with_whole_numbers(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_with_whole_numbers(part) for part in value]
    return plain(value) if isinstance(value, float) else value


def _retention_to_json(keep: Retention) -> Any:
    if isinstance(keep, Keep):
        parts = {"count": keep.count, "age": keep.age_s}
        return {name: value for name, value in parts.items() if value is not None}
    return None if isinstance(keep, BreaksOff) else keep


def _backoff_to_json(backoff: Backoff) -> dict[str, Any]:
    """Write a backoff as an application gives it: a custom type may do without a delay."""
    written: dict[str, Any] = {"type": backoff.type}
    if backoff.delay_ms or backoff.type in BUILT_IN:
        written["delay"] = backoff.delay_ms
    if backoff.options is not None:
        written["options"] = backoff.options
    return written


def _backoff(value: Any) -> Backoff | None:
    """Read a backoff as ``lookupStrategy`` does, with the delay that the type's own strategy makes of it."""
    if isinstance(value, dict):
        kind = text(value["type"]) if "type" in value else "undefined"
        delay, options = value.get("delay"), value.get("options")
        if isinstance(delay, str | list | dict) and kind == "fixed":
            return Backoff(kind, 1, text(delay), options) if truthy(delay) else Backoff(kind, 0, None, options)
        delay_ms = _bounded(number(delay))
        return Backoff(kind, 0 if math.isnan(delay_ms) else delay_ms, None, options)
    if type(value) in (int, float):
        return Backoff("fixed", _bounded(value))
    return Backoff("undefined", 0) if truthy(value) else None


def _priority(value: Any) -> Number:
    if not truthy(value):
        return 0
    priority = lua_number(argument(value))
    return math.nan if priority is None else _bounded(priority)


def _limit(value: Any) -> int | None:
    """Read a limit of stack traces as ``slice(-limit)`` does."""
    if not truthy(value):
        return None
    limit = _bounded(number(value))
    return 0 if math.isnan(limit) else int(limit)


def _bounded(value: Number) -> Number:
    """Return a number that every part of a run can hold; NaN stays."""
    return value if math.isnan(value) else max(-SAFE, min(SAFE, value))


def _bounded_or_none(value: int | None) -> int | None:
    return None if value is None else max(-SAFE, min(SAFE, value))
