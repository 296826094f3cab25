"""Which keys the models know at a place: for suggestions in error messages."""

from typing import Any, get_args

from pydantic import BaseModel

from sim.scenario.schema import Scenario


def keys_at(loc: tuple[int | str, ...]) -> list[str]:
    """List the keys that may stand at a location as pydantic reports it; empty where any may."""
    here: list[Any] = [Scenario]
    for part in loc:
        following: list[Any] = []
        for kind in here:
            following += _step(kind, part)
        here = following or here
    keys: list[str] = []
    for kind in here:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            keys += [info.alias or name for name, info in kind.model_fields.items()]
    return list(dict.fromkeys(keys))


def _step(kind: Any, part: int | str) -> list[Any]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        if part == kind.__name__:
            return [kind]
        for name, info in kind.model_fields.items():
            if part in (name, info.alias):
                return _models(info.annotation)
        fields = kind.model_fields
        if "kind" in fields and part in get_args(fields["kind"].annotation):
            return [kind]
        return []
    return []


def _models(annotation: Any) -> list[Any]:
    """Every model inside an annotation, through unions, lists and dictionaries."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    found: list[Any] = []
    for inner in get_args(annotation):
        found += _models(inner)
    return found
