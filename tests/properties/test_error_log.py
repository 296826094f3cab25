"""The error log of every shipped scenario is the same everywhere, and true to the trace."""

import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from sim.engine.run import run
from sim.results.result import Result
from sim.results.trace import EventKind
from sim.scenario.schema import Scenario
from tests.properties.random_scenarios import scenarios

SHIPPED = sorted(Path("scenarios").glob("*/*.yaml"))


def logged(path: Path, store: Any, semantics: Any = None) -> Result:
    """Run a scenario with its error log."""
    return run(path, store=store, semantics=semantics, error_log=True)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_error_logs_are_the_same_on_every_store_and_again(path: Path) -> None:
    """To the byte, in both modes."""
    first = list(logged(path, "memory").error_lines())
    assert list(logged(path, "fakeredis").error_lines()) == first
    assert list(logged(path, "memory").error_lines()) == first


@settings(max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(scenarios())
def test_random_error_logs_are_the_same_on_every_store(raw: dict[str, Any]) -> None:
    """To the byte, in both modes, whatever breaks."""
    scenario = Scenario.model_validate(raw)
    logs = [
        list(run(scenario, store=store, error_log=True, max_steps=2_000_000).error_lines())
        for store in ("memory", "fakeredis")
    ]
    assert logs[0] == logs[1]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_lines_are_the_trace_s_failed_attempts_without_this_machine(path: Path) -> None:
    """Each failure of a handler has its line and each line its failure; no folder, and no absolute path."""
    result = logged(path, "memory")
    for mode, one in result.modes.items():
        failed = Counter(
            (r.t_ms, r.job, r.attempt, r.worker, (r.more or {})["error"])
            for r in one.trace
            if r.kind is EventKind.ATTEMPT_FAILED
        )
        lines = [json.loads(line) for line in one.error_lines or ()]
        ours = [line for line in lines if line["mode"] == mode and line["kind"] != "queue"]
        assert Counter((x["t_ms"], x["job"], x["attempt"], x["worker"], x["message"]) for x in ours) == failed
        assert len(ours) + sum(line["kind"] == "queue" for line in lines) == len(lines)
    text = "\n".join(result.error_lines())
    for folder in (str(Path.cwd()), str(Path.home()), sys.prefix, sys.base_prefix):
        assert folder not in text
    assert not re.search(r"\((/|[A-Za-z]:)", text)
