"""The scenario itself, run once under each of its semantics: what advice says of it has to agree with that.

The operator is left out, who may mend by hand what the settings lose.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from sim.advise.finding import Finding, Severity
from sim.advise.phrases import jobs, span
from sim.advise.sources import WATCH_DEPTH
from sim.advise.trials import Raw, Trial
from sim.core.errors import BudgetExceeded
from sim.engine.run import run
from sim.results.outcomes import Counts, Outcome
from sim.results.text import in_words
from sim.results.trace import EventKind, Trace
from sim.scenario.schema import Scenario
from sim.yaml_files.fields import SemanticsName

MAX_JOBS = 20_000
"""A scenario with more jobs is not run: arithmetic has to do."""
MAX_STEPS = 2_000_000
TOLD = "The scenario unchanged, without its operator."

ENTERS = frozenset(
    {
        EventKind.ENQUEUED,
        EventKind.RETRY_SCHEDULED,
        EventKind.PROMOTED,
        EventKind.STALLED,
        EventKind.RETRIED,
        EventKind.REPLAYED,
    }
)
LEAVES = frozenset(
    {
        EventKind.STARTED,
        EventKind.POPPED,
        EventKind.DROPPED,
        EventKind.FAILED,
        EventKind.DATA_LOST,
        EventKind.REMOVED,
    }
)


class Backlog(NamedTuple):
    """The jobs of a queue that waited to be taken.

    Attributes:
        most: How many at once, at the most.
        drain_ms: Time from then until none waited, ms; None when some waited until the run's end.
        wait_ms: The longest time that a job waited in one go, ms.
    """

    most: int
    drain_ms: int | None
    wait_ms: int


class Stand(NamedTuple):
    """What one queue came to under one of the semantics.

    Attributes:
        stuck: Jobs that are pending at the end because jobs go round in circles: they were recovered themselves, or
            wait behind those that are, which are recovered more often than there are jobs.
        simulated_ms: How long the run was, ms.
    """

    semantics: SemanticsName
    counts: Counts
    stuck: int
    line: Backlog
    simulated_ms: int

    @property
    def gone(self) -> int:
        """Jobs that will never be delivered, or that go round in circles."""
        return self.counts.offered - self.counts.delivered - self.counts.pending + self.stuck


class AsItStands:
    """A scenario's own runs, made when somebody asks.

    Args:
        data: The file as plain data.
    """

    def __init__(self, scenario: Scenario, data: Raw) -> None:
        self._scenario = scenario
        self._data = data

    def of(self, queue: str) -> list[Stand]:
        """Return what a queue came to, under each of the scenario's semantics; empty where the run is too long."""
        return self._stands.get(queue, [])

    def worst(self, queue: str) -> Stand | None:
        """Return the stand with the most jobs gone, then the most duplicated; None where there is none."""
        return max(self.of(queue), key=lambda one: (one.gone, one.counts.duplicated), default=None)

    def line(self, queue: str) -> Backlog | None:
        """Return the longest line that a queue had under any of the semantics."""
        return max((one.line for one in self.of(queue)), key=lambda line: line.most, default=None)

    def trial(self, stand: Stand) -> Trial:
        """Return a queue's stand as evidence."""
        scenario = {key: value for key, value in self._data.items() if key != "operator"}
        return Trial(TOLD, {**scenario, "modes": ["queue"]}, stand.semantics, stand.counts)

    @cached_property
    def _stands(self) -> Mapping[str, list[Stand]]:
        found: dict[str, list[Stand]] = {}
        if self._scenario.jobs > MAX_JOBS:
            return found
        alone = self._scenario.model_copy(update={"operator": []})
        for semantics in self._scenario.profiles:
            try:
                result = run(
                    alone, modes=["queue"], semantics=semantics, store="memory", max_steps=MAX_STEPS, metrics=False
                )
            except BudgetExceeded:
                return {}
            mode = result.modes["queue"]
            lines = lines_of(mode.trace, mode.simulated_ms)
            for queue, counts in mode.queues.items():
                circles = counts.stalled > counts.offered
                own = [job for job in mode.jobs if job.queue == queue and job.outcome is Outcome.PENDING]
                stuck = sum(circles or job.stalls > 0 for job in own)
                line = lines.get(queue, Backlog(0, 0, 0))
                found.setdefault(queue, []).append(Stand(semantics, counts, stuck, line, mode.simulated_ms))
        return found


