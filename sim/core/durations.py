"""Durations as people write them (``500ms``, ``30s``, ``1h30m``) and as integer milliseconds."""

import re

from sim.core.errors import DurationError

UNITS_MS = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}
PATTERN = r"^(?=\d)(\d+d)?(\d+h)?(\d+m(?!s))?(\d+(\.\d{1,3})?s)?(\d+ms)?$"
_PARTS = re.compile(r"(\d+(?:\.\d{1,3})?)(ms|d|h|m|s)")
_WHOLE = re.compile(PATTERN)
_LONGEST = 40


def parse_duration(text: str) -> int:
    """Read a duration such as ``500ms``, ``2.5s`` or ``1h30m`` as integer milliseconds.

    Raises:
        DurationError: The text is not a duration; a bare number is refused because its unit would be a guess.
    """
    cleaned = text.strip()
    if len(cleaned) > _LONGEST or not cleaned.isascii() or not _WHOLE.match(cleaned):
        raise DurationError(text[:_LONGEST])
    total = 0
    for number, unit in _PARTS.findall(cleaned):
        whole, _, fraction = number.partition(".")
        total += int(whole) * UNITS_MS[unit]
        if fraction:
            total += int(fraction.ljust(3, "0"))
    return total


def format_duration(ms: int) -> str:
    """Write milliseconds the way the scenario files do: ``90500`` becomes ``1m30.5s``."""
    if ms < 0:
        return "-" + format_duration(-ms)
    if ms < UNITS_MS["s"]:
        return f"{ms}ms"
    parts: list[str] = []
    rest = ms
    for unit in ("d", "h", "m"):
        count, rest = divmod(rest, UNITS_MS[unit])
        if count:
            parts.append(f"{count}{unit}")
    seconds, fraction = divmod(rest, 1_000)
    if fraction:
        parts.append(f"{seconds}.{fraction:03d}".rstrip("0") + "s")
    elif seconds:
        parts.append(f"{seconds}s")
    return "".join(parts)
