"""YAML read safely: plain data, and where every key and value of it stands.

Only the plain part of YAML 1.2 is read. There are no tags, anchors or aliases, and a key stands once. Just ``true``,
``false``, ``null`` and ordinary numbers are more than text: ``yes``, ``1:30``, ``010`` and ``2026-01-01`` stay text.
"""

import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn

import yaml

from sim.core.text import UNSAFE
from sim.yaml_files.problems import Mark, Marks, Path, Problem, quoted

MAX_BYTES = 1_048_576
DEEPEST = 30
MAX_VALUES = 120_000
MAX_KEYS = 1_000
_MAX_DIGITS = 19
_MAX_NUMBER = 64
_CONSTANTS: dict[str, bool | None] = dict.fromkeys(("", "~", "null", "Null", "NULL"))
_CONSTANTS |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(?=\.?[0-9])(?:0|[1-9][0-9]*)?(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_UNSEEN = re.compile(f"(?!\r)[{UNSAFE}\ufeff\ufffe\uffff]")
_UNSEEN_VALUE = re.compile(f"[{UNSAFE}]")
_LINE_END = re.compile("[\t\n]")
_SPACES_NOT_TABS = "indent with spaces, not tabs"
_PLAINER = {
    "found a tab character that violates indentation": _SPACES_NOT_TABS,
    "mapping values are not allowed in this context": "`: ` is not allowed here; put text that contains it in quotes",
    "did not find expected key": "this line is not aligned with those above; check the indentation",
    "could not find expected ':'": "a key has no `:` after it",
    "found unexpected end of stream": "the file ends inside a quoted text; a closing quote is missing",
}


class Source:
    """What one file says.

    Attributes:
        data: Mappings, lists, text, numbers, true, false and null.
        marks: Where each part of it stands.
        problems: What YAML allows and a scenario does not.
        unreadable: Paths at which the data holds a stand-in, because the file's own value cannot be used.
    """

    def __init__(self) -> None:
        self.data: Any = None
        self.marks = Marks()
        self.problems: list[Problem] = []
        self.unreadable: set[Path] = set()


class _Unusable(Exception):
    """Reading cannot go on; the problem is noted."""


def decode(raw: bytes) -> str | Problem:
    """Turn a file's bytes into text, or tell why that cannot be."""
    if len(raw) > MAX_BYTES:
        return Problem((), "the file is larger than 1 MiB, the limit for a scenario", mark=Mark(1, 1))
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return Problem((), "the file is UTF-16; save it as UTF-8", mark=Mark(1, 1))
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        column = len(before[before.rfind(b"\n") + 1 :].decode(errors="replace")) + 1
        what = f"the byte 0x{raw[error.start]:02x} is not UTF-8 text; save the file as UTF-8"
        return Problem((), what, mark=Mark(before.count(b"\n") + 1, column))


def read_yaml(text: str) -> Source:
    """Read one YAML document; what is wrong with it stands in the result's ``problems``."""
    source = Source()
    text = text.removeprefix("\ufeff")
    source.problems += _unfit(text)
    if source.problems:
        source.unreadable.add(())
        return source
    try:
        _Reader(source, yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))).stream()
    except _Unusable:
        source.unreadable.add(())
    except yaml.MarkedYAMLError as error:
        source.problems.append(_plainer(error, text))
        source.unreadable.add(())
    except yaml.YAMLError as error:
        source.problems.append(Problem((), f"not readable as YAML: {' '.join(str(error).split())}", mark=Mark(1, 1)))
        source.unreadable.add(())
    return source


def _unfit(text: str) -> Iterator[Problem]:
    """Find what no parser should be handed: too much text, and characters that nobody sees."""
    if len(text) > MAX_BYTES:
        yield Problem((), "the text is longer than 1 MiB, the limit for a scenario", mark=Mark(1, 1))
        return
    for number, unseen in enumerate(_UNSEEN.finditer(text)):
        if number == 10:
            return
        before = text[: unseen.start()]
        mark = Mark(before.count("\n") + 1, len(before) - before.rfind("\n"))
        yield Problem((), f"the invisible character U+{ord(unseen[0]):04X} is not allowed; remove it", mark=mark)


def _plainer(error: yaml.MarkedYAMLError, text: str) -> Problem:
    """Say in plain words what the parser stumbled over."""
    place = error.problem_mark or error.context_mark
    mark = Mark(1, 1) if place is None else Mark(place.line + 1, place.column + 1)
    problem = str(error.problem)
    if problem == "found character that cannot start any token":
        line = text.splitlines()[mark.line - 1 : mark.line]
        if line and line[0][mark.column - 1 : mark.column] == "\t":
            return Problem((), _SPACES_NOT_TABS, mark=mark)
        return Problem((), "text that starts with this character must be in quotes", mark=mark)
    opened = {"while parsing a flow sequence": "[", "while parsing a flow mapping": "{"}.get(str(error.context))
    if opened and error.context_mark is not None:
        since = error.context_mark.line + 1
        return Problem((), f"the `{opened}` in line {since} is not closed, or a comma is missing", mark=mark)
    told = _PLAINER.get(problem) or f"not readable as YAML: {', '.join(filter(None, (error.context, problem)))}"
    return Problem((), " ".join(told.split()), mark=mark)


