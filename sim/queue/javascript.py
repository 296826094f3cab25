"""How JavaScript and Lua read any value: Bull's client and scripts take options and hash fields as they come."""

import math
import re
from decimal import Decimal
from typing import Any

Number = int | float

_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_HEXADECIMAL = re.compile(r"0[xX][0-9a-fA-F]+")
_MAX_DIGITS = 21
"""Longer whole numbers count as the shortest of those: no part of a run tells them apart."""
_BEGINNING = re.compile(r"\s*([+-]?)(0[xX][0-9a-fA-F]+|\d+)")


def truthy(value: Any) -> bool:
    """Tell what ``if (value)`` does; an empty list or object counts as true."""
    return bool(value) or isinstance(value, list | dict)


def number(value: Any) -> Number:
    """Return ``Number(value)``; what is none is NaN."""
    if isinstance(value, bool) or value is None:
        return int(value or 0)
    if isinstance(value, int | float):
        return plain(value)
    if isinstance(value, dict):
        return math.nan
    words = text(value).strip()
    if not words:
        return 0
    found = lua_number(words) if not words.startswith(("+0x", "-0x")) else None
    return math.nan if found is None else found


def whole_number(value: Any) -> int | None:
    """Return ``parseInt(value)``: the whole number that its text begins with, or None."""
    if type(value) is int:
        return value
    found = _BEGINNING.match(text(value))
    if found is None:
        return None
    sign, digits = found.groups()
    if len(digits) > _MAX_DIGITS:
        size = int(10.0**_MAX_DIGITS)
    else:
        size = int(digits, 16) if digits[:2] in ("0x", "0X") else int(digits)
    return -size if sign == "-" else size


def text(value: Any) -> str:
    """Return ``String(value)``."""
    if type(value) is int:
        return str(value)
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number_text(plain(value))
    if isinstance(value, list):
        return ",".join("" if part is None else text(part) for part in value)
    return "null" if value is None else "[object Object]"


def argument(value: Any) -> str:
    """Return what a script gets for a value: its text, and nothing for null."""
    return "" if value is None else text(value)


def plus(one: Any, other: Number) -> Any:
    """Return ``one + other``: a text is glued to the number."""
    if isinstance(one, str | list | dict):
        return text(one) + text(other)
    return number(one) + other


def plain(value: Number) -> Number:
    """Make a whole number of a fraction that is none: JavaScript has one kind of number."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


def lua_number(words: str | None) -> Number | None:
    """Return ``tonumber(words)`` of Lua; None for what is no number."""
    stripped = (words or "").strip()
    if stripped.isascii() and stripped.isdigit():
        return int(stripped) if len(stripped) <= 16 else float(stripped)
    if _DECIMAL.fullmatch(stripped):
        return plain(float(stripped))
    return int(stripped, 16) if _HEXADECIMAL.fullmatch(stripped) else None


def _number_text(value: Number) -> str:
    if isinstance(value, int):
        return str(value)
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if 1e-6 <= abs(value) < 1e21:
        return format(Decimal(repr(value)), "f")
    return re.sub(r"e([+-])0*", r"e\1", repr(value))


SAFE = 2**53
"""Whole numbers up to this size survive JavaScript, JSON and every column that a result is kept in."""


def whole(number: Any) -> int:
    """Read a whole number whatever stands there: 0 for what is none, and the nearest safe one for what is too large."""
    if number is None:
        return 0
    try:
        found = int(number or 0)
    except ValueError:  # words, or not a number: what a text begins with counts, as in JavaScript
        found = whole_number(number) or 0
    except TypeError:
        return 0
    except OverflowError:  # an infinite one
        return SAFE if number > 0 else -SAFE
    return found if -SAFE <= found <= SAFE else max(-SAFE, min(SAFE, found))


def priority_of(field: str | None) -> Number:
    """Read the hash field ``priority`` as Bull's scripts do: 0 for what is no number."""
    priority = lua_number(field) or 0
    return max(-SAFE, min(SAFE, priority))


def number_of(job_id: str) -> int | None:
    """Return the number that a job's id is; None for an id that somebody chose."""
    if job_id.isascii() and job_id.isdigit() and len(job_id) <= 16:
        return int(job_id)
    return None
