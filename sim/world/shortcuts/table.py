"""All shortcuts by redis-py's name of the command."""

from collections.abc import Callable
from typing import Any

from sim.world.shortcuts import hashes, keys, lists, sets, sorted_sets

SHORTCUTS: dict[str, Callable[..., Any]] = {
    **keys.SHORTCUTS,
    **hashes.SHORTCUTS,
    **lists.SHORTCUTS,
    **sets.SHORTCUTS,
    **sorted_sets.SHORTCUTS,
}
"""Each takes the database and the arguments of the redis-py method."""
