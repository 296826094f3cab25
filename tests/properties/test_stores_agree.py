"""The store in memory cannot be told from fakeredis by what a run writes down."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from sim.engine.run import run
from sim.scenario.load import load_scenario
from sim.scenario.schema import Scenario
from tests.properties.random_scenarios import scenarios
from tests.sizes import sized

EXAMPLES = sized(500)
SHIPPED = sorted(Path("scenarios").glob("*/*.yaml"))


def traces(scenario: Scenario, store: Any, **more: Any) -> list[str]:
    """Run a scenario in queue mode on one store and return the digests of its traces, one for each semantics."""
    return [
        run(scenario, modes=["queue"], semantics=profile, store=store, **more).modes["queue"].trace_sha256
        for profile in scenario.profiles
    ]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_scenarios_give_the_same_trace_on_every_store(path: Path) -> None:
    """To the byte, in every semantics that the file names."""
    scenario = load_scenario(path)
    assert traces(scenario, "memory") == traces(scenario, "fakeredis")


@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
@given(scenarios())
def test_random_scenarios_give_the_same_trace_on_every_store(raw: dict[str, Any]) -> None:
    """To the byte, whatever breaks."""
    scenario = Scenario.model_validate(raw)
    assert traces(scenario, "memory", max_steps=2_000_000) == traces(scenario, "fakeredis", max_steps=2_000_000)
