"""docs/api.md: the Python API on one page, from signatures and docstrings as griffe reads them.

``python -m tests.docs.api_page`` writes it anew after a signature or a docstring has changed; a test says when that is.
What stands above the mark in the page is written by hand.
"""

import importlib
import inspect
import logging
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import griffe

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/api.md"
MARK = "<!-- from the code: python -m tests.docs.api_page -->\n"
WIDTH = 96

SECTIONS: dict[str, list[str]] = {
    "Run a scenario": [
        "sim.run",
        "sim.Result",
        "sim.ModeResult",
        "sim.JobResult",
        "sim.JobResults",
        "sim.Outcome",
        "sim.results.outcomes.Counts",
        "sim.results.result.Check",
        "sim.results.run_end.RunEnd",
    ],
    "Go through a run by steps": [
        "sim.World",
        "sim.engine.queue_handle.QueueHandle",
        "sim.engine.fault_injector.SimulatedFaults",
    ],
    "What was seen": ["sim.results.trace.Trace", "sim.results.trace.Event", "sim.results.metrics.Metrics"],
    "Many runs": ["sim.sweep", "sim.sweep_result", "sim.SweepResult"],
    "Two versions side by side": [
        "sim.compare",
        "sim.Comparison",
        "sim.comparisons.comparison.ModeComparison",
        "sim.comparisons.comparison.MeasureComparison",
        "sim.comparisons.one_job.JobDifference",
        "sim.experiments.estimates.Estimate",
    ],
    "Scenarios": ["sim.load_scenario", "sim.parse_scenario", "sim.Scenario"],
    "Pictures": [f"sim.plots.{name}" for name in importlib.import_module("sim.plots").__all__],
    "In a notebook": [f"sim.notebook.{name}" for name in importlib.import_module("sim.notebook").__all__],
    "Exercises": [f"sim.exercises.{name}" for name in importlib.import_module("sim.exercises").__all__],
    "The simulated Redis on a port": ["sim.serve.redis_port.server.RedisPort"],
    "Errors": [
        "sim.SimError",
        "sim.ScenarioError",
        *(f"sim.core.errors.{name}" for name in ("DurationError", "UnknownName", "BudgetExceeded", "OutputError")),
        "sim.core.extras.MissingExtra",
        "sim.results.trace.TraceNotKept",
        "sim.results.observation.NotSampled",
        "sim.sweeps.sweep.RunsFailed",
    ],
}
"""What is on the page, under which heading, in this order."""

ONLY: dict[str, list[str]] = {
    "sim.engine.fault_injector.SimulatedFaults": [
        "now_ms",
        "at",
        "processes",
        "crash",
        "restart",
        "freeze",
        "resume",
        "redis_state",
        "stop_redis",
        "start_redis",
        "crash_redis",
        "begin_database_failure",
        "end_database_failure",
        "slow_database",
        "restore_database_speed",
    ],
    "sim.results.metrics.Metrics": ["every_ms", "t_ms", "series", "processing", "delivery", "alerts", "to_frame"],
    "sim.results.trace.Trace": ["since", "lines", "sha256"],
    "sim.serve.redis_port.server.RedisPort": ["port", "start", "stop"],
}
"""Of these classes only what a person calls; the rest is for the package's own rooms."""


@cache
def package() -> griffe.Object:
    """Read the package, without running it."""
    logging.getLogger("griffe").setLevel(logging.ERROR)  # exceptions describe their ``args``, which no signature has
    loader = griffe.GriffeLoader(search_paths=[ROOT], docstring_parser=griffe.Parser.google, allow_inspection=False)
    loaded = loader.load("sim")
    loader.resolve_aliases(implicit=True)
    assert isinstance(loaded, griffe.Object)
    return loaded


def page() -> str:
    """Write the part of the page that comes from the code."""
    lines = ["| | |", "|---|---|"]
    for heading, paths in SECTIONS.items():
        names = " · ".join(f"[`{_short(path)}`](#{_anchor(path)})" for path in paths)
        lines.append(f"| [{heading}](#{heading.lower().replace(' ', '-')}) | {names} |")
    for heading, paths in SECTIONS.items():
        lines += ["", f"## {heading}"]
        for path in paths:
            lines += ["", f"### `{_short(path)}`", "", *_described(path)]
    return "\n".join(lines) + "\n"


