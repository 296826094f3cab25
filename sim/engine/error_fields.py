"""The fields of a line of the error log, in order, and which of them are left out."""

from collections.abc import Sequence
from typing import Any

from sim.core.errors import UnknownName

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
