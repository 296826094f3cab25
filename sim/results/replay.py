"""A trace played again: in which state each job stood from when to when, and how each attempt ended.

The queue's `active` list holds two kinds of jobs that look the same from outside: those that a living worker runs, and
those whose worker died or lost them. Here they are two states, ``active`` and ``abandoned``.
"""

from collections.abc import Callable, Container
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from sim.results.trace import Event, EventKind, Trace


class State(StrEnum):
    """Where a job stands while it is not finished."""

    SUBMITTING = "submitting"
    WAITING = "waiting"
    ACTIVE = "active"
    ABANDONED = "abandoned"
    DELAYED = "delayed"


class AttemptEnd(StrEnum):
    """How one run of a handler ended."""

    OK = "ok"
    FAILED = "failed"
    KILLED = "killed"
    ACK_REJECTED = "ack-rejected"
    UNFINISHED = "unfinished"


class Change(NamedTuple):
    """A job went from one state to another; None is outside: not there yet, or finished.

    Attributes:
        t_ms: Milliseconds since the run began.
    """

    t_ms: int
    job: str
    old: State | None
    new: State | None


@dataclass(slots=True)
class Attempt:
    """One run of a job's handler.

    Attributes:
        start_ms: When its handler was called, ms since the run began.
        end_ms: When it ended; the end of the run for one that did not.
        disowned: Whether the queue had given the job up as stalled or forgotten while this attempt went on.
    """

    job: str
    number: int
    worker: str
    start_ms: int
    end_ms: int = -1
    end: AttemptEnd = AttemptEnd.UNFINISHED
    disowned: bool = False


@dataclass(slots=True)
class Replay:
    """Everything that a picture needs to know of the jobs, in the order in which it happened.

    Attributes:
        end_ms: When the run ended.
        unheard: What came of attempts after their timeout: from then until the handler ended, or its process.
    """

    end_ms: int
    changes: list[Change] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    unheard: list[Attempt] = field(default_factory=list)


@dataclass(slots=True)
class _Job:
    name: str
    place: State | None = None
    shown: State | None = None
    holder: str | None = None
    copies: int = 0
    running: dict[int, Attempt] = field(default_factory=dict)


_IN_QUEUE = (State.WAITING, State.ACTIVE, State.DELAYED)
_PLACES = {"waiting": State.WAITING, "active": State.ACTIVE, "delayed": State.DELAYED}


def replay(trace: Trace, *, end_ms: int | None = None, only: Container[str] | None = None) -> Replay:
    """Play a trace again.

    A job that was added to the queue twice (its submit was repeated after a lost reply) is one job here, and stands in
    the queue until both copies are finished.

    Args:
        end_ms: When the run ended; default: at the last record.
        only: Leave all other jobs out.
    """
    last_ms = trace.records[-1].t_ms if trace.records else 0
    return _Player(trace, last_ms if end_ms is None else end_ms, only).play()


