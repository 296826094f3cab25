"""How the runs of a sweep are handed out to those who carry them out."""

from collections.abc import Iterator

from sim.sweeps.plan import Plan
from sim.sweeps.worker import Batch, Done

_BATCH_S = 0.25
_MAX_BATCH = 500


class Batches:
    """Hands out the missing runs, some replications of every point in turn, in batches of about a quarter second."""

    def __init__(self, plan: Plan, missing: dict[int, list[int]]) -> None:
        self._plan = plan
        self._missing = {point: list(reversed(numbers)) for point, numbers in missing.items() if numbers}
        self._left = sum(map(len, missing.values()))
        self._turn = iter(list(self._missing))
        self._run_s: float | None = None
        self.at_once = 1
        """How many batches are carried out side by side; the last ones are small, so that all end together."""

    def __iter__(self) -> Iterator[Batch]:
        return self

    def __next__(self) -> Batch:
        point = self._next_point()
        left = self._missing[point]
        size = min(len(left), self._size())
        self._left -= size
        replications = tuple(left.pop() for _ in range(size))
        if not left:
            del self._missing[point]
        return Batch(self._plan.recipe, point, self._plan.points[point], replications)

    @property
    def expected_s(self) -> float:
        """How long the rest would take one process."""
        return self._left * (self._run_s or 0.0)

    def learn_speed(self, done: Done) -> None:
        """Take into account how long a batch took."""
        runs = len(done.rows) // len(self._plan.modes) + len(done.failures)
        run_s = done.took_s / max(runs, 1)
        self._run_s = run_s if self._run_s is None else 0.8 * self._run_s + 0.2 * run_s

    def _next_point(self) -> int:
        for point in self._turn:
            if point in self._missing:
                return point
        if not self._missing:
            raise StopIteration
        self._turn = iter(list(self._missing))
        return next(self._turn)

    def _size(self) -> int:
        if self._run_s is None:
            return 1
        fair = self._left // (4 * self.at_once) if self.at_once > 1 else self._left
        return max(1, min(_MAX_BATCH, round(_BATCH_S / max(self._run_s, 1e-6)), fair))
