"""Numbers in fields that anybody who reaches Redis may have written."""

from typing import Any

from sim.jobqueue.javascript import Number, lua_number, whole_number

SAFE = 2**53
"""Whole numbers up to this size survive JavaScript, JSON and every column that a result is kept in."""


def whole(number: Any) -> int:
    """Read a whole number whatever stands there: 0 for what is none, and the nearest safe one for what is too large."""
    try:
        found = int(number or 0)
    except ValueError:  # words, or not a number: what a text begins with counts, as in JavaScript
        found = whole_number(number) or 0
    except TypeError:
        return 0
    except OverflowError:  # an infinite one
        return SAFE if number > 0 else -SAFE
    return max(-SAFE, min(SAFE, found))


def priority_of(field: str | None) -> Number:
    """Read the hash field ``priority`` as Bull's scripts do: 0 for what is no number."""
    priority = lua_number(field) or 0
    return max(-SAFE, min(SAFE, priority))


def number_of(job_id: str) -> int | None:
    """Return the number that a job's id is; None for an id that somebody chose."""
    if job_id.isascii() and job_id.isdigit() and len(job_id) <= 16:
        return int(job_id)
    return None
