"""The error log: one record of standard ``logging`` for every failed attempt, in simulated time."""

import logging
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from types import TracebackType
from typing import Any, Literal

import simpy
from pythonjsonlogger.orjson import OrjsonFormatter

from sim.engine.clock import EPOCH_MS
from sim.engine.error_fields import Omission
from sim.engine.failures import FailureNote, Verdict
from sim.engine.instruments import Subscriptions
from sim.engine.recorder import RunTime
from sim.engine.stack_trace import Call, calls_of, stack_text
from sim.handlers.errors import PermanentError, TransientError
from sim.queue.job import Job, JobOptions
from sim.results.error_lines import ErrorLines, ErrorsNotKept

LOGGER = "sim.errors"
"""The logger that people attach their handlers to."""

NOWHERE = Call("", "", 0)
"""Where an error without a stack comes from."""
Next = Literal["retry", "failed", "dead-lettered", "ack-rejected", "unreported"]

_shared = logging.getLogger(LOGGER)
_shared.addHandler(logging.NullHandler())
_places = (_shared, logging.getLogger(LOGGER.partition(".")[0]))
_NEWER = {"taskName": None} if sys.version_info >= (3, 12) else {}
_EPOCH = datetime.fromtimestamp(EPOCH_MS / 1000, UTC).replace(tzinfo=None)


class ErrorLog:
    """Logs the failed attempts of one run; it is off until somebody asks for its lines or attaches a handler.

    A record goes to the logger ``sim.errors`` and those above it, as any record of standard logging does. Its time is
    the simulated one; it knows nothing of the real process and thread.

    Args:
        kept: Whether to keep the lines; without that there are records only while a handler is attached to the logger
            ``sim.errors`` or ``sim``.
        omit: Fields that are left out of every record.

    Raises:
        UnknownName: There is no such field to omit.
    """

    def __init__(self, time: RunTime, mode: str, *, kept: bool = False, omit: Sequence[str] = ()) -> None:
        self._time = time
        self._mode = mode
        self._omission = Omission(omit)
        self._open: dict[_Failure, None] = {}
        self.lines = ErrorLines() if kept else None
        self._reaper = None if self.lines is None else _Reaper(self.lines, self._omission.kept)

    def subscribe(self, run: Subscriptions) -> None:
        """Be told of failed attempts, and log what is still open when the run ends."""
        run.on_failure(self)
        run.on_finish(self.close)

    @property
    def is_on(self) -> bool:
        """Whether anybody listens."""
        return self.lines is not None or _is_listened_to()

    def of_job(self, queue: str, name: str, attempt: int, worker: str, error: Exception, job: Job) -> FailureNote:
        """Open the note of a failed attempt at a job of a queue."""
        if not self.is_on:
            return _NOTHING
        options = job.options
        fields = self._fields(queue, name, attempt, worker, error)
        fields["attempts_made"] = job.attempts_made + 1
        fields["max_attempts"] = max(1, options.attempts or 0)
        fields |= {"job_id": job.id, "job_name": job.name, "options": _options(options), "data": job.data}
        return _Failure(self, fields, error)

    def of_call(self, queue: str, name: str, attempt: int, worker: str, error: Exception, data: Any) -> FailureNote:
        """Open the note of a failed job in in-process mode, where it has no id, no options and one attempt."""
        if not self.is_on:
            return _NOTHING
        fields = self._fields(queue, name, attempt, worker, error)
        fields |= {"attempts_made": 1, "max_attempts": 1, "job_id": None, "job_name": None, "options": None}
        fields["data"] = data
        return _Failure(self, fields, error)

    def read(self) -> Iterator[dict[str, Any]]:
        """Read the lines so far.

        Raises:
            ErrorsNotKept: None are kept.
        """
        if self.lines is None:
            raise ErrorsNotKept
        return self.lines.read()

    def close(self) -> None:
        """Log what nobody has been told of when the run ends; nothing is logged after this."""
        for failure in list(self._open):
            failure.write("unreported")

    def _fields(self, queue: str, name: str, attempt: int, worker: str, error: Exception) -> dict[str, Any]:
        t_ms = self._time.now
        moment = _EPOCH + timedelta(milliseconds=t_ms)
        return {
            "time": moment.isoformat(timespec="milliseconds") + "Z",
            "t_ms": t_ms,
            "level": "error",
            "error": type(error).__name__,
            "kind": kind_of(error),
            "mode": self._mode,
            "queue": queue,
            "worker": worker,
            "job": name,
            "attempt": attempt,
        }

    def _log(self, fields: dict[str, Any], message: str, calls: list[Call]) -> None:
        at_ms, worker = fields["t_ms"], fields["worker"]
        headline = fields["error"] if self._omission.message else f"{fields['error']}: {message}"
        fields["stack"] = stack_text(headline, calls)
        said = fields["error"] if self._omission.message else message
        self._omission.apply(fields)
        record = SimulatedRecord(fields, said, at_ms, worker, calls[0] if calls else NOWHERE)
        if self._reaper is not None:
            self._reaper.handle(record)
        if _is_listened_to():
            _shared.handle(record)


