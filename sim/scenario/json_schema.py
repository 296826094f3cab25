"""The scenario's JSON Schema, as the files are written and not as they are held once loaded."""

from typing import Any

from sim.scenario.schema import Scenario


def json_schema() -> dict[str, Any]:
    """Return the schema.

    Queues need no required keys, since the document's defaults come under them, and bounds may stand straight under
    a mode of ``expect``.
    """
    schema = Scenario.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Scenario"
    definitions = schema["$defs"]
    definitions["QueueConfig"].pop("required", None)
    expectation = definitions["ModeExpectation"]
    bounds = expectation["properties"].pop("total")
    for name, bound in _bounds(bounds).items():
        expectation["properties"][name] = bound
    return schema


def _bounds(total: dict[str, Any]) -> dict[str, Any]:
    names = total["propertyNames"]["enum"]
    return dict.fromkeys(names, total["additionalProperties"])
