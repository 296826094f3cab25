"""One value of a scenario's data put in place of another, found by a path such as ``faults.0.duration``."""

import json
from copy import deepcopy
from typing import Any

from sim.core.errors import SimError
from sim.yaml_files.problems import Path, path_text, quoted


class NoSuchPlace(SimError):
    """A path leads nowhere in the data; its text says how far it gets, and what is there."""


def changed(data: Any, path: str, value: Any) -> tuple[Any, Path]:
    """Return the data with one place changed, and where that is; mappings that the data leaves out are made on the way.

    Args:
        data: What a scenario file says; it is not changed itself.
        path: Names and numbers of entries, separated by dots.
        value: What will stand there.

    Raises:
        NoSuchPlace: The path leads through text or a number, or to an entry that a list does not have.
    """
    data = deepcopy(data)
    parts = path.split(".")
    here: Path = ()
    node = data
    for place, part in enumerate(parts):
        key: str | int = part
        if isinstance(node, list):
            if not part.isascii() or not part.isdigit() or int(part) >= len(node):
                raise NoSuchPlace(_no_entry(here, part, len(node)))
            key = int(part)
        elif not isinstance(node, dict):
            shown = quoted(node) if isinstance(node, str) else json.dumps(node)
            raise NoSuchPlace(f"{path_text(here)} is {shown} in the scenario, so it has no {part}")
        here = (*here, key)
        if place == len(parts) - 1:
            node[key] = value
        elif isinstance(node, dict) and node.get(part) is None:
            node[part] = {}
        node = node[key]
    return data, here


def _no_entry(here: Path, part: str, length: int) -> str:
    place = path_text(here)
    if not length:
        return f"{place} is empty in the scenario, so there is no {place}.{part}"
    entries = f"{place}.0" if length == 1 else f"{place}.0 to {place}.{length - 1}"
    what = "entry" if length == 1 else "entries"
    return f"{place} has {length} {what}, {entries}; there is no {place}.{part}"
