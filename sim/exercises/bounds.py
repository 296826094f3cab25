"""Bounds on what a check measures: a number, a comparison or a range, with durations where times are measured."""

import re
from typing import NamedTuple

from sim.core.durations import format_duration, parse_duration
from sim.core.errors import DurationError

_BOUND = re.compile(r"^(?:(<=|>=|==|<|>)\s*)?([^\s.<>=][^\s<>=]*?)(?:\s*\.\.\s*([^\s<>=]+))?$")
_NUMBER = re.compile(r"^\d{1,12}(?:\.\d{1,3})?$")


class Bound(NamedTuple):
    """What a measured value has to satisfy.

    Attributes:
        sign: ``<=``, ``>=``, ``==``, ``<``, ``>`` or ``..`` for a range, ends included.
        low: The limit, or the lower end of a range; ms where a time is measured.
        high: The upper end of a range; elsewhere the same as ``low``.
        text: As people read it: ``<= 45s``.
    """

    sign: str
    low: float
    high: float
    text: str

    def holds(self, value: float) -> bool:
        """Tell whether a value satisfies it."""
        return {
            "..": self.low <= value <= self.high,
            "<=": value <= self.low,
            ">=": value >= self.low,
            "==": value == self.low,
            "<": value < self.low,
            ">": value > self.low,
        }[self.sign]

    def excess(self, value: float) -> float:
        """Return how far a value lies outside, 0 only where it does not; it tells the worst of several."""
        if self.holds(value):
            return 0
        outside = abs(value - self.low) if self.sign != ".." else max(self.low - value, value - self.high)
        return outside or 0.5


def parse_bound(text: str, is_time: bool) -> Bound:
    """Read a bound such as ``0``, ``<= 3``, ``2..5`` or ``<= 45s``.

    Args:
        is_time: Whether its numbers are durations.

    Raises:
        ValueError: It is none; the error says what would be one.
    """
    example = '"<= 45s", "> 0s" or "10s..20s"' if is_time else '0, "<= 3", "> 0" or "2..5"'
    match = _BOUND.match(text.strip())
    if match is None or (match[1] and match[3]):
        raise ValueError(f"expected a bound such as {example}")
    try:
        low = parse_value(match[2], is_time)
        high = low if match[3] is None else parse_value(match[3], is_time)
    except ValueError:
        raise ValueError(f"expected a bound such as {example}") from None
    if low > high:
        raise ValueError(f"{text}: the lower end is above the upper end")
    sign = ".." if match[3] is not None else match[1] or "=="
    ends = [value_text(end, is_time) for end in (low, high)]
    text = {"..": f"{ends[0]} to {ends[1]}", "==": ends[0]}.get(sign, f"{sign} {ends[0]}")
    return Bound(sign, low, high, text)


def parse_value(text: str, is_time: bool) -> float:
    """Read one value: a number, or a duration as ms.

    Raises:
        ValueError: It is none.
    """
    if is_time:
        try:
            return parse_duration(text)
        except DurationError as error:
            raise ValueError(str(error)) from None
    if not _NUMBER.match(text):
        raise ValueError("expected a number")
    return float(text)


def value_text(value: float, is_time: bool) -> str:
    """Write a value as people read it; times to a tenth of a second, other numbers to one decimal."""
    if is_time:
        return format_duration(round(value / 100) * 100 if value >= 1_000 else round(value))
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"
