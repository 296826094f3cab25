"""Randomly edited scenario files give a run or a clear error, never a traceback and never a hang."""

import os
import random
from pathlib import Path

import pytest

from sim.core.errors import BudgetExceeded, ScenarioError
from sim.engine.run import run
from sim.scenario.load import parse_scenario
from tests.properties.scenario_edits import edits
from tests.sizes import sized

SHIPPED = sorted(Path("scenarios").glob("*/*.yaml"))
EDITS = int(os.environ.get("SCENARIO_EDITS", sized(1_000)))
"""How many edits to try; 5,000 is the full size."""
STEPS = 20_000


@pytest.mark.parametrize("part", range(4))
def test_an_edited_scenario_runs_or_says_what_is_wrong(part: int) -> None:
    """Every problem is a line with file, line and column."""
    rng = random.Random(part)
    texts = [path.read_text() for path in SHIPPED]
    outcomes = {"ran": 0, "refused": 0}
    problems: list[str] = []
    for _ in range(EDITS // 4):
        text = edits(rng.choice(texts), rng)
        try:
            scenario = parse_scenario(text, "edited.yaml")
            result = run(scenario, store="memory", max_steps=STEPS)
        except BudgetExceeded:
            outcomes["ran"] += 1
        except ScenarioError as error:
            outcomes["refused"] += 1
            problems += str(error).splitlines()
        else:
            outcomes["ran"] += 1
            assert all(one.totals.adds_up for one in result.modes.values())
    assert all(problem.startswith("edited.yaml:") for problem in problems)
    assert min(outcomes.values()) > EDITS // 80, outcomes
