"""The story of one job: everything that happened to it, and what broke around it meanwhile."""

from collections.abc import Callable
from typing import Any, NamedTuple

from sim.core.durations import format_duration
from sim.results.fault_windows import window_of
from sim.results.result import ModeResult
from sim.results.trace import Event, EventKind

MAX_LINES = 24
"""A longer story leaves out its middle, unless the whole of it is asked for."""
LONG_MS = 10 * 60_000
"""From here on a story tells the time in hours, minutes and seconds, as the texts of long exercises do."""

_TOLD: dict[EventKind, str] = {
    EventKind.OFFERED: "offered by the application",
    EventKind.SUBMIT_WAITING: "the submit waits: Redis is down",
    EventKind.ENQUEUED: "accepted by the queue",
    EventKind.COMMITTED: "its row is committed",
    EventKind.REJECTED: "the submit failed",
    EventKind.IGNORED: "ignored: a job of its id exists",
    EventKind.PROMOTED: "its delay is over: back in the queue",
    EventKind.POPPED: "taken, not locked yet",
    EventKind.KILLED: "its worker is killed",
    EventKind.STARTED: "starts",
    EventKind.HUNG: "its handler hangs",
    EventKind.TIMED_OUT: "its timeout is over; the handler goes on",
    EventKind.UNHEARD: "a handler that had timed out ends, and nobody hears how",
    EventKind.EFFECT: "its effect happens",
    EventKind.EFFECT_DEDUPLICATED: "a second effect, stopped by the key",
    EventKind.ATTEMPT_FAILED: "the attempt fails",
    EventKind.RETRY_SCHEDULED: "will be tried again",
    EventKind.DROPPED: "dropped by the rate limiter",
    EventKind.COMPLETED: "completed",
    EventKind.ACK_REJECTED: "the queue rejects the worker's report",
    EventKind.FAILED: "FAILED for good",
    EventKind.STALLED: "found stalled: back in the queue",
    EventKind.EVICTED: "its record is removed by retention",
    EventKind.REMOVED: "removed by an operator",
    EventKind.RETRIED: "retried by an operator",
    EventKind.DEAD_LETTERED: "moved to the dead letter queue",
    EventKind.REPLAYED: "replayed from the dead letter queue",
    EventKind.PURGED: "purged from the dead letter queue",
    EventKind.DATA_LOST: "lost with Redis: what came back does not have it",
    EventKind.RESTORED: "moved back by Redis: what came back is older",
    EventKind.LOST: "LOST: no trace of it is left",
    EventKind.WORKER_STARTED: "starts again",
    EventKind.WORKER_CRASHED: "crashes",
    EventKind.WORKER_STOPPED: "has stopped",
    EventKind.REDIS_LOADING: "Redis starts again and loads its data",
}
_DETAILS: dict[EventKind, Callable[[dict[str, Any]], str]] = {
    EventKind.ATTEMPT_FAILED: lambda more: str(more.get("error", "")),
    EventKind.RETRY_SCHEDULED: lambda more: (
        f"in {format_duration(round(more['delay_ms']))}" if more.get("delay_ms") else ""
    ),
    EventKind.FAILED: lambda more: str(more.get("reason", "")),
    EventKind.EFFECT: lambda more: str(more.get("system", "")),
    EventKind.HUNG: lambda more: (
        f"{more['step']}, {'for ' + format_duration(more['lasts_ms']) if 'lasts_ms' in more else 'for ever'}"
    ),
    EventKind.TIMED_OUT: lambda more: f"after {format_duration(more['after_ms'])}",
    EventKind.UNHEARD: lambda more: str(more.get("error", "")),
    EventKind.KILLED: lambda more: str(more.get("step", "")),
    EventKind.ACK_REJECTED: lambda more: str(more.get("error", "")),
    EventKind.REJECTED: lambda more: str(more.get("error", "")),
    EventKind.IGNORED: lambda more: " of ".join(str(more[name]) for name in ("id", "job") if more.get(name)),
    EventKind.EVICTED: lambda more: f"from {more['from']}" if "from" in more else "",
}


class StoryLine(NamedTuple):
    """One thing that happened.

    Attributes:
        t_ms: When, ms since the run began.
        what: In words, with the process in brackets where it is another one than before.
        of_the_job: Whether it happened to the job itself; else it happened around it.
        kind: Of the event.
    """

    t_ms: int
    what: str
    of_the_job: bool
    kind: EventKind

    def written(self, *, long: bool) -> str:
        """Write it as a line; with ``long`` the time is in hours, minutes and seconds."""
        clock = _long_clock(self.t_ms) if long else _clock(self.t_ms)
        return f"{clock}{'    ' if self.of_the_job else '  · '}{self.what}"