class _Failure:
    """A failed attempt whose end is not known yet."""

    def __init__(self, log: ErrorLog, fields: dict[str, Any], error: Exception) -> None:
        self._log = log
        self._fields = fields
        self._message = str(error)
        self._calls = calls_of(error)
        self._verdict: Next | None = None
        self._retry_in_ms: int | None = None
        log._open[self] = None

    def __enter__(self) -> "_Failure":
        return self

    def became(self, verdict: Verdict, delay_ms: int) -> None:
        """Take note of what the queue made of it."""
        if verdict == "failed" or verdict == "dead-lettered":
            self._verdict = verdict
        else:
            self._verdict, self._retry_in_ms = "retry", delay_ms

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _stack: TracebackType | None
    ) -> None:
        if kind is GeneratorExit:  # the world is thrown away; whatever it had to say it has said when it was finished
            return
        if self._verdict is not None:
            self.write(self._verdict)
        elif error is None or not isinstance(error, Exception) or isinstance(error, simpy.Interrupt):
            self.write("unreported")
        else:
            self.write("ack-rejected", str(error))

    def write(self, verdict: Next, refusal: str | None = None) -> None:
        """Log it, once."""
        if self in self._log._open:
            del self._log._open[self]
            more = {"next": verdict, "retry_in_ms": self._retry_in_ms, "refusal": refusal}
            self._log._log(self._fields | more, self._message, self._calls)


class _Nothing:
    """The note of a failed attempt that nobody subscribes to."""

    def __enter__(self) -> "_Nothing":
        return self

    def __exit__(self, *_error: object) -> None:
        pass

    def became(self, verdict: Verdict, delay_ms: int) -> None:
        """Take no note."""


_NOTHING = _Nothing()


class SimulatedRecord(logging.LogRecord):
    """A record of something that happened in simulated time, in a simulated process.

    It has every attribute that standard logging gives a record, and none of them from the real clock, process or
    thread; the number of its process and thread is 0, and both have the worker's name.

    Args:
        fields: What it says besides, as attributes of their own.
        message: Its text.
        t_ms: When it happened, ms since the run began.
        worker: The simulated process.
        where: The call that it came from.
    """

    def __init__(self, fields: dict[str, Any], message: str, t_ms: int, worker: str, where: Call) -> None:
        file = where.file.rpartition("/")[2]
        self.__dict__ = {
            "name": LOGGER,
            "msg": message,
            "args": (),
            "levelname": "ERROR",
            "levelno": logging.ERROR,
            "pathname": where.file,
            "filename": file,
            "module": file.removesuffix(".py"),
            "exc_info": None,
            "exc_text": None,
            "stack_info": None,
            "lineno": where.line,
            "funcName": where.function,
            "created": (EPOCH_MS + t_ms) / 1000,
            "msecs": float(t_ms % 1000),
            "relativeCreated": float(t_ms),
            "thread": 0,
            "threadName": worker,
            "processName": worker,
            "process": 0,
            **_NEWER,
            **fields,
        }


class _LineFormatter(OrjsonFormatter):
    """Writes the named fields and nothing else, without a look at all that a record has."""

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        """Put the fields of the record in order."""
        has = record.__dict__
        for name in self._required_fields:
            log_data[name] = has[name]


class _Reaper(logging.Handler):
    """Keeps every record as a line of JSON; what goes wrong with that ends the run."""

    def __init__(self, lines: ErrorLines, fields: list[str]) -> None:
        super().__init__()
        self._lines = lines
        self.setFormatter(_LineFormatter(fields))

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line."""
        self._lines.add(self.format(record))


def kind_of(error: Exception) -> str:
    """Tell what an error means for another attempt: ``transient``, ``permanent``, or an answer of the ``queue``."""
    if isinstance(error, PermanentError):
        return "permanent"
    return "transient" if isinstance(error, TransientError) else "queue"


def _is_listened_to() -> bool:
    """Whether somebody attached a handler to the logger and wants errors."""
    for place in _places:
        for handler in place.handlers:
            if type(handler) is not logging.NullHandler:
                return _shared.isEnabledFor(logging.ERROR)
    return False


@lru_cache(maxsize=1_000)
def _options(options: JobOptions) -> dict[str, Any]:
    return options.as_dict()
