"""Every scenario that comes with the project keeps what its ``expect`` block says."""

from pathlib import Path

import pytest

from sim.engine.run import run
from sim.scenario.load import load_scenario

SHIPPED = sorted(Path("scenarios").glob("*/*.yaml"))
CASES = [(path, profile) for path in SHIPPED for profile in load_scenario(path).profiles]


def test_at_least_twelve_scenarios_are_shipped() -> None:
    """The documented failures and their remedies among them."""
    assert len(SHIPPED) >= 12


@pytest.mark.parametrize(("path", "profile"), CASES, ids=lambda value: getattr(value, "stem", value))
def test_what_the_scenario_expects_is_what_happens(path: Path, profile: str) -> None:
    """For each semantics that it names; and the outcomes add up in both modes."""
    result = run(path, semantics=profile)  # one of the two names
    assert result.expectations, "a shipped scenario expects something"
    assert [check.as_dict() for check in result.expectations if not check.holds] == []
    assert all(one.totals.adds_up for one in result.modes.values())


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_file_names_its_schema_in_the_first_line(path: Path) -> None:
    """So that editors complete it."""
    assert path.read_text().splitlines()[0] == "# yaml-language-server: $schema=../scenario.schema.json"
