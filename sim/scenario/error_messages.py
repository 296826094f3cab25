"""What the models refuse, explained in plain words and placed where the file says it."""

from collections.abc import Iterable
from itertools import groupby, islice
from typing import Any, NamedTuple

from sim.core.errors import DurationError
from sim.scenario.not_modelled import (
    fault_not_modelled,
    key_not_modelled,
    own_strategy,
)
from sim.scenario.schema_descriptions import (
    Schema,
    allowed_words,
    branches,
    described,
    kinds,
    known_keys,
    models_schema,
    resolved,
)
from sim.yaml_files.problems import MAX_SHOWN, Marks, Path, Problem, did_you_mean, listed, quoted
from sim.yaml_files.renamed import RENAMED, renamed


def shown(value: Any) -> str:
    """Show what a file says somewhere, in a few words."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return quoted(value) if len(value) <= 40 else f"{quoted(value)} ({len(value):,} characters)"
    if isinstance(value, list):
        return "an empty list" if not value else f"a list of {len(value):,}"
    return "a mapping" if value else "an empty mapping"


MAX_LOOKED_AT = 5_000
"""A file with more refusals than these is a heap of rubble; the others are not looked at."""
_QUEUE_NAMES = "a queue's name starts with a letter and has only letters, digits and _, at most 40 characters"


class _Refusal(NamedTuple):
    """One refusal of the models, placed.

    Attributes:
        kind: Pydantic's name for it.
        union: The path of the union that it is one branch of, or None.
        union_node: What the schema says of that union.
        branch: ``object``, ``array`` or ``scalar``: what that branch takes.
        reason: The validator's own words, or None.
    """

    kind: str
    path: Path
    at_key: bool
    value: Any
    node: Schema
    union: Path | None
    union_node: Schema
    branch: str
    reason: str | None


def explained(errors: Iterable[Any], data: Any, marks: Marks) -> list[Problem]:
    """Turn the models' refusals into problems: one for each place, whatever the number of branches that refused it."""
    refusals = [_placed(error, data) for error in islice(errors, MAX_LOOKED_AT)]
    kept: list[_Refusal] = []
    for union, several in groupby(refusals, key=lambda refusal: refusal.union):
        group = list(several)
        if union is None:
            kept += group
            continue
        is_deeper = any(other.union is not None and _is_below(other.union[:-1], {union}) for other in refusals)
        kept += _chosen(group, _at(data, union), is_deeper=is_deeper)
    wrong_keys = {refusal.path for refusal in kept if refusal.kind == "[key]"}
    first: dict[tuple[Path, bool], _Refusal] = {}
    for refusal in kept:
        if refusal.kind == "[key]" or not _is_below(refusal.path, wrong_keys):
            first.setdefault((refusal.path, refusal.at_key), refusal)
    unmodelled = {refusal.path[:-1] for refusal in first.values() if " is not modelled" in _explanation(refusal)}
    old_names = {
        (*refusal.path[:-1], RENAMED.get(str(refusal.path[-1]))) for refusal in first.values() if refusal.at_key
    }
    kept = [
        one
        for one in first.values()
        if not (one.kind == "missing" and (one.path[:-1] in unmodelled or one.path in old_names))
    ]
    placed = sorted(kept, key=lambda refusal: marks.of(Problem(refusal.path, "", refusal.at_key)))
    return [
        Problem(refusal.path, _explanation(refusal) if place < MAX_SHOWN else "", refusal.at_key)
        for place, refusal in enumerate(placed)
    ]


def _is_below(path: Path, tops: set[Path]) -> bool:
    return bool(tops) and any(path[:length] in tops for length in range(len(path) + 1))


def _placed(error: Any, data: Any) -> _Refusal:
    """Walk from the top of the file to the place of an error, along the schema, past what only the models know of."""
    loc: tuple[str | int, ...] = error["loc"]
    kind: str = error["type"]
    node, here = models_schema(), data
    path: Path = ()
    union: Path | None = None
    union_node: Schema = {}
    branch = "scalar"
    at_key = False
    parent: Schema = {}
    for place, part in enumerate(loc):
        node = resolved(node)
        if part == "[key]":
            kind, at_key, node = "[key]", True, parent
            break
        alternatives = branches(node)
        if len(alternatives) == 1:
            node = alternatives[0]
        elif alternatives:
            union, union_node = path, node
            node, branch = _branch(alternatives, str(part))
            continue
        if "discriminator" in node and part in node["discriminator"]["mapping"]:
            node = resolved({"$ref": node["discriminator"]["mapping"][part]})
            continue
        if (
            part == "total"
            and node.get("title") == "ModeExpectation"
            and not (isinstance(here, dict) and "total" in here)
        ):
            node = node["properties"]["total"]
            continue
        path = (*path, part)
        if kind == "extra_forbidden" and place == len(loc) - 1:
            at_key = True
            break
        parent, node = node, _inside(node, part)
        here = _step(here, part)
    node = resolved(node)
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        path = (*path, node.get("discriminator", {}).get("propertyName", "kind"))
    context = error.get("ctx") or {}
    reason = str(context["error"]) if kind == "value_error" and "error" in context else None
    return _Refusal(kind, path, at_key, _at(data, path), node, union, union_node, branch, reason)