def undocumented() -> list[str]:
    """Name what a reader of the page would have to guess: members, parameters and fields of which nothing is said.

    Of a method with one parameter, and of ``as_dict`` and its like, the sentence says it.
    """
    kinds = griffe.DocstringSectionKind
    found = []
    for path in (path for paths in SECTIONS.values() for path in paths):
        one = _object(path)
        for part in (one, *_members(one)):
            name = path if part is one else f"{path}.{part.name}"
            if part.docstring is None:
                found.append(name)
                continue
            said = _said(part, kinds.parameters)
            wanted: list[str] = []
            if isinstance(part, griffe.Function) or (part is one and _is_made(path)):
                parameters = [parameter.name for parameter in _parameters(part)]
                wanted = parameters if part is one or len(parameters) > 1 else []
            elif part is one and (fields := _said(part, kinds.attributes)):
                said, wanted = fields, [p.name for p in _parameters(part) if not p.name.startswith("_")]
            found += [f"{name}({parameter})" for parameter in wanted if parameter not in said]
    return found


def _object(path: str) -> griffe.Object:
    found = package()[path.removeprefix("sim.")]
    return found.final_target if isinstance(found, griffe.Alias) else found


def _short(path: str) -> str:
    """Say how a person imports it: public names by their room, the others by their own name."""
    parts = path.split(".")
    is_public = len(parts) == 2 or (len(parts) == 3 and parts[1] in ("plots", "notebook", "exercises"))
    return path if is_public else parts[-1]


def _anchor(path: str) -> str:
    return re.sub(r"[^a-z0-9_-]", "", _short(path).lower())


def _described(path: str) -> Iterator[str]:
    one = _object(path)
    if isinstance(one, griffe.Function) or _is_made(path):
        own = [] if _short(path) == path else [f"from {path.rpartition('.')[0]} import {_short(path)}", ""]
        yield from ["```python", *own, *_signature(one, _short(path)), "```"]
    elif _short(path) != path:
        yield f"In `{path.rpartition('.')[0]}`."
    yield from _text(one)
    members = list(_members(one))
    values = [member for member in members if not isinstance(member, griffe.Function)]
    if values:
        yield ""
        yield from (_value(member) for member in values)
    for member in members:
        if isinstance(member, griffe.Function):
            yield from ["", f"#### `.{_plain(''.join(_signature(member, member.name, in_one=True)))}`", *_text(member)]


def _is_enum(one: griffe.Object) -> bool:
    return isinstance(one, griffe.Class) and any(str(base) == "StrEnum" for base in one.bases)


def _members(one: griffe.Object) -> Iterator[griffe.Object]:
    """Yield the public methods and properties of a class, inherited ones too, in the order of the source."""
    if not isinstance(one, griffe.Class) or _is_enum(one):
        return
    only = ONLY.get(one.path)
    said = _said(one, griffe.DocstringSectionKind.attributes)
    members = {**one.inherited_members, **one.members}
    for name, member in members.items():
        if name.startswith("_") or name in said or (only is not None and name not in only):
            continue
        target = member.final_target if isinstance(member, griffe.Alias) else member
        if isinstance(target, griffe.Function) or "property" in target.labels:
            yield target


def _parameters(one: griffe.Object) -> list[griffe.Parameter]:
    if isinstance(one, griffe.Class):
        own = one.all_members.get("__init__")
        own = own.final_target if isinstance(own, griffe.Alias) else own
        if not isinstance(own, griffe.Function):
            return []
        return [p for p in own.parameters if p.name != "self"]
    assert isinstance(one, griffe.Function)
    return [p for p in one.parameters if p.name != "self"]


def _signature(one: griffe.Object, name: str, *, in_one: bool = False) -> list[str]:
    """Write a signature on one line, or a parameter a line where that is too long."""
    parts, kind = [], None
    for parameter in _parameters(one):
        if parameter.kind is griffe.ParameterKind.keyword_only and kind is not parameter.kind and "*" not in parts:
            parts.append("*")
        kind = parameter.kind
        if kind is griffe.ParameterKind.var_positional:
            parts.append("*")
            parts[-1] = f"*{parameter.name}{_annotated(parameter)}"
        elif kind is griffe.ParameterKind.var_keyword:
            parts.append(f"**{parameter.name}{_annotated(parameter)}")
        else:
            parts.append(f"{parameter.name}{_annotated(parameter)}{_default(parameter, one)}")
    gives = "" if isinstance(one, griffe.Class) or one.returns is None else f" -> {_plain(str(one.returns))}"
    line = f"{name}({', '.join(parts)}){gives}"
    if len(line) <= WIDTH or in_one:
        return [line]
    return [f"{name}(", *(f"    {part}," for part in parts), f"){gives}"]