def lines_of(trace: Trace, end_ms: int) -> dict[str, Backlog]:
    """Follow who waited in each queue; a job that is delayed does not wait.

    Args:
        end_ms: When the run ended, ms.
    """
    waiting: dict[str, dict[str, int]] = {}
    peaks: dict[str, tuple[int, int]] = {}
    gone_ms: dict[str, int] = {}
    waits: dict[str, int] = {}
    for t_ms, queue, job, event, _attempt, _worker, more in trace:
        if job is None or queue is None or (event not in ENTERS and event not in LEAVES):
            continue
        line = waiting.setdefault(queue, {})
        if event in ENTERS and not (more or {}).get("delay_ms"):
            line.setdefault(job, t_ms)
            if len(line) > peaks.get(queue, (0, 0))[0]:
                peaks[queue] = len(line), t_ms
                gone_ms.pop(queue, None)
        elif (since_ms := line.pop(job, None)) is not None:
            waits[queue] = max(waits.get(queue, 0), t_ms - since_ms)
            if not line:
                gone_ms.setdefault(queue, t_ms)
    found: dict[str, Backlog] = {}
    for queue, (most, peak_ms) in peaks.items():
        left = waiting[queue]
        longest = max([waits.get(queue, 0), *(end_ms - since_ms for since_ms in left.values())])
        emptied = gone_ms.get(queue)
        found[queue] = Backlog(most, None if emptied is None else emptied - peak_ms, longest)
    return found


def unexplained(
    stands: AsItStands, queues: Sequence[str], findings: Sequence[Finding], hopeless: Sequence[str]
) -> Iterator[Finding]:
    """Say what the scenario's own run loses, doubles or leaves undone that no other finding speaks of.

    Args:
        hopeless: Queues with jobs that fail whatever is tried; their failures are no surprise.
    """
    for queue in queues:
        stand = stands.worst(queue)
        if stand is None:
            continue
        said = {one.severity for one in findings if one.queue in (queue, None)}
        counts = stand.counts
        expected = counts.failed_retained + counts.failed_evicted + counts.dead_lettered if queue in hopeless else 0
        if stand.gone > expected and Severity.LOSE not in said:
            yield _finding(stands, queue, stand, Severity.LOSE, _not_delivered(stand))
        elif counts.duplicated and Severity.DUPLICATE not in said:
            what = f"{counts.duplicated:,} of {jobs(counts.offered)} take effect more than once."
            yield _finding(stands, queue, stand, Severity.DUPLICATE, what)
        elif counts.pending and said <= {Severity.KNOW}:
            yield _finding(stands, queue, stand, Severity.DELAY, _not_delivered(stand))


def _not_delivered(stand: Stand) -> str:
    counts = stand.counts.as_dict()
    missing = [one for one in Outcome if counts[one.field] and one is not Outcome.DELIVERED]
    parts = ", ".join(f"{counts[one.field]:,} {in_words(one.field)}" for one in missing)
    offered, delivered = stand.counts.offered, stand.counts.delivered
    text = f"Not delivered: {offered - delivered:,} of {jobs(offered)} ({parts})."
    if stand.stuck:
        text += (
            f" Jobs move from worker to worker until the run ends: {stand.counts.stalled:,} recoveries, and "
            f"{stand.counts.extra_effects:,} extra effects."
        )
    return text


def _finding(stands: AsItStands, queue: str, stand: Stand, severity: Severity, what: str) -> Finding:
    counts = stand.counts
    numbers: dict[str, Any] = {name: value for name, value in counts.as_dict().items() if value}
    return Finding(
        "as-it-stands",
        severity,
        queue,
        what,
        f"a run of {span(stand.simulated_ms)} of simulated time, {stand.semantics}",
        (WATCH_DEPTH,),
        "Follow one of these jobs in the trace: run the scenario with --out and open the report.",
        numbers,
        trial=stands.trial(stand),
    )