class _Reader:
    """Builds data from the parser's events, so that depth, aliases and tags are met before they can do harm."""

    def __init__(self, source: Source, events: Iterator[Any]) -> None:
        self.source = source
        self.events = events
        self.silent = 0
        self.values = 0

    def stream(self) -> None:
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.note((), event, "a second YAML document starts here; a file holds one scenario")
                    return
                self.source.data = self.value((), next(self.events), 0)

    def note(self, path: Path, event: Any, text: str, *, unreadable: bool = False) -> None:
        self.source.problems.append(Problem(path, text, mark=_mark(event)))
        if unreadable and not self.silent:
            self.source.unreadable.add(path)

    def stop(self, event: Any, text: str) -> NoReturn:
        self.note((), event, text)
        raise _Unusable

    def value(self, path: Path, event: Any, depth: int) -> Any:
        if not self.silent:
            self.source.marks.values[path] = _mark(event)
        if depth > DEEPEST:
            self.stop(event, f"nested more than {DEEPEST} levels deep")
        self.values += 1
        if self.values > MAX_VALUES:
            self.stop(event, f"more than {MAX_VALUES:,} values, the limit for a scenario")
        if isinstance(event, yaml.AliasEvent):
            self.note(path, event, f"*{event.anchor}: aliases are not supported; write the value out", unreadable=True)
            return None
        if event.anchor is not None:
            self.note(
                path, event, f"&{event.anchor}: anchors are not supported; write the value out wherever it is used"
            )
        if event.tag is not None:
            self.note(path, event, f"the tag {quoted(event.tag)} is not supported; write the plain value")
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(path, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            entries: list[Any] = []
            while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
                entries.append(self.value((*path, len(entries)), event, depth + 1))
            return entries
        return self.scalar(path, event)

    def mapping(self, path: Path, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        lines: dict[str, Mark] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                self.note(path, event, "a key must be plain text")
                self.skip(path, event, depth)
                self.skip(path, next(self.events), depth)
                continue
            key: str = event.value
            here = (*path, key)
            self.check_key(here, event)
            if key in found:
                self.note(here, event, f"this key appears twice; it is already in line {lines[key].line}")
                self.skip(here, next(self.events), depth)
                continue
            if len(found) == MAX_KEYS:
                self.stop(event, f"more than {MAX_KEYS:,} keys in one mapping")
            mark = lines[key] = _mark(event)
            if not self.silent:
                self.source.marks.keys[here] = mark
            found[key] = self.value(here, next(self.events), depth + 1)
        return found

    def check_key(self, path: Path, event: Any) -> None:
        key: str = event.value
        if event.anchor is not None or event.tag is not None:
            self.note(path, event, "a key must be plain text, without an anchor or a tag")
        elif event.implicit[0] and not isinstance(_plain(key), str):
            told = f"put {quoted(key)[1:-1]} in quotes" if key else "this `:` has no key before it"
            self.note(path, event, f"a key must be text; {told}", unreadable=True)
        elif _UNSEEN_VALUE.search(key):
            self.note(path, event, "a key must not hold control characters", unreadable=True)
        elif _LINE_END.search(key):
            self.note(path, event, "a key must be one line", unreadable=True)

    def skip(self, path: Path, event: Any, depth: int) -> None:
        """Read over a value that has no place in the data."""
        self.silent += 1
        self.value(path, event, depth + 1)
        self.silent -= 1

    def scalar(self, path: Path, event: Any) -> Any:
        value = _plain(event.value) if event.implicit[0] else event.value
        if isinstance(value, _Refused):
            self.note(path, event, value.text, unreadable=True)
            return None
        if isinstance(value, str) and _UNSEEN_VALUE.search(value):
            self.note(path, event, "the text holds a control character", unreadable=True)
            return None
        return value


def _mark(event: Any) -> Mark:
    return Mark(event.start_mark.line + 1, event.start_mark.column + 1)


class _Refused:
    """A number that cannot be used."""

    def __init__(self, text: str) -> None:
        self.text = text


def _plain(text: str) -> Any:
    """Resolve a scalar without quotes: a constant, a number, or text."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in "-+.0123456789":
        return text
    if _WHOLE.fullmatch(text):
        digits = len(text.lstrip("-"))
        if digits > _MAX_DIGITS:
            return _Refused(f"a number of {digits:,} digits is too large; the limit is {_MAX_DIGITS} digits")
        return int(text)
    if _NOT_FINITE.fullmatch(text):
        return _Refused(f"{text} is not a usable number")
    if not _DECIMAL.fullmatch(text) or text.lstrip("+-").isdigit():
        return text
    if len(text) > _MAX_NUMBER:
        return _Refused(f"a number of {len(text):,} characters is too long")
    number = float(text)
    if not math.isfinite(number):
        return _Refused(f"{text} is too large")
    whole = "e" in text.lower() and number.is_integer() and abs(number) < 10**18
    return int(number) if whole else number
