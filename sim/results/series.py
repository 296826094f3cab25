"""From a trace to the numbers that a picture draws over time."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.results.replay import State, replay
from sim.results.trace import EventKind, Trace

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


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
class DepthSummary:
    """How many jobs stood in each state on average, stretch by stretch.

    Attributes:
        every_ms: How long a stretch is, ms; the last one may be shorter.
        t_ms: Where the stretches begin, ms since the run began, and where the last one ends.
        mean: For each state its mean over each stretch, weighted by time.
        most: The most jobs, in all states together, that there were at any moment of a stretch.
    """

    every_ms: int
    t_ms: Integers
    mean: dict[State, Floats]
    most: Integers


def queue_depth(trace: Trace, end_ms: int) -> Depth:
    """Count the jobs in each state over time.

    Args:
        end_ms: When the run ended, ms.
    """
    changes = replay(trace, end_ms=end_ms).changes
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


def loss_times(trace: Trace) -> dict[str, int]:
    """Say when each lost job was lost, ms: when the last thing happened to it or to the process that held it.

    The trace names lost jobs only at the end of the run, because only then is it certain that nothing is left.
    """
    lost = {record.job for record in trace if record.kind is EventKind.LOST and record.job is not None}
    if not lost:
        return {}
    last: dict[str, int] = {}
    for record in trace:
        if record.job in lost and record.job is not None and record.kind is not EventKind.LOST:
            last[record.job] = record.t_ms
    played = replay(trace, only=lost)
    for change in played.changes:
        last[change.job] = max(last[change.job], change.t_ms)
    for attempt in played.attempts:
        if attempt.end != "unfinished":
            last[attempt.job] = max(last[attempt.job], attempt.end_ms)
    return last


def has_brief_spells(depth: Depth, share: float = 1 / 200, most: int = 20) -> bool:
    """Tell whether a picture would show stripes: more than ``most`` spells with jobs that are shorter than a share."""
    spans = np.diff(depth.t_ms)
    brief = (spans < share * depth.t_ms[-1]) & (depth.total[:-1] > 0)
    return int(brief.sum()) > most


def summarise(depth: Depth, every_ms: int) -> DepthSummary:
    """Average the jobs in each state over stretches of ``every_ms``, and keep the most of each stretch."""
    end_ms = max(int(depth.t_ms[-1]), 1)
    edges = np.append(np.arange(0, end_ms, every_ms, dtype=np.int64), end_ms)
    spans = np.diff(depth.t_ms)
    means: dict[State, Floats] = {}
    for state, counts in depth.by_state.items():
        so_far = np.concatenate(([0.0], np.cumsum(counts[:-1] * spans, dtype=np.float64)))
        means[state] = np.diff(np.interp(edges, depth.t_ms, so_far)) / np.diff(edges)
    moments = np.union1d(depth.t_ms, edges[:-1])
    totals = depth.total[np.searchsorted(depth.t_ms, moments, side="right") - 1]
    starts = np.searchsorted(moments, edges[:-1])
    return DepthSummary(every_ms, edges, means, np.maximum.reduceat(totals, starts))


def curve_of(times: list[int], end_ms: int) -> Curve:
    """Count moments, in ms since the run began, up to the end of the run."""
    moments, counts = np.unique(np.array(times, dtype=np.int64), return_counts=True)
    t_ms = np.concatenate(([0], moments, [max(end_ms, int(moments[-1]) if len(moments) else 0)])).astype(np.int64)
    totals = np.cumsum(counts, dtype=np.int64)
    return Curve(t_ms, np.concatenate(([0], totals, [totals[-1] if len(totals) else 0])).astype(np.int64))
