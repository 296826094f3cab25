"""From a YAML file to a scenario; every problem is named with its file, line and column."""

import os
from difflib import get_close_matches
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from sim.core.errors import ScenarioError
from sim.scenario.checks import find_problems
from sim.scenario.schema import Scenario
from sim.scenario.wording import plain_words
from sim.scenario.yaml_source import MOST_BYTES, Mark, Path, Source, SourceError, read_yaml


def load_scenario(path: str | os.PathLike[str]) -> Scenario:
    """Read a scenario file.

    Raises:
        ScenarioError: The file cannot be read or used; one line for each problem, in the order of the file.
    """
    name = os.fspath(path)
    try:
        with FilePath(path).open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ScenarioError(f"{name}: cannot be read: {reason}") from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ScenarioError(f"{name}:{line}:1: not UTF-8 text") from None
    return parse_scenario(text, name)


def parse_scenario(text: str, name: str = "scenario") -> Scenario:
    """Read a scenario from text; ``name`` stands for the file in problems.

    Raises:
        ScenarioError: The text cannot be used; one line for each problem, in the order of the text.
    """
    try:
        source = read_yaml(text)
    except SourceError as error:
        raise ScenarioError(f"{name}:{error.mark.line}:{error.mark.column}: {error.what}") from None
    if not isinstance(source.data, dict):
        raise ScenarioError(f"{name}:1:1: a scenario is a mapping that begins with title: and question:")
    try:
        scenario = Scenario.model_validate(source.data)
    except ValidationError as error:
        raise ScenarioError(*_problems(error, source, name)) from None
    found = find_problems(scenario)
    if found:
        lines = [_line(name, _mark_of(path, source, at_key=False), path, what) for path, what in found]
        raise ScenarioError(*[text for _mark, text in sorted(lines)])
    return scenario


def _problems(error: ValidationError, source: Source, name: str) -> list[str]:
    """Write every problem once, in the order of the file; of a union's branches only what helps."""
    lines: dict[tuple[Mark, Path], tuple[Mark, str]] = {}
    for detail in error.errors(include_url=False):
        path = _path_in_file(detail["loc"], source.data)
        at_key = detail["type"] in ("extra_forbidden", "missing")
        unknown = detail["type"] == "extra_forbidden" and bool(path)
        what = _unknown_key(str(path[-1]), error, detail) if unknown else plain_words(dict(detail))
        mark = _mark_of(path, source, at_key=at_key)
        known = lines.get((mark, path))
        if known is None:
            lines[mark, path] = _line(name, mark, path, what)
        elif what not in known[1]:
            lines[mark, path] = (mark, f"{known[1]}; or {what}")
    return [text for _mark, text in sorted(lines.values())]


def _line(name: str, mark: Mark, path: Path, what: str) -> tuple[Mark, str]:
    where = ".".join(str(part) for part in path)
    return mark, f"{name}:{mark.line}:{mark.column}: {where + ': ' if where else ''}{what}"


def _path_in_file(loc: tuple[int | str, ...], data: Any) -> Path:
    """Drop the parts of pydantic's location that are not in the file, such as the names of union members."""
    path: list[str | int] = []
    here = data
    for position, part in enumerate(loc):
        if (isinstance(here, dict) and part in here) or (
            isinstance(here, list) and isinstance(part, int) and part < len(here)
        ):
            here = here[part]
            path.append(part)
        elif position == len(loc) - 1 and isinstance(here, dict) and isinstance(part, str) and part.isidentifier():
            path.append(part)
    return tuple(path)


def _mark_of(path: Path, source: Source, *, at_key: bool) -> Mark:
    """Find where a path stands, or the nearest part of it that does."""
    marks = source.keys if at_key else source.values
    while path and path not in marks:
        path = path[:-1]
        marks = source.keys
    return marks.get(path, Mark(1, 1))


def _unknown_key(key: str, error: ValidationError, detail: Any) -> str:
    known = _known_keys(tuple(part for part in detail["loc"][:-1]))
    close = get_close_matches(key, known, 1)
    if close:
        return f"unknown key; did you mean {close[0]}?"
    return f"unknown key; known here: {', '.join(known)}" if known else "unknown key"


def _known_keys(loc: tuple[int | str, ...]) -> list[str]:
    """List the keys that the schema knows at a place, by following pydantic's location through the models."""
    from sim.scenario.model_keys import keys_at

    return keys_at(loc)
