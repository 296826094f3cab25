"""The schema that editors check scenario files with."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from sim.scenario.json_schema import json_schema
from sim.scenario.load import parse_scenario
from sim.yaml_files.source import read_yaml
from tests.properties.test_scenario_edits import TEXTS
from tests.unit.scenario.test_load import HEAD

SCHEMA = json_schema()
COMMITTED = Path("scenarios/scenario.schema.json")


def accepts(text: str) -> bool:
    """Whether the schema finds nothing wrong with a file."""
    return bool(Draft202012Validator(SCHEMA).is_valid(read_yaml(text).data))


def test_the_committed_schema_is_the_one_that_is_printed() -> None:
    """Else: python -m sim schema > scenarios/scenario.schema.json."""
    assert COMMITTED.read_text(encoding="utf-8") == json.dumps(json_schema(), indent=2) + "\n"


def test_it_is_a_schema() -> None:
    """Of the draft that it names."""
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("text", TEXTS)
def test_it_accepts_files_that_load(text: str) -> None:
    """The shipped ones among them."""
    assert accepts(text)


@pytest.mark.parametrize(
    "more",
    [
        "queues: {email: {}, order: {attempts: 5}}",
        "expect: {queue: {lost: 0, delivered: '> 1', queues: {email: {lost: 0}}}}",
        "expect: {queue: {total: {lost: 0}, queues: {email: {lost: 0}}}}",
        "queues: {email: {idempotency_key: on, discard_permanent: false}}",
        "faults: [{kind: worker-crash, at: 1s, restart_after: null}]",
    ],
)
def test_it_accepts_what_is_written_short(more: str) -> None:
    """As the loader does."""
    parse_scenario(HEAD + more)
    assert accepts(HEAD + more)


@pytest.mark.parametrize(
    "more",
    [
        "sead: 1",
        "queues: {email: {atempts: 1}}",
        "queues: {bulk: {attempts: 1}}",
        "queues: {a-b: {handler: email}}",
        "workers: {email: {proceses: 1}}",
        "workers: {a-b: {}}",
        "expect: {queue: {losst: 0}}",
        "expect: {queue: {queues: {email: {losst: 0}}}}",
        "expect: {queue: {total: {}, lost: 0}}",
        "faults: [{kind: worker-crash, at: 1s, tarket: email}]",
        "faults: [{kind: nothing}]",
        "duration: 30",
        "duration: soon",
    ],
)
def test_it_rejects_what_the_loader_refuses(more: str) -> None:
    """Unknown keys above all."""
    assert not accepts(HEAD + more)


def properties(node: Any) -> list[tuple[str, dict[str, Any]]]:
    """Every property of every mapping in the schema."""
    return [pair for definition in [node, *node["$defs"].values()] for pair in definition.get("properties", {}).items()]


def test_defaults_are_written_as_in_the_files() -> None:
    """A duration's default is a duration, a switch's is on or off."""
    defaults = {name: node for name, node in properties(SCHEMA) if "default" in node}
    wrong = [
        name
        for name, node in defaults.items()
        if not Draft202012Validator({"$defs": SCHEMA["$defs"], **node}).is_valid(node["default"])
    ]
    assert len(defaults) > 20
    assert wrong == []
    assert SCHEMA["$defs"]["Workers"]["properties"]["lock_duration"]["default"] == "30s"
    assert SCHEMA["$defs"]["Workers"]["properties"]["blocking"]["default"] == "off"


def test_descriptions_come_from_the_models() -> None:
    """So that editors can show them."""
    assert SCHEMA["$defs"]["Workers"]["properties"]["concurrency"]["description"].startswith("Jobs that one process")
