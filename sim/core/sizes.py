"""Sizes as people write them (``10kb``, ``64mb``) and as bytes."""

import re

from sim.core.errors import SizeError

UNITS = {"gb": 1 << 30, "mb": 1 << 20, "kb": 1 << 10, "b": 1}
"""As redis.conf counts: 1kb is 1024 bytes."""
PATTERN = r"^\d{1,12}(b|kb|mb|gb)$"
_WHOLE = re.compile(PATTERN)
_LONGEST = 40


def parse_size(text: str) -> int:
    """Read a size such as ``200b``, ``10kb`` or ``64mb`` as bytes.

    Raises:
        SizeError: The text is not a size; a bare number is refused because its unit would be a guess.
    """
    cleaned = text.strip().lower()
    found = _WHOLE.match(cleaned) if len(cleaned) <= _LONGEST and cleaned.isascii() else None
    if found is None:
        raise SizeError(text[:_LONGEST])
    unit = found[1]
    return int(cleaned.removesuffix(unit)) * UNITS[unit]


def format_size(size: int) -> str:
    """Write bytes the way the scenario files do: ``10240`` becomes ``10kb``; what is no whole number stays bytes."""
    for unit, factor in UNITS.items():
        if size >= factor and size % factor == 0:
            return f"{size // factor}{unit}"
    return f"{size}b"
