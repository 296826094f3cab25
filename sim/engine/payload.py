"""How a job's data becomes as long as a scenario says."""

from functools import lru_cache
from typing import Any

from sim.queue.job import to_json

FILLING = "filling"
"""The key of the text that fills it up."""
_EMPTY = len(f',"{FILLING}":""')


def fill_up(data: dict[str, Any], size: int) -> None:
    """Add a text, so that the data is so many bytes as JSON; data that is longer already stays as it is."""
    missing = size - len(to_json(data)) - _EMPTY
    if missing > 0:
        data[FILLING] = _text(missing)


@lru_cache(maxsize=64)
def _text(length: int) -> str:
    return "x" * length
