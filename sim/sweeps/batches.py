"""How the runs of a sweep are handed out to those who carry them out."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence

from sim.sweeps.plan import Plan
from sim.sweeps.worker import Batch, Done, Part

_BATCH_S = 0.3
"""What a batch is to take: handing it out and writing it are little beside it, and a killed sweep loses little."""
_LAST_BATCHES_S = 0.02
_MAX_BATCH = 2_000
_KEPT = 0.5
"""How much of what was learnt before a batch counts beside it, run for run; the first runs of a process are slow."""


class Batches:
    """Hands out the missing runs, some of every point in turn, in batches of about a third of a second.

    How long a run takes is learnt for each point by itself: one point may cost a thousand times another. Short runs of
    several points share a batch. What is in which batch changes no row.

    Args:
        missing: By point, the numbers of the runs, as ranges.
    """

    def __init__(self, plan: Plan, missing: Mapping[int, Sequence[range]]) -> None:
        self._plan = plan
        self._missing: dict[int, deque[range]] = {}
        self._turn: deque[int] = deque()
        self._left = 0
        self._speeds: dict[int, tuple[float, float]] = {}
        self._speed = (0.0, 0.0)
        self.at_once = 1
        """How many batches are carried out side by side; the last ones are small, so that all end together."""
        self.refill(missing)

    def refill(self, missing: Mapping[int, Sequence[range]]) -> None:
        """Hand out these runs from now on; how long runs take stays known."""
        self._missing = {point: deque(gaps) for point, gaps in missing.items()}
        self._turn = deque(self._missing)
        self._left = sum(len(gap) for gaps in missing.values() for gap in gaps)

    def __iter__(self) -> Iterator[Batch]:
        return self

    def __next__(self) -> Batch:
        if not self._turn:
            raise StopIteration
        budget_s = self._budget_s()
        parts: list[Part] = []
        points: set[int] = set()
        while self._turn and self._turn[0] not in points:
            point = self._turn[0]
            run_s = self._run_s(point)
            if parts and 1.5 * budget_s < run_s:
                break
            numbers = self._take(point, round(budget_s / run_s) if point in self._speeds and run_s else 1)
            parts.append(Part(point, self._plan.points[point], numbers))
            points.add(point)
            budget_s -= run_s * len(numbers)
            if not run_s or 2 * budget_s < run_s:
                break
        return Batch(self._plan.recipe, tuple(parts))

    @property
    def expected_s(self) -> float:
        """How long the rest would take one process."""
        return self._left * _mean(self._speed)

    def learn_speed(self, done: Done) -> None:
        """Take into account how long the runs of a batch took."""
        for took in done.took:
            self._speeds[took.point] = _learnt(self._speeds.get(took.point, (0.0, 0.0)), took.took_s, took.runs)
            self._speed = _learnt(self._speed, took.took_s, took.runs)

    def _take(self, point: int, count: int) -> tuple[int, ...]:
        """Take the next runs of the point whose turn it is, and let the next point have its turn."""
        gaps = self._missing[point]
        numbers: list[int] = []
        count = max(1, min(_MAX_BATCH, count))
        while gaps and len(numbers) < count:
            gap = gaps.popleft()
            taken = gap[: count - len(numbers)]
            numbers += taken
            if len(taken) < len(gap):
                gaps.appendleft(gap[len(taken) :])
        self._turn.popleft()
        if gaps:
            self._turn.append(point)
        self._left -= len(numbers)
        return tuple(numbers)

    def _run_s(self, point: int) -> float:
        """How long a run of a point takes; of a point without any, as long as others; 0 where nothing is known."""
        return _mean(self._speeds.get(point, self._speed))

    def _budget_s(self) -> float:
        if self.at_once == 1:
            return _BATCH_S
        return min(_BATCH_S, max(_LAST_BATCHES_S, self.expected_s / (4 * self.at_once)))


def _learnt(before: tuple[float, float], took_s: float, runs: int) -> tuple[float, float]:
    return _KEPT * before[0] + took_s, _KEPT * before[1] + runs


def _mean(speed: tuple[float, float]) -> float:
    return speed[0] / speed[1] if speed[1] else 0.0
