"""What had happened to the jobs, moment by moment: each is in exactly one group."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.results.outcomes import RECORDS_OF_FAILURE, Outcome
from sim.results.result import ModeResult
from sim.results.series import Curve, Integers, curve_of
from sim.results.trace import EventKind

STACKED = (
    Outcome.DELIVERED,
    Outcome.PENDING,
    Outcome.LOST,
    Outcome.REJECTED,
    Outcome.IGNORED,
    Outcome.FAILED_REPORTED,
    Outcome.FAILED_RETAINED,
    Outcome.FAILED_EVICTED,
    Outcome.DEAD_LETTERED,
)
"""Groups in the order in which areas are stacked, from the bottom; ``PENDING`` is also whatever is not settled yet."""
_TELLING = frozenset(
    {
        EventKind.OFFERED,
        EventKind.RETRIED,
        EventKind.REPLAYED,
        EventKind.DATA_LOST,
        EventKind.RESTORED,
        EventKind.EFFECT,
        EventKind.REJECTED,
        EventKind.IGNORED,
        EventKind.FAILED,
        EventKind.DEAD_LETTERED,
        EventKind.PURGED,
        EventKind.EVICTED,
        EventKind.REMOVED,
    }
)
_SETTLES = {
    EventKind.EFFECT: Outcome.DELIVERED,
    EventKind.REJECTED: Outcome.REJECTED,
    EventKind.IGNORED: Outcome.IGNORED,
}
_OF_PLACE = {"failed": Outcome.FAILED_RETAINED, "dead": Outcome.DEAD_LETTERED}


@dataclass(frozen=True, slots=True)
class Fates:
    """How many of the offered jobs stood in each group, over time.

    Attributes:
        t_ms: Moments at which something changed, ms since the run began, rising; the first is 0, the last the end of
            the run.
        counts: For each outcome the number of jobs from that moment on, as long as ``t_ms``; at the end they are the
            outcomes of the run.
        extra_effects: Effects too many so far (second and further ones).
        late: Jobs delivered so far that came later than promised; they are a part of the delivered ones.
    """

    t_ms: Integers
    counts: dict[Outcome, Integers]
    extra_effects: Curve
    late: Curve

    @property
    def offered(self) -> Integers:
        """Jobs offered so far: all groups together."""
        total: Integers = np.sum(list(self.counts.values()), axis=0, dtype=np.int64)
        return total

    @property
    def last(self) -> dict[Outcome, int]:
        """How many jobs stood in each group in the end."""
        return {outcome: int(counts[-1]) for outcome, counts in self.counts.items()}

    def at(self, t_ms: int) -> dict[Outcome, int]:
        """Say how many jobs stood in each group at a moment; ms since the run began."""
        place = int(np.searchsorted(self.t_ms, t_ms, side="right")) - 1
        return {outcome: int(counts[place]) if place >= 0 else 0 for outcome, counts in self.counts.items()}

    def sampled(self, most: int) -> "Fates":
        """Return the counts at no more than ``most`` + 1 moments, evenly spread; unchanged where there are so few."""
        if len(self.t_ms) <= most + 1:
            return self
        moments = np.unique(np.linspace(0, int(self.t_ms[-1]), most + 1).astype(np.int64))
        places = np.searchsorted(self.t_ms, moments, side="right") - 1
        counts = {one: counts[places] for one, counts in self.counts.items()}
        return Fates(moments, counts, self.extra_effects, self.late)


@dataclass(slots=True)
class _Walk:
    """Notes each step of a job from one group to another."""

    final: Mapping[str, Outcome]
    now: dict[str, Outcome] = field(default_factory=dict)
    last_ms: dict[str, int] = field(default_factory=dict)
    steps: list[tuple[int, Outcome | None, Outcome]] = field(default_factory=list)

    def move(self, job: str, t_ms: int, fate: Outcome) -> None:
        """A job that was delivered stays so, whatever is said of it later."""
        before = self.now.get(job)
        if before is not fate and before is not Outcome.DELIVERED:
            self.steps.append((t_ms, before, fate))
            self.now[job] = fate


def fates_over_time(result: ModeResult) -> Fates:
    """Follow every offered job from group to group, from its offer to the outcome that it ended with.

    A job is delivered at its first effect, or when the last of several has happened. A failed one that was put back in
    line is not settled again. A loss counts from the moment when the last trace of the job vanished.

    Raises:
        TraceNotKept: The run kept no events.
    """
    walk = _Walk({job.job: job.outcome for job in result.jobs})
    extra: list[int] = []
    seen: set[tuple[str, str | None]] = set()
    in_process = result.mode == "in-process"
    for t_ms, _queue, job, event, _attempt, _worker, more in result.trace:
        if job is None or event is EventKind.LOST:
            continue
        walk.last_ms[job] = t_ms
        if event is EventKind.EFFECT:
            effect = job, (more or {}).get("effect")
            if effect in seen:
                extra.append(t_ms)
            seen.add(effect)
        if event not in _TELLING:
            continue
        fate = _fate_at(event, more, walk.now.get(job), walk.final.get(job), in_process=in_process)
        if fate is not None:
            walk.move(job, t_ms, fate)
    lost = result.losses
    for job, outcome in walk.final.items():
        walk.move(job, lost.get(job, walk.last_ms.get(job, result.simulated_ms)), outcome)
    late = [job.first_effect_ms for job in result.jobs if job.late and job.first_effect_ms is not None]
    return _counted(walk, extra, late, result.simulated_ms)


def _fate_at(
    event: EventKind, more: dict[str, Any] | None, now: Outcome | None, final: Outcome | None, *, in_process: bool
) -> Outcome | None:
    """Say where an event puts its job; None where it changes nothing."""
    told = more or {}
    match event:
        case EventKind.OFFERED | EventKind.RETRIED | EventKind.REPLAYED | EventKind.DATA_LOST:
            return Outcome.PENDING
        case EventKind.EFFECT if told.get("missing"):
            return None
        case EventKind.EFFECT | EventKind.REJECTED | EventKind.IGNORED:
            settles = _SETTLES[event]
            return settles if final is settles else None
        case EventKind.FAILED if in_process:
            return Outcome.FAILED_REPORTED
        case EventKind.FAILED:
            return Outcome.FAILED_RETAINED if told.get("kept", True) else Outcome.FAILED_EVICTED
        case EventKind.DEAD_LETTERED:
            return Outcome.DEAD_LETTERED
        case EventKind.PURGED:
            return Outcome.FAILED_EVICTED
        case EventKind.EVICTED | EventKind.REMOVED if (
            told.get("from") in RECORDS_OF_FAILURE and now is not Outcome.PENDING
        ):
            return Outcome.FAILED_EVICTED
        case EventKind.RESTORED:
            return _OF_PLACE.get(str(told.get("place")), Outcome.PENDING)
        case _:
            return None


def _counted(walk: _Walk, extra: list[int], late: list[int], end_ms: int) -> Fates:
    times = np.array([t_ms for t_ms, _before, _after in walk.steps], dtype=np.int64)
    end_ms = max(end_ms, int(times.max(initial=0)))
    moments, place_of = np.unique(np.concatenate(([0], times, [end_ms])), return_inverse=True)
    rank = {outcome: place for place, outcome in enumerate(STACKED)}
    changes = np.zeros((len(STACKED), len(moments)), dtype=np.int64)
    places = place_of[1:-1]
    befores = np.array([-1 if before is None else rank[before] for _t_ms, before, _after in walk.steps], dtype=np.int64)
    afters = np.array([rank[after] for _t_ms, _before, after in walk.steps], dtype=np.int64)
    for groups, sign in ((befores, -1), (afters, 1)):
        known = groups >= 0
        np.add.at(changes, (groups[known], places[known]), sign)
    counts = np.cumsum(changes, axis=1)
    by_outcome = {outcome: counts[rank[outcome]] for outcome in STACKED}
    return Fates(moments, by_outcome, curve_of(extra, end_ms), curve_of(late, end_ms))
