"""Read YAML as people mean it: no tags, no aliases, no duplicate keys, and text stays text."""

import math
import re
from typing import Any, NamedTuple

import yaml

MOST_BYTES = 1 << 20
DEEPEST = 40

_INT = re.compile(r"^[-+]?(0|[1-9][0-9]{0,17})$")
_FLOAT = re.compile(r"^[-+]?[0-9]{1,18}(\.[0-9]{0,18})?([eE][-+]?[0-9]{1,3})?$")
_LEADING_ZERO = re.compile(r"^[-+]?0[0-9]")


class Mark(NamedTuple):
    """A place in the file, both counted from 1."""

    line: int
    column: int


class SourceError(Exception):
    """The text is not the YAML that scenarios are written in.

    Args:
        mark: Where.
        what: What is wrong and what would be right.
    """

    def __init__(self, mark: Mark, what: str) -> None:
        super().__init__(mark, what)
        self.mark = mark
        self.what = what


Path = tuple[str | int, ...]


class Source(NamedTuple):
    """What a file says, and where each part of it stands.

    Attributes:
        keys: Where the key (or list item) of each path stands.
        values: Where its value stands.
    """

    data: Any
    keys: dict[Path, Mark]
    values: dict[Path, Mark]


def read_yaml(text: str) -> Source:
    """Read one YAML document.

    Only ``true``, ``false``, ``null`` and plain decimal numbers mean anything but text: ``yes``, ``1:30``, ``010`` and
    ``2026-01-01`` stay what they look like.

    Raises:
        SourceError: The text is too large, not YAML, or uses what scenarios may not use.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise SourceError(Mark(1, 1), "the file is larger than the limit of 1 MiB")
    try:
        _refuse_aliases_and_depth(text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Mark(mark.line + 1, mark.column + 1) if mark else Mark(1, 1)
        what = " ".join(part for part in (error.context, error.problem) if part)
        raise SourceError(place, f"not valid YAML: {what}") from None
    except yaml.YAMLError as error:
        raise SourceError(Mark(1, 1), f"not valid YAML: {' '.join(str(error).split())}") from None
    except RecursionError:
        raise SourceError(Mark(1, 1), "nested too deeply") from None
    if node is None:
        raise SourceError(Mark(1, 1), "the file is empty; a scenario has at least title, question and workload")
    source = Source(None, {}, {})
    data = _build(node, (), source)
    source.keys[()] = source.values[()]
    return Source(data, source.keys, source.values)


def _refuse_aliases_and_depth(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        place = Mark(event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise SourceError(place, "anchors (&) and aliases (*) are not allowed; write the value out")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise SourceError(place, f"nested deeper than the limit of {DEEPEST}")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if getattr(event, "tag", None):
            raise SourceError(place, f"the tag {event.tag} is not allowed; write plain values")


def _build(node: yaml.Node, path: Path, source: Source) -> Any:
    place = Mark(node.start_mark.line + 1, node.start_mark.column + 1)
    source.values[path] = place
    source.keys.setdefault(path, place)
    if isinstance(node, yaml.MappingNode):
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key_place = Mark(key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            if not isinstance(key_node, yaml.ScalarNode):
                raise SourceError(key_place, "a key must be plain text")
            key = str(key_node.value)
            if key in mapping:
                raise SourceError(key_place, f"the key {key!r} stands here for the second time")
            source.keys[(*path, key)] = key_place
            mapping[key] = _build(value_node, (*path, key), source)
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, (*path, place), source) for place, item in enumerate(node.value)]
    text = str(node.value)
    return text if node.style is not None else _plain(text, place)


def _plain(text: str, place: Mark) -> Any:
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE"):
        return True
    if text in ("false", "False", "FALSE"):
        return False
    if _INT.match(text):
        return int(text)
    if _FLOAT.match(text) and not _LEADING_ZERO.match(text):
        number = float(text)
        if not math.isfinite(number):
            raise SourceError(place, f"the number {text} is too large")
        return number
    return text