class _Player:
    def __init__(self, trace: Trace, end_ms: int, only: Container[str] | None) -> None:
        self.trace = trace
        self.only = only
        self.in_process = trace.mode == "in-process"
        self.result = Replay(end_ms)
        self.jobs: dict[str, _Job] = {}
        self.held_by: dict[str, dict[str, None]] = {}
        self.dead: set[str] = set()
        self.unheard: dict[tuple[str, int], Attempt] = {}
        self.steps: dict[EventKind, Callable[[_Job, Event], None]] = {
            EventKind.SUBMIT_WAITING: self._submit_waiting,
            EventKind.ENQUEUED: self._enqueued,
            EventKind.REJECTED: self._rejected,
            EventKind.IGNORED: self._rejected,
            EventKind.PROMOTED: self._put_in_line,
            EventKind.POPPED: self._popped,
            EventKind.KILLED: self._killed,
            EventKind.STARTED: self._started,
            EventKind.TIMED_OUT: self._timed_out,
            EventKind.UNHEARD: self._unheard,
            EventKind.ATTEMPT_FAILED: self._attempt_failed,
            EventKind.RETRY_SCHEDULED: self._retry_scheduled,
            EventKind.DROPPED: self._dropped,
            EventKind.COMPLETED: self._completed,
            EventKind.ACK_REJECTED: self._ack_rejected,
            EventKind.FAILED: self._failed,
            EventKind.STALLED: self._stalled,
            EventKind.RETRIED: self._put_in_line,
            EventKind.REPLAYED: self._put_in_line,
            EventKind.REMOVED: self._removed,
            EventKind.DATA_LOST: self._data_lost,
            EventKind.RESTORED: self._restored,
        }

    def play(self) -> Replay:
        """Go through the records once."""
        steps, jobs, only = self.steps, self.jobs, self.only
        for record in self.trace:
            name = record.job
            if name is None:
                self._world(record)
                continue
            if only is not None and name not in only:
                continue
            step = steps.get(record.kind)
            if step is None:
                continue
            job = jobs.get(name)
            if job is None:
                job = jobs[name] = _Job(name)
            step(job, record)
            self._show(job, record.t_ms)
        for attempt in (*self.result.attempts, *self.result.unheard):
            if attempt.end is AttemptEnd.UNFINISHED:
                attempt.end_ms = self.result.end_ms
        return self.result

    def _show(self, job: _Job, t_ms: int) -> None:
        shown = job.place
        if shown is State.ACTIVE and job.holder is None:
            for attempt in job.running.values():
                if not attempt.disowned:
                    break
            else:
                shown = State.ABANDONED
        if shown is not job.shown:
            self.result.changes.append(Change(t_ms, job.name, job.shown, shown))
            job.shown = shown

    # -- the world ------------------------------------------------------------------------------------------------

    def _world(self, record: Event) -> None:
        if record.worker is None:
            return
        if record.kind is EventKind.WORKER_STARTED:
            self.dead.discard(record.worker)
        elif record.kind in (EventKind.WORKER_CRASHED, EventKind.WORKER_STOPPED):
            self.dead.add(record.worker)
            self._crash(record.worker, record.t_ms)

    def _crash(self, worker: str, t_ms: int) -> None:
        for rest in [rest for rest in self.unheard.values() if rest.worker == worker]:
            self._unheard_until(rest, t_ms, AttemptEnd.KILLED)
        for name in self.held_by.pop(worker, {}):
            job = self.jobs[name]
            self._end_attempts_on(job, worker, t_ms)
            if job.holder == worker:
                job.holder = None
            self._show(job, t_ms)
        if worker != "application":
            return
        for job in self.jobs.values():
            if job.place is State.SUBMITTING or (self.in_process and job.place is not None):
                job.place = None
                self._show(job, t_ms)

    def _end_attempts_on(self, job: _Job, worker: str, t_ms: int) -> None:
        for number in [number for number, attempt in job.running.items() if attempt.worker == worker]:
            self._end(job, number, t_ms, AttemptEnd.KILLED)

    # -- attempts -------------------------------------------------------------------------------------------------

    def _hold(self, job: _Job, worker: str) -> None:
        self.held_by.setdefault(worker, {})[job.name] = None

    def _end(self, job: _Job, number: int, t_ms: int, end: AttemptEnd) -> None:
        attempt = job.running.pop(number, None)
        if attempt is not None:
            attempt.end_ms, attempt.end = t_ms, end
            if all(other.worker != attempt.worker for other in job.running.values()):
                self.held_by.get(attempt.worker, {}).pop(job.name, None)

    def _started(self, job: _Job, record: Event) -> None:
        worker = record.worker or "?"
        attempt = Attempt(job.name, record.attempt, worker, record.t_ms)
        self.result.attempts.append(attempt)
        job.running[record.attempt] = attempt
        job.place, job.holder = State.ACTIVE, None
        self._hold(job, worker)

    def _attempt_failed(self, job: _Job, record: Event) -> None:
        attempt = job.running.get(record.attempt)
        self._end(job, record.attempt, record.t_ms, AttemptEnd.FAILED)
        if record.worker is not None and attempt is not None and not attempt.disowned:
            job.holder = record.worker
            self._hold(job, record.worker)

    def _timed_out(self, job: _Job, record: Event) -> None:
        rest = Attempt(job.name, record.attempt, record.worker or "?", record.t_ms)
        self.unheard[job.name, record.attempt] = rest
        self.result.unheard.append(rest)

    def _unheard(self, job: _Job, record: Event) -> None:
        rest = self.unheard.get((job.name, record.attempt))
        if rest is not None:
            self._unheard_until(rest, record.t_ms, AttemptEnd.FAILED if record.more else AttemptEnd.OK)

    def _unheard_until(self, rest: Attempt, t_ms: int, end: AttemptEnd) -> None:
        rest.end_ms, rest.end = t_ms, end
        del self.unheard[rest.job, rest.number]

    def _ack_rejected(self, job: _Job, record: Event) -> None:
        self._end(job, record.attempt, record.t_ms, AttemptEnd.ACK_REJECTED)
        if job.holder == record.worker:
            job.holder = None

    def _killed(self, job: _Job, record: Event) -> None:
        if (record.more or {}).get("step") == "between-take-and-lock":
            job.place, job.holder = State.ACTIVE, None
        elif record.worker is not None:
            self._end_attempts_on(job, record.worker, record.t_ms)

    # -- where it stands ------------------------------------------------------------------------------------------

    def _submit_waiting(self, job: _Job, record: Event) -> None:
        if job.place is None:
            job.place = State.SUBMITTING

    def _enqueued(self, job: _Job, record: Event) -> None:
        if job.place in _IN_QUEUE:
            job.copies += 1
            return
        job.place = State.DELAYED if (record.more or {}).get("delay_ms") else State.WAITING

    def _rejected(self, job: _Job, record: Event) -> None:
        if job.place is State.SUBMITTING:
            job.place = None

    def _put_in_line(self, job: _Job, record: Event) -> None:
        job.place, job.holder = State.WAITING, None

    def _popped(self, job: _Job, record: Event) -> None:
        job.place = State.ACTIVE
        if record.worker is not None and record.worker not in self.dead:
            job.holder = record.worker
            self._hold(job, record.worker)

    def _retry_scheduled(self, job: _Job, record: Event) -> None:
        self._end(job, record.attempt, record.t_ms, AttemptEnd.FAILED)
        job.place = State.DELAYED if (record.more or {}).get("delay_ms") else State.WAITING
        job.holder = None

    def _dropped(self, job: _Job, record: Event) -> None:
        self._leave(job)

    def _completed(self, job: _Job, record: Event) -> None:
        self._end(job, record.attempt, record.t_ms, AttemptEnd.OK)
        self._leave(job)

    def _failed(self, job: _Job, record: Event) -> None:
        attempt = job.running.get(record.attempt)
        if attempt is not None and attempt.worker == record.worker:
            self._end(job, record.attempt, record.t_ms, AttemptEnd.FAILED)
        self._leave(job)

    def _leave(self, job: _Job) -> None:
        job.holder = None
        if not job.copies:
            job.place = None
            return
        job.copies -= 1
        job.place = State.ACTIVE if job.running else State.WAITING

    def _removed(self, job: _Job, record: Event) -> None:
        if (record.more or {}).get("from") not in ("failed", "completed"):
            self._disown(job)
            self._leave(job)

    def _stalled(self, job: _Job, record: Event) -> None:
        self._disown(job)
        job.place = State.WAITING

    def _data_lost(self, job: _Job, record: Event) -> None:
        self._disown(job)
        job.place, job.copies = None, 0

    def _restored(self, job: _Job, record: Event) -> None:
        place = _PLACES.get((record.more or {}).get("place", ""))
        if place is not State.ACTIVE:
            self._disown(job)
        job.place = place

    def _disown(self, job: _Job) -> None:
        job.holder = None
        for attempt in job.running.values():
            attempt.disowned = True
