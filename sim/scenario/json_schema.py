"""The JSON Schema of scenario files: as people write them, not as they are held once loaded."""

from typing import Any

from sim.core.durations import PATTERN, format_duration
from sim.scenario.queues import DOCUMENTED_QUEUES
from sim.scenario.schema import Scenario

Schema = dict[str, Any]


def json_schema() -> Schema:
    """Return the schema that editors complete and check scenario files with.

    It accepts every file that can be loaded. The documented queues need no required keys there, bounds may stand
    straight under a mode of ``expect``, and defaults are written as in the files.
    """
    schema = Scenario.model_json_schema()
    definitions = schema["$defs"]
    definitions["ModeExpectation"] = _mode_expectation(definitions["ModeExpectation"])
    for name in ("queues", "workers"):
        section = schema["properties"][name]
        ((pattern, entry),) = section.pop("patternProperties").items()
        section["propertyNames"] = {"pattern": pattern}
        section["additionalProperties"] = entry
    documented = {name: value for name, value in definitions["QueueConfig"].items() if name != "required"}
    definitions["DocumentedQueueConfig"] = documented
    schema["properties"]["queues"]["properties"] = {
        name: {"$ref": "#/$defs/DocumentedQueueConfig"} for name in DOCUMENTED_QUEUES
    }
    for definition in [schema, *definitions.values()]:
        _as_written(definition)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _mode_expectation(node: Schema) -> Schema:
    """Let bounds stand beside ``queues``, or all of them under ``total``."""
    total, queues = node["properties"]["total"], node["properties"]["queues"]
    bound = total["additionalProperties"]
    bounds: Schema = {
        "type": "object",
        "properties": dict.fromkeys(total["propertyNames"]["enum"], bound),
        "additionalProperties": False,
    }
    queues = {**queues, "additionalProperties": bounds}
    return {
        **node,
        "properties": {**bounds["properties"], "queues": queues, "total": bounds},
        "if": {"required": ["total"]},
        "then": {"propertyNames": {"enum": ["total", "queues"]}},
    }


def _as_written(definition: Schema) -> None:
    """Turn defaults into what a file would say, and drop what editors have no use for."""
    for node in definition.get("properties", {}).values():
        node.pop("title", None)
        default = node.get("default")
        if isinstance(default, dict) or ("default" in node and default is None):
            del node["default"]
        elif isinstance(default, bool) and "on" in node.get("enum", []):
            node["default"] = "on" if default else "off"
        elif isinstance(default, int) and not isinstance(default, bool) and _is_duration(node):
            node["default"] = format_duration(default)
        _drop_discriminators(node)


def _is_duration(node: Schema) -> bool:
    return any(branch.get("pattern") == PATTERN for branch in [node, *node.get("anyOf", [])])


def _drop_discriminators(node: Schema) -> None:
    node.pop("discriminator", None)
    for branch in [*node.get("anyOf", []), node.get("items", {})]:
        branch.pop("discriminator", None)
