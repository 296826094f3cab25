"""What a scenario says of its monitoring: how metrics are sampled, which worker is unhealthy, when alerts fire."""

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from sim.core.durations import parse_duration
from sim.core.errors import DurationError
from sim.metrics.catalogue import METRICS
from sim.yaml_files.fields import CoarseDuration, Duration, Model, PositiveDuration, Share

if TYPE_CHECKING:
    MetricName = str
else:
    MetricName = Literal[tuple(METRICS)]
"""What an alert may be about."""


class MetricsConfig(Model):
    """How metrics are sampled in simulated time."""

    interval: CoarseDuration = 1_000
    """Time between two samples; alerts and health are judged at the same moments."""
    window: CoarseDuration = 300_000
    """Percentiles cover what ended within this time."""
    attribution_window: Duration = 120_000
    """How long after its end a fault may still count as the cause of an alert."""


class HealthConfig(Model):
    """When a worker is unhealthy: thresholds for each of the document's four indicators."""

    unresponsive_after: PositiveDuration = 10_000
    """*Worker process running*: a process that has not responded for this long is down; a dead one is down at once."""
    redis_away_after: PositiveDuration = 5_000
    """*Redis connection active*: a process without a connection for this long is down."""
    no_progress_after: PositiveDuration = 60_000
    """*Jobs being processed*: degraded if jobs wait and it has neither started nor ended one for this long."""
    failure_rate: Share = 0.5
    """*No excessive failures*: degraded if more than this share of its attempts failed."""
    failure_window: CoarseDuration = 300_000
    """The failure rate covers attempts that ended within this time."""
    failure_least: Annotated[int, Field(ge=1, le=1_000_000)] = 5
    """With fewer attempts than this in the window, failures are not judged."""


class Comparison(NamedTuple):
    """One side of an alert's condition.

    Attributes:
        operator: As Prometheus writes it.
        limit: A number, or seconds where ``is_time`` says so.
    """

    operator: str
    limit: float
    is_time: bool


_COMPARISON = re.compile(r"^(<=|>=|==|!=|<|>)\s*(\S+)$")
_NUMBER = re.compile(r"^\d{1,12}(\.\d{1,6})?$")
_WHEN = 'expected a comparison such as "> 100", "== 0" or "> 30s"'


def comparison(text: str) -> Comparison:
    """Read ``> 100`` or ``> 30s``.

    Raises:
        ValueError: It is neither.
    """
    match = _COMPARISON.match(text.strip())
    if match is None:
        raise ValueError(_WHEN)
    operator, limit = match.groups()
    if _NUMBER.match(limit):
        return Comparison(operator, float(limit), False)
    try:
        return Comparison(operator, parse_duration(limit) / 1_000, True)
    except DurationError:
        raise ValueError(_WHEN) from None


def _when(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(_WHEN)
    comparison(value)
    return value.strip()


When = Annotated[str, BeforeValidator(_when), WithJsonSchema({"type": "string", "examples": ["> 100", "> 30s"]})]


class Alert(Model):
    """A rule as in Prometheus: pending while its condition holds, firing once it has held long enough."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,59}$", examples=["QueueBacklog"])]
    queue: str | None = None
    """Without it: every queue, each on its own."""
    metric: MetricName
    when: When
    """The condition; a time is compared with a duration, anything else with a number."""
    over: CoarseDuration | None = None
    """For a counter: compare its growth within this time, not its value."""
    for_: Duration = Field(default=0, alias="for")
    """How long the condition has to hold before the alert fires."""

    @property
    def condition(self) -> Comparison:
        """The condition, read."""
        return comparison(self.when)


_EXPECTED = re.compile(r"^(fires|quiet|false-alarm|fires within (\S+))$")


def _alert_expectation(text: str) -> str:
    match = _EXPECTED.match(text.strip())
    if match is None:
        raise ValueError("expected fires, quiet, false-alarm, or a limit such as `fires within 40s`")
    if match[2] is not None:
        parse_duration(match[2])
    return text.strip()


AlertExpectation = Annotated[
    str,
    AfterValidator(_alert_expectation),
    WithJsonSchema({"type": "string", "pattern": _EXPECTED.pattern, "examples": ["fires", "quiet", "false-alarm"]}),
]
"""``fires``, ``fires within 40s`` (of the fault that it noticed), ``quiet``, or ``false-alarm``."""


def limit_ms(expectation: str) -> int | None:
    """Return within which time of the fault the alert is expected to fire, ms; None where nothing is said of that."""
    match = _EXPECTED.match(expectation)
    return None if match is None or match[2] is None else parse_duration(match[2])
