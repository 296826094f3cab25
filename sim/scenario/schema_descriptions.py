"""What a scenario may say at some place, in plain words, from the JSON Schema of the models."""

from functools import cache
from typing import Any

from sim.core.durations import PATTERN
from sim.core.errors import DurationError
from sim.scenario.schema import Scenario
from sim.yaml_files.problems import listed

Schema = dict[str, Any]

_SPAN = str(DurationError()).removeprefix("expected ")
_IN_WORDS = {
    "Milliseconds": f"{_SPAN}, or a number of milliseconds",
    "Wait": f"{_SPAN}, or a number of milliseconds, or never",
}
"""What some types of field take, by their titles."""


@cache
def models_schema() -> Schema:
    """Return the JSON Schema of the models, as pydantic derives it."""
    return Scenario.model_json_schema()


def resolved(node: Schema) -> Schema:
    """Follow a reference to the definition that it names."""
    reference = node.get("$ref")
    if reference is None:
        return node
    found: Schema = models_schema()["$defs"][reference.rsplit("/", 1)[1]]
    return found


def branches(node: Schema) -> list[Schema]:
    """List the alternatives of a union that is not distinguished by ``kind``; empty for anything else."""
    return [resolved(branch) for branch in node.get("anyOf", []) if branch.get("type") != "null"]


def known_keys(node: Schema) -> list[str]:
    """List the keys that a mapping may have; what stands under ``total`` may stand beside it."""
    keys = list(node.get("properties", {}))
    if node.get("title") == "ModeExpectation":
        return [*node["properties"]["total"]["propertyNames"]["enum"], "queues"]
    return keys


def kinds(node: Schema) -> list[str]:
    """List the kinds of a union that is distinguished by one key, such as ``kind``."""
    return list(node["discriminator"]["mapping"])


def allowed_words(node: Schema) -> list[str]:
    """List the words that may stand somewhere, when only certain words may."""
    if "const" in node:
        return [str(node["const"])]
    if "anyOf" in node:
        return [word for branch in branches(node) for word in allowed_words(branch)]
    return [word for word in node.get("enum", []) if isinstance(word, str)]


def described(node: Schema) -> str:
    """Say what is expected: ``a whole number from 1 to 1,000``."""
    node = resolved(node)
    if node.get("title") in _IN_WORDS:
        return _IN_WORDS[node["title"]]
    if "discriminator" in node:
        return f"a mapping with {node['discriminator']['propertyName']}: {listed(sorted(kinds(node)))}"
    if "anyOf" in node:
        return _alternatives(node)
    if words := allowed_words(node):
        return listed(words)
    kind = node.get("type")
    if kind == "boolean":
        return "true or false"
    if kind in ("integer", "number"):
        return _number(node)
    if kind == "array":
        least, most = node.get("minItems", 0), node.get("maxItems")
        count = f"{least} or more" if most is None else f"{least} to {most:,}"
        return f"a list of {count} entries, each {described(node['items'])}"
    if kind == "object":
        return _mapping(node)
    return _text(node)


def _alternatives(node: Schema) -> str:
    texts = [described(branch) for branch in branches(node)]
    if len(texts) == 2 and texts[1].endswith(f"each {texts[0]}"):
        texts[1] = "a list of them"
    return ", or ".join(texts) if any(" " in text for text in texts) else listed(texts)


def _number(node: Schema) -> str:
    name = "a whole number" if node["type"] == "integer" else "a number"
    if "exclusiveMinimum" in node:
        return f"{name} above {node['exclusiveMinimum']:g} and at most {node['maximum']:g}"
    least, most = node.get("minimum"), node.get("maximum")
    if least is None or most is None:
        return name if least is None else f"{name}, {least:,} or more"
    return f"{name} from {least:,} to {most:,}"


def _mapping(node: Schema) -> str:
    keys = [key for key in node.get("required", []) if key not in ("kind", "do")]
    if keys:
        return f"a mapping with {listed([f'{key}:' for key in keys], 'and')}"
    known = known_keys(node)
    return f"a mapping with keys such as {listed([f'{key}:' for key in known[:3]])}" if known else "a mapping"


def _text(node: Schema) -> str:
    if node.get("pattern") == PATTERN:
        return _SPAN
    if "examples" in node:
        return f"{'a name' if 'pattern' in node else 'text'} such as {listed(node['examples'])}"
    if "maxLength" in node:
        return f"text of {node.get('minLength', 0)} to {node['maxLength']} characters"
    return "text"
