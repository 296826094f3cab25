"""How much of what could be tried without end the tests try."""

import math
import os

TEST_SIZE = float(os.environ.get("TEST_SIZE", "0.2"))
"""The share of the full size, of random cases and of seeds, that is tried; 1 where nobody waits for it."""


def sized(full: int) -> int:
    """Take that share of a number, rounded up."""
    return math.ceil(full * TEST_SIZE)
