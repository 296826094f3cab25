"""Who adds a fault writes one file, and everything that lists faults has it."""

import json
from typing import Any

import pytest

from tests.package_copy import ROOT, copy_package, python


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a package says that has one more file in ``sim/faults``: nothing else of it is touched."""
    copy = tmp_path_factory.mktemp("one-more-fault")
    one_more = (ROOT / "tests/unit/faults/throw_away.py").read_text()
    copy_package(copy, "faults", {"machine_pause.py": one_more})
    found: dict[str, Any] = json.loads(python(copy, "-m", "tests.unit.faults.with_throw_away"))
    return found


def test_it_is_complete_and_in_the_schema(seen: dict[str, Any]) -> None:
    """By its model."""
    assert seen["missing"] == []
    assert seen["schema"] == ["MachinePause"]


def test_pictures_and_tables_label_its_windows(seen: dict[str, Any]) -> None:
    """One for each process that it strikes."""
    assert seen["windows"] == [
        ["machine of email-1 paused", "other faults", "email-1"],
        ["machine of email-2 paused", "other faults", "email-2"],
    ]


def test_the_story_of_a_job_tells_it(seen: dict[str, Any]) -> None:
    """In its own words, where its process has the job in its hands."""
    assert "email-1 its machine stops" in seen["story"]
    assert "email-1 its machine goes on" in seen["story"]


def test_the_page_offers_it_and_does_it(seen: dict[str, Any]) -> None:
    """In the row for what fits nowhere else."""
    assert seen["by hand"] == [["pause-machine"], True, "paused the machine"]


def test_docs_and_random_scenarios_have_it(seen: dict[str, Any]) -> None:
    """Both are made of the list of faults."""
    assert seen["table"]
    assert seen["random"]


def test_a_rehearsal_refuses_it_with_its_reason(seen: dict[str, Any]) -> None:
    """Before anything is started."""
    assert seen["refusal"] == (
        "scenario: cannot be rehearsed: faults[0].kind: "
        "the machine that would stop is this one; freeze the workers instead"
    )
