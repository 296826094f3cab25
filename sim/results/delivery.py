"""How long deliveries took: percentiles of the time from when a job was due to its first effect."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sim.results.job_results import JobResult


class DeliveryTimes(NamedTuple):
    """The times of the delivered jobs of a run, ms; percentiles are times that occurred (nearest rank).

    Attributes:
        n: How many jobs were delivered. Where there are none, every time is None.
        mean_ms: Rounded.
        max_ms: The longest.
    """

    n: int = 0
    mean_ms: int | None = None
    p50_ms: int | None = None
    p95_ms: int | None = None
    p99_ms: int | None = None
    max_ms: int | None = None

    def as_dict(self) -> dict[str, int | None]:
        """The times as the JSON contract writes them."""
        return {f"delivery_{name}": value for name, value in self._asdict().items() if name != "n"}

    def measure(self, name: str) -> int | None:
        """Return a time by its name in ``expect``, such as ``delivery_p95``, ms; None where nothing was delivered."""
        value: int | None = getattr(self, f"{name.removeprefix('delivery_')}_ms")
        return value


def sorted_times(jobs: Iterable[JobResult]) -> list[int]:
    """List how long each delivered job took, ms, the shortest first."""
    return sorted(took_ms for job in jobs if (took_ms := job.delivery_ms) is not None)


def delivery_times(took_ms: Sequence[int]) -> DeliveryTimes:
    """Sum up sorted times."""
    count = len(took_ms)
    if not count:
        return DeliveryTimes()
    mean_ms = (2 * sum(took_ms) + count) // (2 * count)
    return DeliveryTimes(count, mean_ms, *(nearest_rank(took_ms, percent) for percent in (50, 95, 99, 100)))


def nearest_rank(took_ms: Sequence[int], percent: int) -> int:
    """Return the smallest of sorted times, of which there is one, that ``percent`` of 100 do not exceed."""
    return took_ms[-(-percent * len(took_ms) // 100) - 1]
