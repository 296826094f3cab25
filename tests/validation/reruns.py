"""From the kill of a worker to the next start of its job: samples of the real Bull, each simulated as it was made."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import numpy as np

from tests.validation.experiments import kill_to_rerun
from tests.validation.intervals import ends_p, largest_p, median_p, two_sample_p

DATA = Path(__file__).parent / "kill_to_rerun.json"
INTERVAL_MS = 30_000
CLUMP_MS = 8
"""The queues of a process that were started in one go tick together, so their times differ by this or by intervals."""
RUNS_EACH = 6
"""Simulated runs for each measured value."""
RUNS_WRONG = 2
DIFFERENT_BELOW = 0.01
"""A p-value below this says that two samples are of different distributions."""
LEVELS = (0, 0.1, 0.25, 0.5, 0.75, 0.9, 1)


class Sample(NamedTuple):
    """Measured values of one design.

    Attributes:
        queues: How many queues each process served, each with a timer of its own.
        held_ms: Of each value: how long the job had been running when its worker was killed.
        times_ms: Of each value: from the kill to the next start.
    """

    name: str
    queues: int
    held_ms: list[int]
    times_ms: list[int]

    def simulated(self, runs_each: int, **more: Any) -> list[float]:
        """Simulate each value so many times under its own conditions; ms."""
        return [
            kill_to_rerun(held_ms, place * runs_each + run + 1, **{"queues": self.queues, **more})
            for place, held_ms in enumerate(self.held_ms)
            for run in range(runs_each)
        ]


@dataclass(frozen=True)
class Recovery:
    """Measured times and simulated ones, ms.

    Attributes:
        must: Whether they have to agree (True), have to differ (False), or are only shown (None).
    """

    name: str
    measured: Sequence[float]
    simulated: Sequence[float]
    must: bool | None

    @property
    def p(self) -> float:
        """The p-value of the two-sample test of Kolmogorov and Smirnov."""
        return two_sample_p(self.measured, self.simulated)

    @property
    def p_largest(self) -> float:
        """The p-value of the measured times that are longer than all simulated ones."""
        return largest_p(self.measured, self.simulated)

    @property
    def agrees(self) -> bool:
        """Whether neither refutes that both are of one distribution."""
        return min(self.p, self.p_largest) >= DIFFERENT_BELOW

    def rows(self) -> list[str]:
        """Write the lines of the page's table."""
        measured = _row(f"real: {self.name}", self.measured, "", "") if self.must else None
        simulated = _row(f"simulated: {self.name}", self.simulated, f"{self.p:.4f}", f"{self.p_largest:.4f}")
        return [simulated] if measured is None else [measured, simulated]


@dataclass(frozen=True)
class ScaledRecovery:
    """What is known of a sample with shorter times, beside simulated ones; ms.

    Attributes:
        low: The smallest measured time.
        median: None where it is not known.
        high: The largest measured time.
    """

    interval_ms: int
    low: int
    median: int | None
    high: int
    simulated: Sequence[float]

    @property
    def p_values(self) -> list[float]:
        """Of the smallest time, of the median where it is known, and of the largest."""
        small, large = ends_p(SCALED_N, self.low, self.high, self.simulated)
        middle = [] if self.median is None else [median_p(SCALED_N, self.median, self.simulated)]
        return [small, *middle, large]

    def row(self) -> str:
        """Write the line of the page's table."""
        small, *middle, large = (f"{p:.4f}" for p in self.p_values)
        quantiles = [f"{value:,.0f}" for value in np.quantile(self.simulated, (0, 0.5, 1))]
        known = [f"{self.low:,}", "" if self.median is None else f"{self.median:,}", f"{self.high:,}"]
        cells = [f"{SCALED_LOCK_MS} / {self.interval_ms:,}", *known, *quantiles, small, "".join(middle), large]
        return f"| {' | '.join(cells)} |"


SCALED_LOCK_MS = 600
SCALED_N = 20
"""Recorded with the longest interval; taken for the others too, the fewest that were measured of anything here."""
SCALED: list[tuple[int, int, int | None, int]] = [
    (400, 421, 962, 1421),
    (600, 381, 1367, 2203),
    (1200, 1316, None, 3712),
]
"""Stalled interval, and of the measured times the smallest, the median and the largest, ms. Source: BULL_FACTS 4."""
SCALED_HELD_MS = (600, 3_000)

