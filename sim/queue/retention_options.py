"""The options ``removeOnComplete`` and ``removeOnFail``, and how Bull's scripts read whatever stands there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.queue.javascript import SAFE, Number, lua_number


@dataclass(frozen=True, slots=True)
class Keep:
    """Bull's object form of retention.

    Attributes:
        count: Keep the newest so many; None for any number.
        age_s: Keep those that finished within so many seconds; None for ever.
    """

    count: int | None = None
    age_s: int | float | None = None


@dataclass(frozen=True, slots=True)
class BreaksOff:
    """A setting at which Bull's script ends in an error, in the middle of its work.

    Attributes:
        recorded: Whether the end of the job stands in its hash and set by then; else the job is in no list any more.
        age_s: Jobs that finished longer ago, seconds, have been removed by then; None for no age.
    """

    recorded: bool
    age_s: int | float | None = None


Limits = bool | int | Keep
Retention = Limits | BreaksOff
"""What happens to finished jobs: False keeps all, True removes the job at once, a number keeps the newest so many."""


def read_when_finished(opts: Mapping[str, Any], option: str) -> Retention | None:
    """Read an option as the script does that reports the end of a job; None where it is not set.

    Source: moveToFinishedArgs and moveToFinished-9 of Bull 4.16.5.
    """
    if option not in opts:
        return None
    value = opts[option]
    if value is None:
        return BreaksOff(recorded=False)
    if isinstance(value, bool | str):
        return bool(value)
    if isinstance(value, list):
        return False
    if not isinstance(value, dict):
        return _number(value)
    count = value.get("count")
    if _is_number(count) and count == 0:
        return Keep(0)
    return _kept(count, value.get("age"), no_age=value.get("age") is None, no_count=count is None)


def read_when_stalled(opts: Mapping[str, Any], option: str) -> Retention | None:
    """Read an option as the check does that gives up a stalled job; None where it is not set.

    Source: moveStalledJobsToWait-7 of Bull 4.16.5: texts and lists keep all there, and null breaks it off.
    """
    if option not in opts:
        return None
    value = opts[option]
    if value is None:
        return BreaksOff(recorded=True)
    if isinstance(value, bool):
        return value
    if isinstance(value, str | list):
        return False
    if not isinstance(value, dict):
        return int(value) if float(value).is_integer() else BreaksOff(recorded=True)
    return _kept(value.get("count"), value.get("age"), no_age="age" not in value, no_count="count" not in value)


def _number(count: Number) -> Retention:
    if count < 0:
        return False
    return int(count) if float(count).is_integer() else BreaksOff(recorded=True)


def _kept(count: Any, age: Any, *, no_age: bool, no_count: bool) -> Retention:
    age_s: Number | None = None
    if not no_age:
        age_s = age if _is_number(age) else lua_number(age) if isinstance(age, str) else None
        if age_s is None:
            return BreaksOff(recorded=True)
        age_s = max(-SAFE, min(SAFE, age_s))
    if no_count or (_is_number(count) and count <= 0):
        return Keep(None, age_s)
    if not _is_number(count) or not float(count).is_integer():
        return BreaksOff(recorded=True, age_s=age_s)
    return Keep(int(count), age_s)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
