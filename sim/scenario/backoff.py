"""What a scenario says of the wait between two attempts: Bull's own types, and what custom strategies commonly do."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from sim.core.durations import PATTERN, format_duration, parse_duration
from sim.core.errors import DurationError
from sim.yaml_files.fields import MAX_MS, Duration, Model, Share

_OWN_CODE = "a custom strategy is your own code, so say what it answers"
NEVER = -1
"""In place of a wait, ms: the failure is final. Bull reads it so of a strategy's answer."""


def _milliseconds(value: Any) -> int:
    """Read a wait as a file or as Bull has it: a duration, or a plain number of ms."""
    if isinstance(value, str):
        try:
            ms = parse_duration(value)
        except DurationError as error:
            raise ValueError(f"{error}, or a number of milliseconds") from None
    elif isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        ms = value
    else:
        raise ValueError(f"{DurationError()}, or a number of milliseconds")
    if ms > MAX_MS:
        raise ValueError(f"{format_duration(ms)} is longer than the limit of 400d")
    return ms


def _wait(value: Any) -> int:
    if value == "never" or (value == NEVER and not isinstance(value, bool)):
        return NEVER
    try:
        return _milliseconds(value)
    except ValueError as error:
        raise ValueError(f"{error}, or never" if str(error).startswith("expected") else str(error)) from None


_DURATION: dict[str, Any] = {"type": "string", "pattern": PATTERN, "examples": ["500ms", "30s", "1h30m"]}
_NUMBER: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": MAX_MS}
Milliseconds = Annotated[
    int, BeforeValidator(_milliseconds), WithJsonSchema({"anyOf": [_DURATION, _NUMBER], "title": "Milliseconds"})
]
Wait = Annotated[
    int,
    BeforeValidator(_wait),
    WithJsonSchema({"anyOf": [_DURATION, {**_NUMBER, "minimum": NEVER}, {"const": "never"}], "title": "Wait"}),
]
"""A wait, ms, or ``NEVER``."""
Waits = Annotated[list[Wait], Field(min_length=1, max_length=1_000)]


class Backoff(Model):
    """Bull's own types of backoff; with `jitter:` a custom strategy of the same name takes their place."""

    type: Literal["exponential", "fixed"]
    """`exponential` doubles the delay every time; `fixed` keeps it the same."""
    delay: Duration
    """The base delay."""
    jitter: Share = 0
    """The largest part of each wait that chance takes off: 0.5 waits between half of it and all of it."""


class SpreadBackoff(Model):
    """A custom strategy that draws each wait between two bounds, as the one called `jitter` in Bull's documentation."""

    type: Literal["jitter"]
    min: Duration
    """The shortest wait."""
    max: Duration
    """The longest wait."""

    @model_validator(mode="before")
    @classmethod
    def _has_bounds(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and not {"min", "max"} <= raw.keys():
            raise ValueError(f"{_OWN_CODE}: between which bounds it draws a wait, by min: and max:")
        return raw

    @model_validator(mode="after")
    def _is_in_order(self) -> "SpreadBackoff":
        if self.min > self.max:
            raise ValueError(f"max: {format_duration(self.max)} is less than min: {format_duration(self.min)}")
        return self


if TYPE_CHECKING:
    OneError = Backoff | SpreadBackoff | list[int]
else:
    OneError = Annotated[
        Wait | Waits | Annotated[Backoff | SpreadBackoff, Field(discriminator="type")],
        AfterValidator(lambda given: [given] if isinstance(given, int) else given),
    ]


class ByError(Model):
    """What a custom strategy makes of each kind of error: a wait, several in a row, a backoff, or `never`."""

    transient: OneError
    """After an error that may pass, such as a database that is down."""
    permanent: OneError
    """After an error that will come again, such as invalid data."""


class CustomBackoff(Model):
    """A custom strategy (Bull's `settings.backoffStrategies`): listed waits, or waits by kind of error."""

    type: Literal["custom"]
    delays: Waits | None = None
    """The wait after each failure in turn; the last one repeats. `never` (Bull: -1) ends the job."""
    by_error: ByError | None = None
    """The wait by kind of error."""
    jitter: Share = 0
    """The largest part of each listed wait that chance takes off."""

    @model_validator(mode="after")
    def _says_one_thing(self) -> "CustomBackoff":
        if (self.delays is None) == (self.by_error is None):
            if self.delays is not None:
                raise ValueError("delays: and by_error: exclude each other; leave one out")
            raise ValueError(f"{_OWN_CODE} after each failure: delays: [10s, 60s, 5m], or by_error:")
        if self.by_error is not None and self.jitter:
            raise ValueError("put jitter: into the backoff of each kind of error")
        return self


def _spelled_out(given: Any) -> Any:
    """Make of a plain delay what Bull makes of it."""
    return Backoff.model_validate({"type": "fixed", "delay": f"{given}ms"}) if isinstance(given, int) else given


if TYPE_CHECKING:
    RetryBackoff = Backoff | SpreadBackoff | CustomBackoff
else:
    RetryBackoff = Annotated[
        Milliseconds | Annotated[Backoff | SpreadBackoff | CustomBackoff, Field(discriminator="type")],
        AfterValidator(_spelled_out),
    ]
