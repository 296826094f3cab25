"""Who adds a handler writes one file, and everything that lists handlers has it."""

import json
from pathlib import Path
from typing import Any

import pytest

from sim.handlers.registry import HANDLERS
from tests.package_copy import ROOT, python

WITH_A_FOLDER_MORE = """
import runpy, sys
import sim.handlers
sim.handlers.__path__.append(sys.argv[1])
runpy.run_module("tests.unit.handlers.with_throw_away")
"""


@pytest.fixture(scope="module")
def seen() -> dict[str, Any]:
    """What the package says with one more file among the handlers: nothing else of it is touched."""
    told = python(ROOT, "-c", WITH_A_FOLDER_MORE, str(Path(__file__).parent / "throw_away"))
    found: dict[str, Any] = json.loads(told)
    return found


def test_it_is_complete_and_in_the_schema(seen: dict[str, Any]) -> None:
    """As a value of ``handler``, with what it does, and as a queue of its name with its settings."""
    assert seen["missing"] == []
    assert sorted(seen["names"]) == sorted([*HANDLERS, "invoice"])
    assert seen["described"]
    assert seen["a queue of its name"]
    assert seen["backoff_ms"] == 3_000


def test_its_jobs_run_in_both_modes_and_are_called_by_their_noun(seen: dict[str, Any]) -> None:
    """In-process the crash costs the application some of the thirty; the queue delivers all."""
    assert seen["delivered"] == [24, 30]
    assert seen["sentence"].startswith("Of 30 invoices, 24 were delivered")


def test_the_story_of_a_job_tells_its_effect(seen: dict[str, Any]) -> None:
    """In the outside system that the file names."""
    assert any("its effect happens: printer" in line for line in seen["story"])


def test_docs_and_random_scenarios_have_it(seen: dict[str, Any]) -> None:
    """Both are made of the list of handlers."""
    assert seen["table"]
    assert len(seen["random"]) > 10


def test_a_rehearsal_refuses_it_with_its_reason(seen: dict[str, Any]) -> None:
    """Before anything is started; not where a person's own processor takes its place."""
    assert seen["refusal"] == (
        "scenario: cannot be rehearsed: queues.invoice.handler: "
        "its template is bytes, which the sockets of a rehearsal do not carry; rehearse email instead"
    )
    assert seen["refusal of one's own"] == ""


def test_advice_reads_its_steps(seen: dict[str, Any]) -> None:
    """Its calls to the database, the work after its effect, and what a second effect would do."""
    assert seen["advice"] == [2, 0.5, [True]]
