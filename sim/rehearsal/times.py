"""When each job first started and when it ended, and how far a rehearsal's times may be from the predicted ones."""

from collections.abc import Iterable
from typing import NamedTuple

from sim.rehearsal.scale import Scale
from sim.results.trace import Event, EventKind

FIXED_MS = 30
"""Real ms by which a time may be off whatever happens: a submit, the pop, the handler's messages, a timer's tick."""
STEP_MS = 6
"""Real ms that each attempt on the way may add: Bull's commands for its end and for the next start."""
STALL_MS = 20
"""Real ms that each stall on the way may add: the start of the process whose check found it, the drift of its timer."""
RESTART_MS = 30
"""Real ms that a process which was started in place of another may add: until its Bull takes jobs."""
BACK_TO_BACK_MS = 60
"""Real ms: a worker that starts a job this soon after an end has handed its lateness on."""

_ENDS = {EventKind.COMPLETED, EventKind.FAILED, EventKind.REJECTED}
_FREES_A_SLOT = {EventKind.COMPLETED, EventKind.FAILED, EventKind.RETRY_SCHEDULED, EventKind.ACK_REJECTED}


class JobTimes(NamedTuple):
    """When a job's handler was called first, and when it completed, failed for good or was rejected for the last time.

    Attributes:
        started_ms: ms since the run began; None where it never did. So is ``ended_ms``.
    """

    started_ms: int | None
    ended_ms: int | None

    def distance(self, other: "JobTimes") -> float:
        """Return the larger of both differences, ms; infinite where only one of the two ever happened."""
        return max(abs(_difference(self.started_ms, other.started_ms)), abs(_difference(self.ended_ms, other.ended_ms)))


class Way(NamedTuple):
    """What led to a time, one after the other.

    Attributes:
        attempts: Attempts, the job's own and those that its worker had just ended before.
        stalls: How often it was found without a lock.
        restarts: Processes that were started some time after the one before them had ended its jobs.
    """

    attempts: int = 0
    stalls: int = 0
    restarts: int = 0

    @property
    def late_ms(self) -> int:
        """Real ms by which it may have made the time late."""
        return STEP_MS * self.attempts + STALL_MS * self.stalls + RESTART_MS * self.restarts


class Tolerance(NamedTuple):
    """How far a real time may be from the predicted one: real milliseconds, which the scale makes longer.

    Attributes:
        scale: Of the rehearsal.
    """

    scale: Scale

    def of(self, way: Way) -> int:
        """Return how far a time may be off that something led to, in ms of the scenario."""
        return self.scale.factor * (FIXED_MS + way.late_ms)

    def __str__(self) -> str:
        each = f"{STEP_MS} ms for each attempt, {STALL_MS} ms for each stall"
        return f"{self.scale.factor} x ({FIXED_MS} ms + {each}, {RESTART_MS} ms for each restart that led to it)"


def job_times(records: Iterable[Event], until_ms: float = float("inf")) -> dict[str, JobTimes]:
    """Read the times of every job out of a run's events.

    Args:
        until_ms: What happened later is left out.
    """
    started: dict[str, int] = {}
    ended: dict[str, int] = {}
    for record in records:
        if record.job is None or record.t_ms > until_ms:
            continue
        if record.kind is EventKind.STARTED:
            started.setdefault(record.job, record.t_ms)
        elif record.kind in _ENDS:
            ended[record.job] = record.t_ms
    names = dict.fromkeys([*started, *ended])
    return {job: JobTimes(started.get(job), ended.get(job)) for job in names}


def ways_to_ends(records: Iterable[Event], scale: Scale) -> dict[str, Way]:
    """Tell, for each job, what had to happen one after the other before its last attempt ended.

    An attempt comes after the one before at the same job, or after the one that its worker had just ended. A process
    that is started in place of one which was shut down comes after all that the other one did.
    """
    hand_on_ms = scale.factor * BACK_TO_BACK_MS
    ways: dict[str, Way] = {}
    freed: dict[str, tuple[int, Way]] = {}
    left: dict[str, Way] = {}
    for record in records:
        if record.worker is None:
            continue
        if record.kind is EventKind.WORKER_STOPPED:
            left[record.worker] = freed.get(record.worker, (0, Way()))[1]
        elif record.kind is EventKind.WORKER_STARTED and record.worker in left:
            before = left.pop(record.worker)
            freed[record.worker] = (record.t_ms, before._replace(restarts=before.restarts + 1))
        if record.job is None:
            continue
        own = ways.get(record.job, Way())
        if record.kind is EventKind.STARTED:
            freed_ms, before = freed.get(record.worker, (record.t_ms, Way()))
            if record.t_ms - freed_ms <= hand_on_ms and before.late_ms > own.late_ms:
                own = before
            ways[record.job] = own._replace(attempts=own.attempts + 1)
        elif record.kind is EventKind.STALLED:
            ways[record.job] = own._replace(stalls=own.stalls + 1)
        elif record.kind in _FREES_A_SLOT:
            freed[record.worker] = (record.t_ms, own)
    return ways


def _difference(one: int | None, other: int | None) -> float:
    if one is None or other is None:
        return 0.0 if one is other else float("inf")
    return float(one - other)
