"""What a job costs does not depend on how many there are, in whichever way a run is large.

Calls and lines are counted, which no noise touches: a mechanism that walks through everything shows in both.
"""

import pytest

from benchmarks.shape_costs import FACTOR, small_size, steps
from benchmarks.shapes import SHAPES, Shape

COUNTED = [shape for shape in SHAPES if shape.name != "report"]
"""Counting what a drawing library does takes a minute, and says little."""
MAX_GROWTH = 1.3
"""By how much a job may cost more in a run that is ``FACTOR`` times as large."""


@pytest.mark.parametrize("shape", COUNTED, ids=lambda shape: shape.name)
def test_a_job_costs_the_same_however_many_there_are(shape: Shape) -> None:
    """In calls of functions, and in lines of Python that are carried out."""
    size = small_size(shape)
    few, many = steps(shape, size), steps(shape, size * FACTOR)
    assert many.calls < few.calls * MAX_GROWTH
    assert many.lines < few.lines * MAX_GROWTH
