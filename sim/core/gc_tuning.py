"""Let the garbage collector look less often while a run makes many objects that all stay."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

SELDOM = (200_000, 20, 50)
"""Objects made before a look at the young ones, and looks before one at older generations.

A run's trace is made of plain tuples that all stay. Looking at them again and again cost a quarter of a long run and
almost half of a short one (docs/performance.md).
"""


@contextmanager
def fewer_collections() -> Iterator[None]:
    """Collect garbage as seldom as ``SELDOM`` says; who collects even less often, or not at all, is left alone."""
    before = gc.get_threshold()
    if before[0] and before[0] < SELDOM[0]:
        gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