NONE_IS_SKIPPED = "no check is ever skipped"
WRONG_RULES: dict[str, tuple[float | None, dict[str, Any]]] = {
    NONE_IS_SKIPPED: (1.0, {}),
    "every other check is skipped": (0.0, {}),
    "all workers started together": (None, {"start_spread_ms": 0}),
}
"""By name: the chance that replaces the rule for when a check is skipped, and other conditions."""


def samples() -> list[Sample]:
    """Load the measured samples; of those with three queues a process one value for each pair of processes."""
    found = []
    for raw in json.loads(DATA.read_text(encoding="utf-8"))["samples"]:
        each = one_per_pair(raw["each"]) if raw["queues"] == 3 else raw["each"]
        ticking = 1 if raw["queues"] == 3 else raw["queues"]
        found.append(Sample(raw["name"], ticking, [held for held, _time in each], [time for _held, time in each]))
    return found


def one_per_pair(each: Sequence[Sequence[int]]) -> list[Sequence[int]]:
    """Choose one value of every pair of processes: of the first pair the shortest time, of the next the second, ..."""
    ordered = sorted(each, key=lambda one: one[1] % INTERVAL_MS)
    pairs = [[ordered[0]]]
    for one in ordered[1:]:
        if one[1] % INTERVAL_MS - pairs[-1][-1][1] % INTERVAL_MS > CLUMP_MS:
            pairs.append([])
        pairs[-1].append(one)
    return [sorted(pair, key=lambda one: one[1])[place % len(pair)] for place, pair in enumerate(pairs)]


def all_recoveries(scale: int) -> list[Recovery]:
    """Simulate every sample, and those with few queues a process also by wrong rules."""
    found = samples()
    recoveries = [Recovery(one.name, one.times_ms, one.simulated(_runs(one, scale)), must=True) for one in found]
    few = [one for one in found if one.queues == 1]
    measured = [time_ms for one in few for time_ms in one.times_ms]
    for name, (chance, more) in WRONG_RULES.items():
        simulated: list[float] = []
        for one in few:
            if chance is None:
                simulated += one.simulated(RUNS_WRONG, **more)
                continue
            with mock.patch("sim.engine.worker_timers.late_tick_chance", return_value=chance):
                simulated += one.simulated(RUNS_WRONG, **more)
        must = None if name == NONE_IS_SKIPPED else False
        recoveries.append(Recovery(f"one or three queues, {name}", measured, simulated, must))
    for one in found:
        if one.queues > 1:
            wrong = one.simulated(RUNS_WRONG, queues=1)
            recoveries.append(Recovery(f"{one.name}, as punctual as with one", one.times_ms, wrong, must=False))
    return recoveries


def _runs(sample: Sample, scale: int) -> int:
    return max(1, RUNS_EACH * 50 // len(sample.held_ms)) * scale


def all_scaled(scale: int) -> list[ScaledRecovery]:
    """Simulate the samples with shorter times; how long each job had been held is not known, so it is random."""
    chosen = np.random.Generator(np.random.PCG64(1)).integers(*SCALED_HELD_MS, 200 * scale).tolist()
    return [
        ScaledRecovery(
            interval_ms,
            low,
            median,
            high,
            [
                kill_to_rerun(
                    held_ms, seed, start_spread_ms=2 * interval_ms, lock_ms=SCALED_LOCK_MS, interval_ms=interval_ms
                )
                for seed, held_ms in enumerate(chosen, 1)
            ],
        )
        for interval_ms, low, median, high in SCALED
    ]


def _row(name: str, times_ms: Sequence[float], *p_values: str) -> str:
    quantiles = [f"{value / 1_000:.1f}" for value in np.quantile(times_ms, LEVELS)]
    cells = [name, str(len(times_ms)), f"{np.mean(times_ms) / 1_000:.1f}", *quantiles, *p_values]
    return f"| {' | '.join(cells)} |"
