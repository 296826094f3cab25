"""Compares the times of a rehearsal with those of many simulated runs, as distributions, where parts are random."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sim.rehearsal.times import JobTimes

Spans = dict[tuple[str, str], list[int]]
"""By queue and what is measured: how long after its arrival each job started, or ended, ms, sorted."""


class Distribution(NamedTuple):
    """How one kind of time came out in a rehearsal and in the simulated runs.

    Attributes:
        what: ``first start`` or ``end``, after the arrival.
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
    """Measure how long after its arrival each job started and ended.

    Args:
        arrivals: Job, queue and time of each arrival, ms since the run began.
    """
    found: Spans = {}
    for job, queue, offered_ms in arrivals:
        started_ms, ended_ms = times.get(job, JobTimes(None, None))
        for what, t_ms in (("first start", started_ms), ("end", ended_ms)):
            if t_ms is not None:
                found.setdefault((queue, what), []).append(t_ms - offered_ms)
    return {key: sorted(values) for key, values in found.items()}


def compare(real: Spans, runs: Sequence[Spans], slack_ms: int) -> list[Distribution]:
    """Compare a rehearsal's times with those of simulated runs.

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
