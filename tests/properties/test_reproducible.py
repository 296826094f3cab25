"""The same scenario and seed give the same bytes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.engine.run import run

SOME = ["01-worker-crashes/crash-in-progress", "02-redis-failures/power-loss", "04-retries-and-retention/flaky-network"]


def result_in_a_new_process(path: str, hash_seed: str) -> dict[str, object]:
    """Run a scenario in a process of its own."""
    command = [sys.executable, "-m", "sim", "run", path, "--json", "-"]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONHASHSEED": hash_seed}, capture_output=True, text=True, check=True
    )
    result: dict[str, object] = json.loads(done.stdout)
    return result


@pytest.mark.parametrize("name", SOME)
def test_two_processes_with_different_hash_seeds_give_the_same_trace(name: str) -> None:
    """To the byte: no set order and no hash order reaches a result."""
    path = f"scenarios/{name}.yaml"
    first, second = result_in_a_new_process(path, "1"), result_in_a_new_process(path, "4711")
    assert first["trace_sha256"] == second["trace_sha256"]
    assert first == second


def test_another_seed_gives_another_trace() -> None:
    """The seed is what a random scenario depends on."""
    path = Path("scenarios/04-retries-and-retention/flaky-network.yaml")
    assert run(path, seed=1).modes["queue"].trace_sha256 != run(path, seed=2).modes["queue"].trace_sha256


def test_both_modes_see_the_same_arrivals() -> None:
    """So that a comparison is paired."""
    result = run("scenarios/04-retries-and-retention/flaky-network.yaml")
    arrivals = {mode: [(job.job, job.offered_ms) for job in one.jobs] for mode, one in result.modes.items()}
    assert arrivals["in-process"] == arrivals["queue"]
