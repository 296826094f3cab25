"""When a fault strikes at random: moments drawn from the fault's own stream."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np


class RandomNumbers(Protocol):
    """The named random streams of a run."""

    def generator(self, name: str) -> "np.random.Generator":
        """Return the stream of a component, from its beginning."""

    def unit(self, name: str, *place: int | str) -> float:
        """Return the number in [0, 1) that belongs to one place of a component, whatever was drawn before."""


def random_times(mean_gap_ms: int, start_ms: int, until_ms: int, streams: RandomNumbers, name: str) -> list[int]:
    """Draw the moments at which a fault strikes, ms since the run began, in order: gaps are exponential.

    Args:
        name: The fault's own, such as ``fault:2:worker-crash``.
    """
    generator = streams.generator(f"strikes:{name}")
    times: list[int] = []
    moment = float(start_ms)
    while True:
        moment += generator.exponential(mean_gap_ms)
        if moment > until_ms:
            return times
        times.append(round(moment))
