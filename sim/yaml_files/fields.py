"""The field types that scenario models share: durations, switches, shares and bounds."""

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue

from sim.core import sizes
from sim.core.durations import PATTERN, UNITS_MS, parse_duration
from sim.yaml_files.field_docs import field_docs

MAX_MS = 400 * UNITS_MS["d"]


class Model(BaseModel):
    """A part of a scenario: unknown keys are errors, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: Any, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Say in a JSON Schema what each field means: what its docstring says."""
        schema = handler(core_schema)
        properties = handler.resolve_ref_schema(schema).get("properties", {})
        names = {field.alias or name: name for name, field in cls.model_fields.items()}
        docs = field_docs(cls)
        for key, node in properties.items():
            if (name := names.get(key)) in docs:
                node.setdefault("description", docs[name])
        return schema


def _duration(value: Any) -> int:
    if not isinstance(value, str):
        raise ValueError("expected a duration such as 500ms, 30s, 2m or 1h30m")
    ms = parse_duration(value)
    if ms > MAX_MS:
        raise ValueError(f"{value} is longer than the limit of 400d")
    return ms


def _positive(ms: int) -> int:
    if ms == 0:
        raise ValueError("must be longer than 0s")
    return ms


def _shift(value: Any) -> int:
    if not isinstance(value, str):
        raise ValueError("expected a duration such as 2m, or -2m")
    text = value.strip()
    ms = _positive(_duration(text.removeprefix("-")))
    return -ms if text.startswith("-") else ms


def _coarse(ms: int) -> int:
    if ms < 100:
        raise ValueError("must be at least 100ms")
    return ms


def _coarse_or_never(ms: int) -> int:
    if 0 < ms < 100:
        raise ValueError("must be at least 100ms, or 0s for never")
    return ms


def _whole_second(ms: int) -> int:
    if ms < 1_000:
        raise ValueError("must be at least 1s, the shortest interval that Redis's `save` allows")
    return ms


def _size(value: Any) -> int:
    if not isinstance(value, str):
        raise ValueError("expected a size such as 200b, 10kb, 64mb or 1gb")
    return sizes.parse_size(value)


def _one_line(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value


def _switch(value: Any) -> Any:
    if value == "on" or value is True:
        return True
    if value == "off" or value is False:
        return False
    raise ValueError("expected on or off")


_SIZE_SCHEMA = WithJsonSchema({"type": "string", "pattern": sizes.PATTERN, "examples": ["200b", "10kb", "64mb"]})
_SHIFT_SCHEMA = WithJsonSchema({"type": "string", "pattern": f"^-?{PATTERN[1:]}", "examples": ["2m", "-2m"]})
_DURATION_SCHEMA = WithJsonSchema({"type": "string", "pattern": PATTERN, "examples": ["500ms", "30s", "1h30m"]})

Duration = Annotated[int, BeforeValidator(_duration), _DURATION_SCHEMA]
"""A time span; integer milliseconds once loaded."""
PositiveDuration = Annotated[int, AfterValidator(_positive), BeforeValidator(_duration), _DURATION_SCHEMA]
"""A time span longer than zero."""
Shift = Annotated[int, BeforeValidator(_shift), _SHIFT_SCHEMA]
"""A time span forwards, or with a minus sign backwards; not 0."""
CoarseDuration = Annotated[int, AfterValidator(_coarse), BeforeValidator(_duration), _DURATION_SCHEMA]
"""A time span of at least 100 ms, for what repeats during the whole run."""
OptionalInterval = Annotated[int, AfterValidator(_coarse_or_never), BeforeValidator(_duration), _DURATION_SCHEMA]
"""A time span of at least 100 ms between repetitions, or 0 where nothing is repeated."""
SaveInterval = Annotated[int, AfterValidator(_whole_second), BeforeValidator(_duration), _DURATION_SCHEMA]
"""A time span of at least a second, as Redis's ``save`` counts in seconds."""
Size = Annotated[int, BeforeValidator(_size), _SIZE_SCHEMA]
"""A number of bytes; integer once loaded."""
OneLine = Annotated[str, BeforeValidator(_one_line)]
"""Text that is shown on one line: line ends and runs of spaces become one space."""
Switch = Annotated[bool, BeforeValidator(_switch), WithJsonSchema({"enum": ["on", "off", True, False]})]
"""``on`` or ``off``."""
Share = Annotated[float, Field(ge=0, le=1, strict=False)]
"""A part of the whole, from 0 to 1."""
SemanticsName = Literal["documented", "bull-4.16"]
ModeName = Literal["in-process", "queue"]
MODES: tuple[ModeName, ...] = ("in-process", "queue")
JobName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+-[0-9]{1,9}$", examples=["email-17"])]
"""`email-17` is the 17th job offered to the queue `email`."""
