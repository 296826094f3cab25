"""The `expect:` block: bounds on outcomes, overlays and times to delivery."""

import re
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from sim.core.durations import parse_duration
from sim.core.errors import DurationError
from sim.scenario.monitoring import AlertExpectation
from sim.yaml_files.fields import Model

_BOUND = re.compile(r"^(?:(<=|>=|==|<|>)\s*([^\s.]\S*?)|([^\s.]\S*?)\s*\.\.\s*(\S+))$")
_NUMBER = re.compile(r"^\d{1,12}$", re.ASCII)
_EXPECTED = 'expected a number or a bound such as 0, "<= 3", "> 0", "2..5" or, for a time, "<= 30s"'

Measure = Literal[
    "offered",
    "rejected",
    "ignored",
    "delivered",
    "not_delivered",
    "failed_reported",
    "failed_retained",
    "failed_evicted",
    "dead_lettered",
    "lost",
    "pending",
    "duplicated",
    "late",
    "extra_effects",
    "suppressed_duplicates",
    "partial",
    "false_failures",
    "indeterminate",
    "stalled",
    "attempts",
    "delivery_p50",
    "delivery_p95",
    "delivery_p99",
    "delivery_max",
]
MEASURES: tuple[str, ...] = get_args(Measure)
TIMES = ("delivery_p50", "delivery_p95", "delivery_p99", "delivery_max")
"""Measures that are compared with a duration: percentiles of the time from when a job was due to its first effect."""


def _text(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError(_EXPECTED)
    return str(value) if not isinstance(value, str) else value


def _ends(text: str) -> tuple[str, str, str]:
    """Take a bound apart: its sign, ``..`` for a range, and its ends."""
    stripped = text.strip()
    match = _BOUND.match(stripped)
    if match is None:
        return "==", stripped, stripped
    if match[3] is not None:
        return "..", match[3], match[4]
    return match[1], match[2], match[2]


def _number(text: str) -> int:
    """Read a number, or a duration as ms."""
    return int(text) if _NUMBER.match(text) else parse_duration(text)


def _bound(text: str) -> str:
    _sign, low, high = _ends(text)
    try:
        lowest, highest = _number(low), _number(high)
    except DurationError:
        raise ValueError(_EXPECTED) from None
    if bool(_NUMBER.match(low)) != bool(_NUMBER.match(high)):
        raise ValueError(_EXPECTED)
    if lowest > highest:
        raise ValueError(f"{text.strip()}: the lower end is above the upper end")
    if text.strip() == low:
        return f"== {lowest if _NUMBER.match(low) else low}"
    return text.strip()


def parse_bound(value: Any) -> str:
    """Read a bound as a file writes it.

    Raises:
        ValueError: It is none.
    """
    return _bound(_text(value))


Bound = Annotated[
    str,
    AfterValidator(_bound),
    BeforeValidator(_text),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string"}]}),
]
"""A number or duration, or a comparison such as ``<= 3``, ``2..5`` or ``<= 30s``; has its operator once loaded."""


def holds(bound: str, seen: int) -> bool:
    """Tell whether ``seen``, ms for a bound of a time, satisfies a loaded bound."""
    sign, low_text, high_text = _ends(bound)
    low, high = _number(low_text), _number(high_text)
    return {
        "..": low <= seen <= high,
        "<=": seen <= low,
        ">=": seen >= low,
        "==": seen == low,
        "<": seen < low,
        ">": seen > low,
    }[sign]


def is_of_time(bound: str) -> bool:
    """Tell whether a bound, loaded or not, has durations in it."""
    return not _NUMBER.match(_ends(bound)[1])


Bounds = dict[Measure, Bound]


class ModeExpectation(Model):
    """Bounds for one mode: over all queues, and queue by queue."""

    total: Bounds = Field(default_factory=dict)
    queues: dict[str, Bounds] = Field(default_factory=dict)


def _lift(value: Any) -> Any:
    """Accept bounds written straight under the mode, beside an optional ``queues``."""
    if not isinstance(value, dict) or "total" in value:
        return value
    queues = value.get("queues")
    total = {name: bound for name, bound in value.items() if name != "queues"}
    return {"total": total} if queues is None else {"total": total, "queues": queues}


ExpectedMode = Annotated[ModeExpectation, BeforeValidator(_lift)]


class ModeExpectations(Model):
    """Bounds for each mode."""

    queue: ExpectedMode = Field(default_factory=ModeExpectation)
    in_process: ExpectedMode = Field(default_factory=ModeExpectation, alias="in-process")
    alerts: dict[str, AlertExpectation] = Field(default_factory=dict)
    """What each alert is expected to do in queue mode."""


class Expect(ModeExpectations):
    """Bounds for every semantics that the scenario names, and more for a single one."""

    documented: ModeExpectations = Field(default_factory=ModeExpectations)
    bull: ModeExpectations = Field(default_factory=ModeExpectations, alias="bull-4.16")
