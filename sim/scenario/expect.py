"""The `expect:` block: bounds on outcomes and overlays."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from sim.scenario.monitoring import AlertExpectation
from sim.yaml_files.fields import Model

_BOUND = re.compile(r"^(?:(<=|>=|==|<|>)\s*(\d{1,12})|(\d{1,12})\s*\.\.\s*(\d{1,12}))$")

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
    "extra_effects",
    "suppressed_duplicates",
    "false_failures",
    "indeterminate",
    "stalled",
    "attempts",
]


def _text(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError('expected a number or a bound such as 0, "<= 3", "> 0" or "2..5"')
    return str(value) if not isinstance(value, str) else value


def _bound(text: str) -> str:
    stripped = text.strip()
    if stripped.isascii() and stripped.isdigit() and len(stripped) <= 12:
        return f"== {int(stripped)}"
    match = _BOUND.match(stripped)
    if not match:
        raise ValueError('expected a number or a bound such as 0, "<= 3", "> 0" or "2..5"')
    if match[3] is not None and int(match[3]) > int(match[4]):
        raise ValueError(f"{stripped}: the lower end is above the upper end")
    return stripped


Bound = Annotated[
    str,
    AfterValidator(_bound),
    BeforeValidator(_text),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string"}]}),
]
"""A number, or a comparison such as ``<= 3`` or ``2..5``; written out with its operator once loaded."""


def holds(bound: str, seen: int) -> bool:
    """Tell whether ``seen`` satisfies a loaded bound."""
    match = _BOUND.match(bound)
    if match is None:
        raise ValueError(bound)
    if match[3] is not None:
        return int(match[3]) <= seen <= int(match[4])
    limit = int(match[2])
    return {
        "<=": seen <= limit,
        ">=": seen >= limit,
        "==": seen == limit,
        "<": seen < limit,
        ">": seen > limit,
    }[match[1]]


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
