"""Says in new words what the checkout before said, by the tables of ``names``."""

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from tests.rebuild import names

_PLACE = re.compile(r" \(sim/[\w/]+\.py:\d+\)")
T = TypeVar("T")
Section = list[Any]
Body = dict[str, Section]
"""What one unit gave, by section; a section is a list of things that JSON can say."""


def body(before: Body) -> Body:
    """Translate everything that a unit gave; the names of sections stay."""
    return {section: _section(section, items) for section, items in before.items()}


def known(after: Body) -> Body:
    """Leave out of the other side what only it tells (``names.NEW_FIELDS``, ``names.is_new``)."""
    return {
        section: [_without_new(item) for item in items if not names.is_new(item)]
        if section.endswith("trace")
        else [_without_places(item) for item in items]
        if section.endswith("errors")
        else _old_checks(items)
        if section == "checks"
        else items
        for section, items in after.items()
    }


def scenario(data: Any, path: tuple[str, ...] = ()) -> Any:
    """Translate the keys and words of a scenario, as its file has it."""
    if isinstance(data, dict):
        return {_key((*path, key)): scenario(value, (*path, key)) for key, value in data.items()}
    if isinstance(data, list):
        return [scenario(value, path) for value in data]
    if isinstance(data, str):
        return _fitting(names.YAML_VALUES, path, {}).get(data, data)
    return data


def dotted(place: str) -> str:
    """Translate a path into a scenario, such as ``workload.0.arrivals.every``."""
    parts = place.split(".")
    keys = [part for part in parts if not part.isdigit()]
    new = iter([_key(tuple(keys[: number + 1])) for number in range(len(keys))])
    return ".".join(part if part.isdigit() else next(new) for part in parts)


def _key(path: tuple[str, ...]) -> str:
    return _fitting(names.YAML_KEYS, path, path[-1])


def _fitting(table: Mapping[str, T], path: tuple[str, ...], otherwise: T) -> T:
    """Find what a table says of a path: by its longest end that the table has."""
    for start in range(len(path)):
        end = ".".join(path[start:])
        if end in table:
            return table[end]
    return otherwise


def _section(section: str, items: Section) -> Section:
    if section.endswith("trace"):
        events: list[dict[str, Any]] = []
        for item in items:
            if (event := _event(item, events)) is not None:
                events.append(event)
        return events
    if section.endswith("errors"):
        items = [_without_places(item) for item in items]
        return [{names.ERROR_FIELDS.get(name, name): _words(value) for name, value in item.items()} for item in items]
    items = _old_checks(items) if section == "checks" else items
    return _words(items) if names.WORDS or names.TEXTS else items


def _old_checks(items: Section) -> Section:
    return [item for item in items if item[0] not in names.NEW_CHECKS]


def _without_places(item: dict[str, Any]) -> dict[str, Any]:
    """Leave out of the stack of an error where its functions stand: files move, and so do lines; the functions stay."""
    return {name: _PLACE.sub("", value) if name == "stack" and value else value for name, value in item.items()}


def _event(item: dict[str, Any], earlier: list[dict[str, Any]]) -> dict[str, Any] | None:
    event = names.EVENTS.get(item["event"], item["event"])
    fields = {**names.EVENT_FIELDS.get("*", {}), **names.EVENT_FIELDS.get(event, {})}
    new = {fields.get(name, name): _words(value) for name, value in item.items() if name != "event"}
    return names.rewrite({**new, "event": event}, earlier)


def _words(value: Any) -> Any:
    if isinstance(value, str):
        value = names.WORDS.get(value, value)
        for old, new in names.TEXTS.items():
            value = value.replace(old, new)
        return value
    if isinstance(value, list):
        return [_words(one) for one in value]
    if isinstance(value, dict):
        return {names.WORDS.get(name, name): _words(one) for name, one in value.items()}
    return value


def _without_new(event: dict[str, Any]) -> dict[str, Any]:
    new = names.NEW_FIELDS.get(event["event"], frozenset()) | names.NEW_FIELDS.get("*", frozenset())
    return {name: value for name, value in event.items() if name not in new}
