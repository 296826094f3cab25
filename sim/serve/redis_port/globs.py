"""Redis's patterns (``bull:*:wait``), matched in time that grows with the text, whatever the pattern.

fakeredis turns a pattern into a regular expression whose stars try every way to share the text out: ten stars and a
text that does not match take longer than anybody lives. A star needs no second thoughts: the first place at which the
part behind it fits is as good as any other.
"""

import functools
import re
from typing import NamedTuple

MAX_PATTERN = 1_024
"""Bytes; a longer pattern matches nothing, as one that is nested too deeply does on Redis 7.0."""
MAX_STEPS = 20_000_000
"""Places of a text times places of a part with ``?`` or ``[]``; beyond it a text does not match."""


class Part(NamedTuple):
    """What stands between two stars.

    Attributes:
        plain: The text itself, where no character stands for several.
        wild: Else an expression without repetition; None for plain ones.
        length: Of every text that fits.
    """

    plain: bytes
    wild: "re.Pattern[bytes] | None"
    length: int

    def fits(self, text: bytes, at: int) -> bool:
        """Tell whether it stands at a place of a text."""
        if self.wild is None:
            return text.startswith(self.plain, at)
        return self.wild.match(text, at) is not None

    def first(self, text: bytes, start: int, end: int) -> int:
        """Return the first place at which it stands within a part of a text; -1 where it does not."""
        if self.wild is None:
            return text.find(self.plain, start, end)
        if (end - start) * self.length > MAX_STEPS:
            return -1
        found = self.wild.search(text, start, end)
        return -1 if found is None else found.start()


class Glob:
    """A pattern, with the one method of ``re.Pattern`` that fakeredis uses.

    Source: Redis 7.0, ``stringmatchlen``.
    """

    def __init__(self, pattern: bytes) -> None:
        self._parts = _parts(pattern) if len(pattern) <= MAX_PATTERN else None

    def match(self, text: bytes) -> bool:
        """Tell whether the whole text fits."""
        parts = self._parts
        if parts is None:
            return False
        first, last = parts[0], parts[-1]
        if len(parts) == 1:
            return len(text) == first.length and first.fits(text, 0)
        at, end = first.length, len(text) - last.length
        if end < at or not first.fits(text, 0) or not last.fits(text, end):
            return False
        for part in parts[1:-1]:
            found = part.first(text, at, end)
            if found < 0:
                return False
            at = found + part.length
        return True


@functools.lru_cache(maxsize=4_096)
def compile_glob(pattern: bytes) -> Glob:
    """Read a pattern; each is read once."""
    return Glob(pattern)


def _parts(pattern: bytes) -> list[Part]:
    """Split a pattern at its stars; several in a row are one."""
    parts: list[Part] = []
    plain, wild, length, has_wild = bytearray(), bytearray(), 0, False
    at, end = 0, len(pattern)
    while at <= end:
        char = pattern[at : at + 1]
        if char in (b"*", b""):
            if not (char and parts and not length):  # a star behind a star
                parts.append(_part(bytes(plain), bytes(wild), length, has_wild))
            plain, wild, length, has_wild = bytearray(), bytearray(), 0, False
            at += 1
            if not char:
                break
            continue
        length += 1
        if char == b"?":
            wild += b"."
            has_wild = True
            at += 1
        elif char == b"[":
            group, at = _group(pattern, at + 1)
            wild += group
            has_wild = True
        else:
            if char == b"\\" and at + 1 < end:
                at += 1
                char = pattern[at : at + 1]
            plain += char
            wild += re.escape(char)
            at += 1
    return parts


def _part(plain: bytes, wild: bytes, length: int, has_wild: bool) -> Part:
    return Part(plain, re.compile(wild, re.DOTALL) if has_wild else None, length)


def _group(pattern: bytes, at: int) -> tuple[bytes, int]:
    """Read what stands behind ``[``; return it as an expression of one character, and where it ends."""
    end = len(pattern)
    is_not = pattern[at : at + 1] == b"^"
    at += is_not
    members: set[int] = set()
    while at < end:
        if pattern[at : at + 1] == b"\\" and at + 1 < end:
            at += 1
            members.add(pattern[at])
        elif pattern[at : at + 1] == b"]":
            at += 1
            break
        elif at + 2 < end and pattern[at + 1 : at + 2] == b"-":
            low, high = sorted((pattern[at], pattern[at + 2]))
            members.update(range(low, high + 1))
            at += 2
        else:
            members.add(pattern[at])
        at += 1
    else:
        at = end
    chars = b"".join(b"\\x%02x" % member for member in sorted(members))
    if not chars:
        return (b"." if is_not else b"(?!)"), at
    return b"[" + (b"^" if is_not else b"") + chars + b"]", at
