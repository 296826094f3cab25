"""``schema``: what editors are told."""

import json
from pathlib import Path

import pytest

from sim.cli import main


def test_the_schema_is_printed_as_it_is_committed(capsys: pytest.CaptureFixture[str]) -> None:
    """To standard output, byte for byte."""
    assert main(["schema"]) == 0
    text = capsys.readouterr().out
    assert json.loads(text)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert text == Path("scenarios/scenario.schema.json").read_text(encoding="utf-8")
