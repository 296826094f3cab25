"""What a line of the error log says, in which order, and what of it can be left out.

An exception's stack as it may stand in a result: the same on every machine.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path, PurePath
from traceback import walk_tb
from typing import Any, NamedTuple

from sim.core.errors import UnknownName

PACKAGE = Path(__file__).parents[1]


class Call(NamedTuple):
    """One call of a stack.

    Attributes:
        function: The function that was called.
        file: Its file: from ``sim`` on for this package, the bare name for any other.
        line: Where it was.
    """

    function: str
    file: str
    line: int


def calls_of(error: BaseException) -> list[Call]:
    """List the calls that an exception came through, innermost first."""
    calls = [
        Call(frame.f_code.co_name, short_path(frame.f_code.co_filename), line)
        for frame, line in walk_tb(error.__traceback__)
    ]
    calls.reverse()
    return calls


def short_stack(error: BaseException) -> str:
    """Write an exception's stack without this machine's folders, innermost call first."""
    return stack_text(f"{type(error).__name__}: {error}", calls_of(error))


def stack_text(headline: str, calls: list[Call]) -> str:
    """Write a stack as Node does: a headline, then one line a call."""
    return "\n".join([headline, *(f"    at {function} ({file}:{line})" for function, file, line in calls)])


@lru_cache(maxsize=1_000)
def short_path(file: str) -> str:
    """Leave a machine's folders out of a path."""
    path = PurePath(file)
    return path.relative_to(PACKAGE.parent).as_posix() if path.is_relative_to(PACKAGE) else path.name


FIELDS = (
    "time",
    "t_ms",
    "level",
    "message",
    "error",
    "kind",
    "mode",
    "queue",
    "worker",
    "job",
    "attempt",
    "attempts_made",
    "max_attempts",
    "next",
    "retry_in_ms",
    "refusal",
    "job_id",
    "job_name",
    "options",
    "data",
    "stack",
)
"""Every line has all of them; ``docs/error-log.md`` says what they mean."""


class Omission:
    """Which fields are left out of every record: names of ``FIELDS``, or ``data.`` and a key of the job's data.

    Raises:
        UnknownName: There is no such field.
    """

    def __init__(self, names: Sequence[str] = ()) -> None:
        for name in names:
            if name not in FIELDS and not (name.startswith("data.") and all(name.split("."))):
                raise UnknownName("field of the error log", name, [*FIELDS, "data.KEY"])
        self._fields = [name for name in FIELDS if name in names]
        self._keys = [name.split(".")[1:] for name in names if name.startswith("data.")]
        self.message = "message" in names

    @property
    def kept(self) -> list[str]:
        """The fields that are left, in order."""
        return [name for name in FIELDS if name not in self._fields]

    def apply(self, fields: dict[str, Any]) -> None:
        """Take the fields out; the job's own data is not changed."""
        if self._keys and "data" in fields:
            for path in self._keys:
                fields["data"] = _without(fields["data"], path)
        for name in self._fields:
            fields.pop(name, None)


def _without(value: Any, path: list[str]) -> Any:
    """Copy a JSON value without what stands at a path of keys."""
    if not isinstance(value, dict) or path[0] not in value:
        return value
    rest = {key: one for key, one in value.items() if key != path[0]}
    return {key: _without(one, path[1:]) if key == path[0] else one for key, one in value.items()} if path[1:] else rest
