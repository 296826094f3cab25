"""Numbers in fields that anybody who reaches Redis may have written."""

from typing import Any

SAFE = 2**53
"""Whole numbers up to this size survive JavaScript, JSON and every column that a result is kept in."""


def whole(number: Any) -> int:
    """Read a whole number whatever stands there: 0 for what is none, and the nearest safe one for what is too large."""
    try:
        found = int(number or 0)
    except (TypeError, ValueError):
        return 0
    except OverflowError:  # an infinite one
        return SAFE if number > 0 else -SAFE
    return max(-SAFE, min(SAFE, found))


def number_of(job_id: str) -> int | None:
    """Return the number that a job's id is; None for an id that somebody chose."""
    if job_id.isascii() and job_id.isdigit() and len(job_id) <= 16:
        return int(job_id)
    return None
