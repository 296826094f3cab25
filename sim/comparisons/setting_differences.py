"""Which settings of two scenarios differ, by their paths, each as its file would write it."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic import BaseModel

from sim.comparisons.sides import Side
from sim.core.durations import format_duration, parse_duration
from sim.core.errors import DurationError, SizeError
from sim.core.sizes import format_size, parse_size
from sim.scenario.schema import Workers
from sim.sweeps.points import data_at
from sim.yaml_files.problems import Path, path_text

NONE = "-"
"""What a side has that lacks an entry."""
_NOT_SETTINGS = (
    *("title", "question", "story", "incident", "expect", "variants", "variant"),
    *("seed", "semantics", "modes"),
)
"""What a scenario says that changes none of its runs here; semantics, seed and modes are chosen for each side."""
_NOTHING = object()


class SettingDifference(NamedTuple):
    """A setting that differs.

    Attributes:
        path: Where it stands, such as ``queues.email.attempts``; as ``--set`` takes it.
        a: Its value in A as a file would write it, also where it is a default; ``-`` where there is none.
        b: The same in B.
    """

    path: str
    a: str
    b: str


def setting_differences(a: Side, b: Side) -> list[SettingDifference]:
    """List the settings that differ, in the order of a scenario's keys; semantics and seed are the first.

    Values are compared as they are in force: ``60s`` is ``1m``, and a default is what it is when it is written out.
    """
    chosen = [
        SettingDifference(name, str(first), str(second))
        for name, first, second in (
            ("semantics", a.semantics, b.semantics),
            ("seed", a.arm.recipe.seed, b.arm.recipe.seed),
        )
        if first != second
    ]
    return [*chosen, *_differences((), _Pair(a.scenario, _written(a)), _Pair(b.scenario, _written(b)))]


class _Pair(NamedTuple):
    """A value as it is in force, and as its file has it; each may be missing."""

    loaded: Any
    written: Any

    def below(self, key: str | int, name: str | None = None) -> "_Pair":
        """Return what stands below a key; ``name`` is what the loaded value calls it."""
        return _Pair(_part(self.loaded, key if name is None else name), _part(self.written, key))


def _written(side: Side) -> Any:
    return data_at(side.arm.recipe.text, side.arm.settings)[0]


def _part(value: Any, key: str | int) -> Any:
    if isinstance(value, BaseModel):
        return getattr(value, str(key), _NOTHING)
    if isinstance(value, dict):
        return value.get(key, _NOTHING)
    if isinstance(value, list | tuple) and isinstance(key, int):
        return value[key] if key < len(value) else _NOTHING
    return _NOTHING


def _differences(path: Path, a: _Pair, b: _Pair) -> Iterator[SettingDifference]:
    first, second = a.loaded, b.loaded
    if first is not _NOTHING and second is not _NOTHING and first == second:
        return
    if isinstance(first, BaseModel) and type(first) is type(second):
        for name, field in type(first).model_fields.items():
            if path or name not in _NOT_SETTINGS:
                key = field.alias or name
                yield from _differences((*path, key), a.below(key, name), b.below(key, name))
    elif isinstance(first, dict) and isinstance(second, dict):
        for key in dict.fromkeys((*first, *second)):
            below = a.below(key), b.below(key)
            yield from _differences((*path, key), _in_force(*below), _in_force(*below[::-1]))
    elif isinstance(first, list) and isinstance(second, list) and _has_parts(first + second):
        for place in range(max(len(first), len(second))):
            yield from _differences((*path, place), a.below(place), b.below(place))
    else:
        where = ".".join(map(str, path))
        yield SettingDifference(where or path_text(path), _text(a, b.written), _text(b, a.written))


def _in_force(value: _Pair, other: _Pair) -> _Pair:
    """Put the defaults in the place of the workers of a queue of which only the other side says something."""
    if value.loaded is _NOTHING and isinstance(other.loaded, Workers):
        return _Pair(Workers(), _NOTHING)
    return value


def _has_parts(values: list[Any]) -> bool:
    return any(isinstance(value, BaseModel) for value in values)


def _text(value: _Pair, like: Any) -> str:
    """Write a value as its file has it; a default in the unit in which the other side writes its own."""
    if value.written is not _NOTHING:
        return _in_a_line(value.written)
    loaded = value.loaded
    if loaded is _NOTHING:
        return NONE
    if isinstance(loaded, bool):
        return "on" if loaded else "off"
    if isinstance(loaded, int) and isinstance(like, str):
        return _in_unit(loaded, like)
    if isinstance(loaded, BaseModel):
        return _in_a_line(loaded.model_dump(exclude_defaults=True, by_alias=True))
    return _in_a_line(loaded)


def _in_unit(number: int, like: str) -> str:
    try:
        parse_duration(like)
        return format_duration(number) or "0s"
    except DurationError:
        pass
    try:
        parse_size(like)
        return format_size(number)
    except SizeError:
        return str(number)


def _in_a_line(value: Any) -> str:
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_in_a_line(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_in_a_line, value)) + "]"
    return json.dumps(value)