def _is_made(path: str) -> bool:
    """Whether a person makes objects of a class, and does not only get them."""
    return path in ("sim.World", "sim.engine.world.World", "sim.serve.redis_port.server.RedisPort")


def _has_callers(one: griffe.Object) -> bool:
    """Whether its parameters concern a reader: of an error, whose ``args`` they are, as well."""
    return isinstance(one, griffe.Function) or _is_made(one.path) or _is_error(one)


def _is_error(one: griffe.Object) -> bool:
    return isinstance(one, griffe.Class) and any(str(base).endswith("Error") for base in one.bases)


def _annotated(parameter: griffe.Parameter) -> str:
    return "" if parameter.annotation is None else f": {_plain(str(parameter.annotation))}"


def _default(parameter: griffe.Parameter, one: griffe.Object) -> str:
    if parameter.default is None or parameter.kind.name.startswith("var_"):
        return ""
    text = str(parameter.default)
    if re.fullmatch(r"_?[A-Z][A-Z_]*", text):
        value: Any = getattr(importlib.import_module(one.module.path), text)
        if type(value) is int:
            text = f"{value:_}" if value > 99_999 else str(value)
        elif type(value) is str:
            text = repr(value)
    return f" = {_plain(text)}"


def _plain(text: str) -> str:
    """Write an annotation as a person would: no quotes around names."""
    return re.sub(r"'(DataFrame|JobResults|JobResult)'", r"\1", text).replace("'", '"')


def _said(one: griffe.Object, kind: griffe.DocstringSectionKind) -> set[str]:
    if one.docstring is None:
        return set()
    return {item.name for section in one.docstring.parsed if section.kind is kind for item in section.value}


def _text(one: griffe.Object) -> Iterator[str]:
    if one.docstring is None:
        return
    kinds = griffe.DocstringSectionKind
    for section in one.docstring.parsed:
        if section.kind is kinds.text:
            yield from ["", _words(section.value)]
        elif section.kind is kinds.examples:
            yield from ["", "```python", *(text for _kind, text in section.value), "```"]
        elif section.kind is kinds.parameters and _has_callers(one):
            yield from ["", *(f"- `{item.name}`: {_line(item.description)}" for item in section.value)]
        elif section.kind is kinds.attributes:
            yield from ["", *(_attribute(one, item) for item in section.value)]
        elif section.kind is kinds.returns:
            yield from ["", f"Returns: {' '.join(_line(item.description) for item in section.value)}"]
        elif section.kind is kinds.raises:
            errors = (f"- `{item.annotation}`: {_line(item.description)}" for item in section.value)
            yield from ["", "Raises:", "", *errors]


def _attribute(one: griffe.Object, item: Any) -> str:
    member = one.all_members.get(item.name)
    kind = getattr(member, "annotation", None)
    typed = "" if kind is None or _is_enum(one) else f": {_plain(str(kind))}"
    return f"- `{item.name}{typed}`: {_line(item.description)}"


def _value(member: griffe.Object) -> str:
    kind = getattr(member, "annotation", None) or getattr(member, "returns", None)
    typed = "" if kind is None else f": {_plain(str(kind))}"
    if member.docstring is None:
        return f"- `.{member.name}{typed}`"
    texts, raised = [], []
    for section in member.docstring.parsed:
        if section.kind is griffe.DocstringSectionKind.text:
            texts.append(_line(section.value))
        elif section.kind is griffe.DocstringSectionKind.raises:
            raised += [f"Raises `{item.annotation}`: {_line(item.description)}" for item in section.value]
    return f"- `.{member.name}{typed}`: {' '.join([*texts, *raised])}"


def _words(text: str) -> str:
    """Write text as Markdown: code in single ticks, doctests as code."""
    parts = []
    for block in re.split(r"\n\n", text.replace("``", "`")):
        if block.startswith(">>> "):
            lines = [line[4:] for line in block.splitlines()]
            parts.append("```python\n" + "\n".join(lines) + "\n```")
        elif block.startswith("    "):
            parts.append("```python\n" + inspect.cleandoc(block) + "\n```")
        else:
            parts.append(_line(block))
    return "\n\n".join(parts)


def _line(text: str) -> str:
    return " ".join(text.replace("``", "`").split())


def written() -> str:
    """Return what stands in the page below the mark."""
    return PAGE.read_text(encoding="utf-8").split(MARK)[1]


if __name__ == "__main__":
    by_hand = PAGE.read_text(encoding="utf-8").split(MARK)[0]
    PAGE.write_text(by_hand + MARK + page(), encoding="utf-8")
