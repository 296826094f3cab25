"""When an alert was pending and firing, judged at the moments of sampling as Prometheus judges its rules."""

import operator
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from sim.results.run_lengths import run_lengths
from sim.results.samples import Floats, Integers
from sim.scenario.monitoring import Alert

_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
}


class Episode(NamedTuple):
    """One stretch of time in which an alert's condition held.

    Attributes:
        alert: The alert's name.
        queue: Whose; None for an alert on the whole world.
        active_ms: When the condition began to hold and the alert became pending, ms since the run began.
        fired_ms: When the alert began to fire; None when the condition did not hold long enough.
        resolved_ms: When the condition no longer held; None when it still held at the last sample.
    """

    alert: str
    queue: str | None
    active_ms: int
    fired_ms: int | None
    resolved_ms: int | None


def evaluate(alert: Alert, queue: str | None, t_ms: Integers, values: Floats) -> list[Episode]:
    """Find when an alert was pending and firing.

    It is pending from the first moment at which its condition holds, fires at the first moment that is ``for`` later or
    more, and is over at the first at which the condition does not hold. A missing value (NaN) satisfies no condition.

    Source: Prometheus, alerting rules.
    """
    condition = alert.condition
    holds = _OPERATORS[condition.operator](values, condition.limit) & ~np.isnan(values)
    found = []
    for stretch in run_lengths(holds):
        if not stretch.value:
            continue
        moments = t_ms[stretch.first : stretch.after]
        active_ms = int(moments[0])
        place = int(np.searchsorted(moments, active_ms + alert.for_))
        fired_ms = int(moments[place]) if place < len(moments) else None
        resolved_ms = int(t_ms[stretch.after]) if stretch.after < len(t_ms) else None
        found.append(Episode(alert.name, queue, active_ms, fired_ms, resolved_ms))
    return found
