"""Checks on a job's data that several handlers make."""

from collections.abc import Mapping
from typing import Any

from sim.handlers.errors import InvalidData

LARGEST = 1_000_000_000
"""The largest number that a job's data may hold."""


def whole_number(data: Mapping[str, Any], field: str) -> int:
    """Return a field that must be a whole number from 1 to ``LARGEST``; ``true`` and ``1.0`` are none.

    Raises:
        InvalidData: Definite.
    """
    value = data.get(field)
    if type(value) is not int or not 1 <= value <= LARGEST:
        raise InvalidData(field, f"a whole number from 1 to {LARGEST:,}", value)
    return value