def job_story(result: ModeResult, job: str, *, whole: bool = False) -> list[str]:
    """Tell one job's story, a line for each thing that happened; what broke around it is told where it fell between.

    A process stands in brackets where it is another one than in the line before. What befalls a process is told while
    that process has the job in its hands, also after the last thing that the queue knows of the job.

    Args:
        whole: Leave nothing out, however long it is.

    Raises:
        TraceNotKept: The run kept no events.
    """
    lines = story_lines(result, job)
    long = any(line.of_the_job and line.t_ms >= LONG_MS for line in lines)
    told = [line.written(long=long) for line in lines]
    if len(told) > MAX_LINES and not whole:
        half = MAX_LINES // 2
        told = [*told[:half], f"{'':>10}  … {len(told) - 2 * half} more lines: run with --job {job} …", *told[-half:]]
    return told


def story_lines(result: ModeResult, job: str) -> list[StoryLine]:
    """Return one job's story as ``job_story`` tells it, line by line; empty for a job that is not in the run.

    Raises:
        TraceNotKept: The run kept no events.
    """
    own = [record for record in result.trace if record.job == job]
    if not own:
        return []
    first_ms, last_ms = own[0].t_ms, own[-1].t_ms
    told: list[StoryLine] = []
    hands = _Hands()
    shown = ""
    for record in result.trace:
        if record.job == job:
            who = "" if record.worker in (None, "producer", "queue", shown) else record.worker
            shown = who or shown
            told.append(StoryLine(record.t_ms, f"{_what(record)}{f'  ({who})' if who else ''}", True, record.kind))
            hands.follow(record)
        elif (
            record.job is None
            and first_ms <= record.t_ms
            and (record.t_ms <= last_ms or _befalls(record))
            and hands.surrounds(record)
        ):
            who = f"{record.worker} " if record.worker else ""
            told.append(StoryLine(record.t_ms, f"{who}{_what(record)}", False, record.kind))
    return told


class _Hands:
    """The processes that have a job in their hands: more than one when the queue takes a living one for dead."""

    def __init__(self) -> None:
        self._holding: set[str] = set()
        self._crashed: set[str] = set()

    def follow(self, record: Event) -> None:
        """Note what an event of the job says about who has it."""
        if record.kind in _TAKES_IT and record.worker:
            self._holding.add(record.worker)
        elif record.kind in _LETS_GO:
            self._holding.discard(record.worker or "")

    def surrounds(self, record: Event) -> bool:
        """Tell whether something that concerns no job belongs into the story."""
        who = record.worker or ""
        if record.kind is EventKind.WORKER_STARTED:
            told = who in self._crashed
            self._crashed.discard(who)
            return told
        if record.kind is EventKind.WORKER_CRASHED and who in self._holding:
            self._holding.discard(who)
            self._crashed.add(who)
            return True
        if _befalls(record):
            return who in self._holding
        return record.kind in _TOLD or record.kind in _FAULTS


_TAKES_IT = (EventKind.POPPED, EventKind.STARTED)
_FAULTS = (EventKind.FAULT_BEGAN, EventKind.FAULT_ENDED)
_LETS_GO = (EventKind.ATTEMPT_FAILED, EventKind.COMPLETED, EventKind.ACK_REJECTED)


def _befalls(record: Event) -> bool:
    """Tell whether an event is something that happens to a process."""
    if record.kind in _FAULTS:
        return record.worker is not None
    return record.kind in (EventKind.WORKER_CRASHED, EventKind.WORKER_STOPPED, EventKind.WORKER_STARTED)


def _what(record: Event) -> str:
    if record.kind in _FAULTS:
        window = window_of(record)
        if record.kind is EventKind.FAULT_ENDED:
            return window.ended
        detail = (record.more or {}).get(window.detail, "")
        return f"{window.began}: {detail}" if detail else window.began
    detail_of = _DETAILS.get(record.kind)
    more = "" if detail_of is None else detail_of(record.more or {})
    what = _TOLD.get(record.kind, record.kind.value)
    if record.kind is EventKind.STARTED:
        what = f"attempt {record.attempt} starts"
    return f"{what}: {more}" if more else what


def _clock(t_ms: int) -> str:
    return f"{t_ms / 1_000:>9.3f}s"


def _long_clock(t_ms: int) -> str:
    minutes, ms = divmod(t_ms, 60_000)
    return f"{minutes // 60:>2}:{minutes % 60:02}:{ms // 1_000:02}.{ms % 1_000:03}"
