"""The gallery of incidents: every file is whole, its cure cures, and the index says what runs give."""

from functools import cache
from pathlib import Path

import pytest

from sim.results.result import Result
from sim.scenario.load import load_scenario
from tests.docs.incident_index import AS_IT_WAS, PICTURES, incident_files, index, of_one_mode, results_of, written

FILES = incident_files()
HARMS = (
    *("not_delivered", "lost", "failed_evicted", "duplicated", "extra_effects", "false_failures", "indeterminate"),
    *("late", "stalled"),
)

ran = cache(results_of)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_incident_names_its_report_and_has_a_cure(file: Path) -> None:
    """With an address that is its number's, where it is one of a code host."""
    scenario = load_scenario(file)
    assert scenario.incident is not None
    assert scenario.story
    assert "cured" in scenario.variants
    project, hash_, number = scenario.incident.report.partition("#")
    if hash_ and scenario.incident.url.startswith("https://github.com/"):
        assert scenario.incident.url in {
            f"https://github.com/{project}/{kind}/{number}" for kind in ("issues", "pull", "discussions")
        }


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_an_incident_and_its_cure_expect_is_what_happens(file: Path) -> None:
    """Every variant expects something, and it holds."""
    for name, result in ran(file).items():
        assert result.expectations, name
        assert [check.as_dict() for check in result.expectations if not check.holds] == [], name


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_cure_lessens_a_harm(file: Path) -> None:
    """Some harm is there as it was, and less of it is left when cured."""
    found = ran(file)
    before, after = _harms(found[AS_IT_WAS]), _harms(found["cured"])
    assert any(after[name] < before[name] for name in before), (before, after)


def _harms(result: Result) -> dict[str, int]:
    counts = of_one_mode(result).totals.as_dict()
    return {name: counts[name] for name in HARMS if name in counts}


def test_the_index_and_its_pictures_are_of_these_files() -> None:
    """``python -m tests.docs.incident_index`` writes them anew."""
    assert index({file: ran(file) for file in FILES}) == written()
    assert {file.stem for file in PICTURES.glob("*.png")} == {file.stem for file in FILES}
