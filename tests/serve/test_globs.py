"""Patterns mean what they mean to Redis, and take no longer than their text."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.serve.redis_port.globs import MAX_PATTERN, compile_glob


def reference(pattern: bytes, text: bytes) -> bool:
    """Redis 7.0's ``stringmatchlen``, line by line, with all its ways to go."""
    while pattern:
        char = pattern[:1]
        if char == b"*":
            while pattern[1:2] == b"*":
                pattern = pattern[1:]
            if len(pattern) == 1:
                return True
            return any(reference(pattern[1:], text[at:]) for at in range(len(text) + 1))
        if not text:
            return False
        if char == b"[":
            found, pattern = group(pattern[1:], text[0])
            if not found:
                return False
        elif char != b"?":
            if char == b"\\" and len(pattern) > 1:
                pattern = pattern[1:]
            if pattern[0] != text[0]:
                return False
        text, pattern = text[1:], pattern[1:]
    return not text


def group(pattern: bytes, char: int) -> tuple[bool, bytes]:
    """Tell whether a character is in a group, and return the pattern from the group's last character on."""
    is_not = pattern[:1] == b"^"
    pattern = pattern[1:] if is_not else pattern
    found, last = False, b""
    while True:
        if len(pattern) >= 2 and pattern[:1] == b"\\":
            pattern = pattern[1:]
            found |= pattern[0] == char
        elif pattern[:1] == b"]":
            break
        elif not pattern:
            pattern = last
            break
        elif len(pattern) >= 3 and pattern[1:2] == b"-":
            found |= min(pattern[0], pattern[2]) <= char <= max(pattern[0], pattern[2])
            pattern = pattern[2:]
        else:
            found |= pattern[0] == char
        last, pattern = pattern, pattern[1:]
    return found != is_not, pattern


CHARS = st.lists(st.sampled_from(b"ab*?[]^-\\\n"), max_size=8).map(bytes)


@given(CHARS, CHARS)
def test_a_pattern_matches_what_it_matches_on_redis(pattern: bytes, text: bytes) -> None:
    """Stars, questions, groups, ranges, escapes, and all that is not closed."""
    assert compile_glob(pattern).match(text) is reference(pattern, text)


@pytest.mark.parametrize(
    "pattern",
    [
        b"*" * 1_000 + b"x",
        b"*a" * 500 + b"b",
        b"*a?" * 300 + b"b",
        b"*" + b"[a-z]" * 200 + b"*1",
        b"*" + b"a" * 900 + b"b*",
    ],
)
def test_no_pattern_takes_long(pattern: bytes) -> None:
    """On a megabyte, where a regular expression of many stars would take longer than anybody lives."""
    began_s = time.process_time()
    assert not compile_glob(pattern).match(b"a" * 1_000_000)
    assert time.process_time() - began_s < 2


def test_a_pattern_that_is_too_long_matches_nothing() -> None:
    """As one that is nested too deeply does on Redis."""
    text = b"a" * (MAX_PATTERN + 1)
    assert compile_glob(text[1:]).match(text[1:])
    assert not compile_glob(text).match(text)
    assert re.fullmatch(text, text)
