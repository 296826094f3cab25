"""Values of Bull's options: what is right, and how a scenario writes it."""

import re
from collections.abc import Mapping
from typing import Any

from sim.core.durations import format_duration
from sim.core.errors import SimError
from sim.yaml_files.fields import MAX_MS

_PRODUCT = re.compile(r"\d{1,12}(?:\s*\*\s*\d{1,12}){1,5}")


class Unfit(SimError):
    """A value that an option cannot have; its text says what would be right."""


def number(value: Any, *, least: float = 0, what: str = "a number") -> float:
    """Read a number, or a product such as ``7 * 24 * 3600``, as people leave it in their code.

    Raises:
        Unfit: It is something else, or less than ``least``.
    """
    if isinstance(value, str) and _PRODUCT.fullmatch(value.strip()):
        result = 1
        for factor in value.split("*"):
            result *= int(factor)
        value = result
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unfit(f"expected {what}, not {_shown(value)}")
    if value < least:
        raise Unfit(f"expected {what} of at least {least:g}, not {value:g}")
    return value


def whole(value: Any, *, least: int = 0) -> int:
    """Read a whole number.

    Raises:
        Unfit: It is something else, or less than ``least``.
    """
    found = number(value, least=least, what="a whole number")
    if found != int(found):
        raise Unfit(f"expected a whole number, not {found:g}")
    return int(found)


def span(value: Any, unit_ms: int = 1) -> str:
    """Read a time in the unit that Bull has it in, and write it as a scenario does.

    Args:
        unit_ms: 1 for milliseconds, 1000 for seconds.

    Raises:
        Unfit: It is no time, or longer than a scenario can say.
    """
    unit = "milliseconds" if unit_ms == 1 else "seconds"
    ms = round(number(value, what=f"a number of {unit}") * unit_ms)
    if ms > MAX_MS:
        raise Unfit(f"{format_duration(ms)} is longer than the limit of {format_duration(MAX_MS)}")
    return format_duration(ms)


def switch(value: Any) -> bool:
    """Read true or false.

    Raises:
        Unfit: It is neither.
    """
    if not isinstance(value, bool):
        raise Unfit(f"expected true or false, not {_shown(value)}")
    return value


def text(value: Any) -> str:
    """Read a text, or a number as its text.

    Raises:
        Unfit: It is something else, or empty.
    """
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise Unfit(f"expected a text, not {_shown(value)}")
    return str(value)


def table(value: Any) -> Mapping[str, Any]:
    """Read an object.

    Raises:
        Unfit: It is something else.
    """
    if not isinstance(value, dict):
        raise Unfit(f"expected an object with options, not {_shown(value)}")
    return value


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"the text {value[:40]!r}"
    if isinstance(value, list):
        return "a list"
    return "an object" if isinstance(value, dict) else f"{value:g}"


def kept(value: Any) -> Any:
    """Read `removeOnComplete` or `removeOnFail`, and write what stays as a scenario does; Bull's `age` is in seconds.

    Raises:
        Unfit: It is none of the forms that Bull knows.
    """
    if isinstance(value, bool):
        return value
    if not isinstance(value, dict):
        return whole(value)
    unknown = [name for name in value if name not in ("age", "count", "limit")]
    if unknown:
        raise Unfit(f"has no {unknown[0]}; it has age and count")
    found: dict[str, Any] = {}
    if "count" in value:
        found["count"] = whole(value["count"])
    if "age" in value:
        found["age"] = span(value["age"], 1_000)
    if not found:
        raise Unfit("expected age (in seconds), count, or both")
    return found
