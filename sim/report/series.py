"""From a ledger to the numbers that a picture draws over time."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.ledger.events import Event, Ledger
from sim.report.replay import State, replay

Integers = NDArray[np.int64]
_MOVES_OF_THE_DEAD = (Event.DEAD_LETTERED, Event.REPLAYED, Event.PURGED, Event.FORGOTTEN, Event.RESTORED)


@dataclass(frozen=True, slots=True)
class Depth:
    """How many jobs stood in each state, over time.

    Attributes:
        t_ms: Moments at which something changed, ms since the run began, rising; the first is 0, the last the end of
            the run.
        by_state: For each state the number of jobs from that moment on, as long as ``t_ms``.
    """

    t_ms: Integers
    by_state: dict[State, Integers]

    @property
    def total(self) -> Integers:
        """Jobs in any state."""
        total: Integers = np.sum(list(self.by_state.values()), axis=0, dtype=np.int64)
        return total

    @property
    def states(self) -> list[State]:
        """The states that any job was ever seen in."""
        return [state for state, counts in self.by_state.items() if counts.any()]

    def at(self, t_ms: int) -> dict[State, int]:
        """Say how many jobs stood in each state at a moment."""
        place = int(np.searchsorted(self.t_ms, t_ms, side="right")) - 1
        return {state: int(counts[place]) if place >= 0 else 0 for state, counts in self.by_state.items()}


class Curve(NamedTuple):
    """Something that is counted.

    Attributes:
        t_ms: When the count changed, ms since the run began, rising; the first is 0, the last the end of the run.
        so_far: How many there were from that moment on.
    """

    t_ms: Integers
    so_far: Integers

    @property
    def last(self) -> int:
        """How many there were in the end."""
        return int(self.so_far[-1])

    def at(self, t_ms: int) -> int:
        """Say how many there were at a moment."""
        place = int(np.searchsorted(self.t_ms, t_ms, side="right")) - 1
        return int(self.so_far[place]) if place >= 0 else 0


@dataclass(frozen=True, slots=True)
class Progress:
    """What had come of the jobs, over time.

    Attributes:
        offered: Jobs offered.
        delivered: Jobs whose effect had happened (first effects).
        duplicates: Effects too many (second and further ones).
        lost: Lost jobs, each at the moment when the last trace of it vanished.
        dead: Jobs that stand in a dead letter queue; the only one that may fall again.
    """

    offered: Curve
    delivered: Curve
    duplicates: Curve
    lost: Curve
    dead: Curve


def queue_depth(ledger: Ledger, end_ms: int) -> Depth:
    """Count the jobs in each state over time.

    Args:
        end_ms: When the run ended, ms.
    """
    changes = replay(ledger, end_ms=end_ms).changes
    order = list(State)
    rank = {state: place for place, state in enumerate(order)}
    raw = np.array([change.t_ms for change in changes], dtype=np.int64)
    moments, place_of = np.unique(np.concatenate(([0], raw, [end_ms])), return_inverse=True)
    steps = np.zeros((len(order), len(moments)), dtype=np.int64)
    places = place_of[1:-1]
    for side, sign in (("old", -1), ("new", 1)):
        states = np.array([rank.get(getattr(change, side), -1) for change in changes], dtype=np.int64)
        known = states >= 0
        np.add.at(steps, (states[known], places[known]), sign)
    counts = np.cumsum(steps, axis=1)
    return Depth(moments, {state: counts[rank[state]] for state in order})


def progress(ledger: Ledger, end_ms: int) -> Progress:
    """Count offers, first effects, further effects and losses over time.

    Args:
        end_ms: When the run ended, ms.
    """
    offered: list[int] = []
    delivered: list[int] = []
    duplicates: list[int] = []
    seen: set[str] = set()
    for record in ledger:
        if record.job is None:
            continue
        if record.event is Event.OFFERED:
            offered.append(record.t_ms)
        elif record.event is Event.EFFECT:
            (duplicates if record.job in seen else delivered).append(record.t_ms)
            seen.add(record.job)
    lost = list(loss_times(ledger).values())
    return Progress(
        offered=_curve(offered, end_ms),
        delivered=_curve(delivered, end_ms),
        duplicates=_curve(duplicates, end_ms),
        lost=_curve(lost, end_ms),
        dead=dead_letters_over_time(ledger, end_ms),
    )


def dead_letters_over_time(ledger: Ledger, end_ms: int) -> Curve:
    """Count the jobs that stand in dead letter queues over time.

    Args:
        end_ms: When the run ended, ms.
    """
    copies: dict[str, int] = {}
    counts = {0: 0}
    standing = 0
    for record in ledger:
        name, event = record.job, record.event
        if name is None or event not in _MOVES_OF_THE_DEAD:
            continue
        before = copies.get(name, 0)
        if event is Event.DEAD_LETTERED:
            after = before + 1
        elif event in (Event.REPLAYED, Event.PURGED):
            after = max(0, before - 1)
        else:
            after = int((record.more or {}).get("place") == "dead" and event is Event.RESTORED)
        copies[name] = after
        standing += after - before
        counts[record.t_ms] = standing
    counts[max(end_ms, *counts)] = standing
    return Curve(np.array(list(counts), dtype=np.int64), np.array(list(counts.values()), dtype=np.int64))


def loss_times(ledger: Ledger) -> dict[str, int]:
    """Say when each lost job was lost, ms: when the last thing happened to it or to the process that held it.

    The ledger names lost jobs only at the end of the run, because only then is it certain that nothing is left.
    """
    lost = {record.job for record in ledger if record.event is Event.LOST and record.job is not None}
    if not lost:
        return {}
    last: dict[str, int] = {}
    for record in ledger:
        if record.job in lost and record.job is not None and record.event is not Event.LOST:
            last[record.job] = record.t_ms
    played = replay(ledger, only=lost)
    for change in played.changes:
        last[change.job] = max(last[change.job], change.t_ms)
    for attempt in played.attempts:
        if attempt.end != "unfinished":
            last[attempt.job] = max(last[attempt.job], attempt.end_ms)
    return last


def thin(depth: Depth, most: int) -> Depth:
    """Keep at most about twice ``most`` moments: in every stretch of time the one with the most jobs, and the last."""
    if len(depth.t_ms) <= most:
        return depth
    bins = depth.t_ms * most // (depth.t_ms[-1] + 1)
    order = np.lexsort((-depth.total, bins))
    firsts = np.flatnonzero(np.diff(bins[order], prepend=-1))
    lasts = np.flatnonzero(np.diff(bins, append=bins[-1] + 1))
    keep = np.unique(np.concatenate(([0], order[firsts], lasts)))
    return Depth(depth.t_ms[keep], {state: counts[keep] for state, counts in depth.by_state.items()})


def _curve(times: list[int], end_ms: int) -> Curve:
    moments, counts = np.unique(np.array(times, dtype=np.int64), return_counts=True)
    t_ms = np.concatenate(([0], moments, [max(end_ms, int(moments[-1]) if len(moments) else 0)])).astype(np.int64)
    totals = np.cumsum(counts, dtype=np.int64)
    return Curve(t_ms, np.concatenate(([0], totals, [totals[-1] if len(totals) else 0])).astype(np.int64))