def _inside(node: Schema, part: str | int) -> Schema:
    """Step from a mapping or list into what it holds."""
    if isinstance(part, int):
        found = node.get("items")
    elif part in node.get("properties", {}):
        found = node["properties"][part]
    else:
        found = next(iter(node.get("patternProperties", {}).values()), node.get("additionalProperties"))
    return found if isinstance(found, dict) else {}


def _branch(alternatives: list[Schema], label: str) -> tuple[Schema, str]:
    """Find the alternative that the models name by a label such as ``list[...]`` or ``Retention``.

    One whose parts are checked together is ``function-after[check(), OwnHandler]``.
    """
    for node in alternatives:
        if label.startswith("list[") and node.get("type") == "array":
            return node, "array"
        if label.startswith("tagged-union[") and "discriminator" in node:
            return node, "object"
        title = str(node.get("title"))
        if (label == title or label.endswith(f", {title}]")) and node.get("type") == "object":
            return node, "object"
    return {}, "scalar"


def _step(value: Any, part: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(part)
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return value[part]
    return None


def _at(data: Any, path: Path) -> Any:
    for part in path:
        data = _step(data, part)
    return data


def _chosen(group: list[_Refusal], value: Any, *, is_deeper: bool) -> list[_Refusal]:
    """Of one union's refusals keep those of the branch that the file meant; one for all of them where none fits.

    Args:
        is_deeper: Whether the branch that the file meant has a union of its own, which is explained by itself.
    """
    meant = "object" if isinstance(value, dict) else "array" if isinstance(value, list) else "scalar"
    matching = [refusal for refusal in group if refusal.branch == meant]
    if meant != "scalar" and (matching or is_deeper):
        return matching
    first = group[0]
    path = first.union or ()
    for refusal in matching:
        if refusal.reason and not refusal.reason.startswith("expected"):
            return [refusal]
    return [first._replace(kind="union", path=path, value=value, node=first.union_node, reason=None)]


def _explanation(refusal: _Refusal) -> str:
    """Say what is wrong and what would be right."""
    kind, node, value = refusal.kind, refusal.node, refusal.value
    if kind == "missing":
        return f"is missing; expected {described(node)}"
    if kind == "union_tag_not_found":
        return f"is missing; expected {listed(sorted(kinds(node)))}"
    if kind == "union_tag_invalid":
        known = sorted(kinds(node))
        said = fault_not_modelled(value) if "worker-crash" in known else ""
        if said:
            return f"{said}; there are: {listed(known, 'and')}"
        near = did_you_mean(value, known) or (own_strategy(known) if isinstance(value, str) else "")
        return f"expected {listed(known)}, not {shown(value)}{near}"
    if kind == "extra_forbidden":
        known = known_keys(node)
        name, colon, rest = str(refusal.path[-1]).partition(":")
        if colon and name in known:
            return f"put a space after the colon: `{name}: {rest}`"
        if said := renamed(name, known):
            return said
        said = key_not_modelled(name, str(node.get("title", "")), known)
        if said:
            return said
        return "unknown key" + (did_you_mean(refusal.path[-1], known) or f"; the keys are: {listed(known, 'and')}")
    if kind == "[key]":
        measures = node.get("propertyNames", {}).get("enum")
        if not measures:
            return _QUEUE_NAMES
        near = did_you_mean(refusal.path[-1], [*measures, "queues"])
        return "no such measure" + (near or f"; there are: {listed(measures, 'and')}")
    if refusal.reason is not None and not refusal.reason.startswith("expected"):
        return refusal.reason
    expected = refusal.reason or f"expected {described(node)}"
    if value is None and not refusal.path:
        return "the file is empty; a scenario needs at least title:, question: and workload:"
    if isinstance(value, int) and not isinstance(value, bool) and str(DurationError()) in expected:
        return f"{expected}, not {shown(value)}, which has no unit"
    if value is None and expected.startswith("expected a mapping"):
        return f"the value is empty; {expected}, or {{}} for the defaults"
    hint = "; put it in quotes" if expected.startswith("expected text") and isinstance(value, int | float) else ""
    return f"{expected}, not {shown(value)}{hint or did_you_mean(value, allowed_words(node))}"
