"""When each job first started and when it ended, and how far off a rehearsal's times may be from the predicted ones.

Times of a random scenario as a distribution: is one run's among those of many other runs?
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sim.rehearsal.scale import Scale
from sim.results.trace import Event, EventKind

FIXED_MS = 30
"""Real ms by which a time may be off whatever happens: a submit, the pop, the handler's messages, a timer's tick."""
STEP_MS = 6
"""Real ms that each attempt on the way may add: Bull's commands for its end and for the next start."""
STALL_MS = 20
"""Real ms that each stall on the way may add: the start of the process whose check found it, the drift of its timer."""
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
    """

    attempts: int = 0
    stalls: int = 0

    @property
    def late_ms(self) -> int:
        """Real ms by which it may have made the time late."""
        return STEP_MS * self.attempts + STALL_MS * self.stalls


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
        each = f"{STEP_MS} ms for each attempt and {STALL_MS} ms for each stall that led to it"
        return f"{self.scale.factor} x ({FIXED_MS} ms + {each})"


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

    An attempt comes after the one before at the same job, or after the one that its worker had just ended.
    """
    hand_on_ms = scale.factor * BACK_TO_BACK_MS
    ways: dict[str, Way] = {}
    freed: dict[str, tuple[int, Way]] = {}
    for record in records:
        if record.job is None or record.worker is None:
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


Spans = dict[tuple[str, str], list[int]]
"""By queue and what is measured: how long after its offer each job started, or ended, ms, sorted."""


class Distribution(NamedTuple):
    """How one kind of time came out in a rehearsal and in the simulated runs.

    Attributes:
        what: ``first start`` or ``end``, after the offer.
        real_median_ms: Of the rehearsal's jobs.
        low_median_ms: The smallest median of a simulated run; ``high_median_ms`` the largest.
        distance: Kolmogorov-Smirnov distance of the rehearsal's times from those of all runs together.
        p: Share of runs, the rehearsal among them, that lie at least as far from all of them as the rehearsal does.
    """

    queue: str
    what: str
    real_median_ms: int
    low_median_ms: int
    high_median_ms: int
    distance: float
    p: float

    @property
    def agrees(self) -> bool:
        """Whether a simulated run lies as far off as the rehearsal does."""
        return self.p >= P_LIMIT


P_LIMIT = 0.01


def spans(arrivals: Iterable[tuple[str, str, int]], times: dict[str, JobTimes]) -> Spans:
    """Measure how long after its offer each job started and ended.

    Args:
        offers: Job, queue and moment of each offer, ms since the run began.
    """
    found: Spans = {}
    for job, queue, offered_ms in arrivals:
        started_ms, ended_ms = times.get(job, JobTimes(None, None))
        for what, t_ms in (("first start", started_ms), ("end", ended_ms)):
            if t_ms is not None:
                found.setdefault((queue, what), []).append(t_ms - offered_ms)
    return {key: sorted(values) for key, values in found.items()}


def compare(real: Spans, runs: Sequence[Spans], slack_ms: int) -> list[Distribution]:
    """Hold a rehearsal's times against those of simulated runs.

    The jobs of one run depend on each other, so no formula says how far a run's times may be from those of all runs
    together; the distances of the simulated runs themselves do: a permutation test.

    Args:
        slack_ms: How far the rehearsal's times may be shifted by its machine.
    """
    rows: list[Distribution] = []
    for key, values in real.items():
        samples = [run[key] for run in runs if run.get(key)]
        if not samples:
            continue
        pooled = sorted(value for sample in [values, *samples] for value in sample)
        distance = ks_distance(values, pooled, slack_ms)
        as_far = sum(ks_distance(sample, pooled, slack_ms) >= distance for sample in samples)
        medians = [_median(sample) for sample in samples]
        p = (1 + as_far) / (1 + len(samples))
        rows.append(Distribution(*key, _median(values), min(medians), max(medians), distance, p))
    return rows


def ks_distance(sample: Sequence[int], pooled: Sequence[int], slack_ms: int) -> float:
    """Return the largest difference between two samples' distributions that no shift up to the slack explains.

    Both are sorted.
    """
    worst = 0.0
    for number, value in enumerate(sample):
        below_here, up_to_here = bisect_left(sample, value) / len(sample), (number + 1) / len(sample)
        too_late = bisect_left(pooled, value - slack_ms) / len(pooled) - below_here
        too_early = up_to_here - bisect_right(pooled, value + slack_ms) / len(pooled)
        worst = max(worst, too_late, too_early)
    return worst


def _median(values: Sequence[int]) -> int:
    return values[len(values) // 2]
