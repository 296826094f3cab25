"""Stretches of moments with the same value."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Stretch(NamedTuple):
    """Moments one after another that share a value.

    Attributes:
        first: The place of the first.
        after: The place after the last.
    """

    first: int
    after: int
    value: int


def run_lengths(values: NDArray[np.int64] | NDArray[np.bool_]) -> list[Stretch]:
    """Split into the longest stretches of equal values, in order."""
    if not len(values):
        return []
    firsts = [0, *(np.flatnonzero(values[1:] != values[:-1]) + 1).tolist()]
    afters = [*firsts[1:], len(values)]
    return [Stretch(first, after, int(values[first])) for first, after in zip(firsts, afters, strict=True)]
