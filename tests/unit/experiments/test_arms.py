"""Arms of an experiment: the same seeds for all, the same result with any number of processes, each run again."""

import json
import shlex
from collections.abc import Sequence
from pathlib import Path

import pytest

from sim.cli import main
from sim.engine.run import run_modes
from sim.engine.run_options import RunOptions
from sim.experiments.arms import Arm, ArmRuns, run_arms
from sim.experiments.estimates import difference, estimate, independent_difference
from sim.results.result import Result
from sim.scenario.schema import Scenario
from sim.sweeps.worker import Recipe
from sim.yaml_files.fields import ModeName

TEXT = """
title: Orders
question: How many are tried twice?
queues: {order: {attempts: 3, backoff: {type: fixed, delay: 1s}}}
workload: [{queue: order, arrivals: {kind: poisson, interval: 1s, count: 20}}]
faults: [{kind: handler-error, rate: 0.2}]
"""
RECIPE = Recipe(TEXT, "orders.yaml", ("in-process", "queue"), "bull-4.16", 7)
ARMS = [Arm(RECIPE), Arm(RECIPE, (("faults", "[]"),)), Arm(RECIPE, (("queues.order.attempts", "1"),))]


def made(runs: int = 15, **more: int) -> list[ArmRuns]:
    """Run the arms."""
    return list(run_arms(ARMS, runs, **more))


def test_the_number_of_processes_changes_nothing() -> None:
    """The same rows, in the same order of arms."""
    one, two = made(jobs=1), made(jobs=2)
    assert [found.arm for found in one] == ARMS == [found.arm for found in two]
    assert [found.rows for found in one] == [found.rows for found in two]


def test_all_arms_have_the_same_seeds_and_later_runs_continue_them() -> None:
    """Run 11 is run 11, whether ten were made before or not."""
    seeds = [{number: row.seed for number, row in found.rows["queue"].items()} for found in made(jobs=1)]
    assert seeds[0] == seeds[1] == seeds[2]
    assert list(seeds[0]) == list(range(1, 16))
    later = made(5, first=11, jobs=1)[0]
    assert later.rows["queue"] == {number: made(jobs=1)[0].rows["queue"][number] for number in range(11, 16)}


def test_a_difference_is_taken_run_by_run() -> None:
    """Without errors each order takes one attempt; with one attempt as well, and what failed is not delivered."""
    errors, none, once = made(jobs=1)
    assert set(none.values("queue", "attempts").values()) == set(once.values("queue", "attempts").values()) == {20}
    change = difference(errors.values("queue", "attempts"), none.values("queue", "attempts"))
    assert change.runs == 15
    assert change.is_clear
    assert change.interval is not None
    assert change.mean == pytest.approx(20 - estimate(errors.values("queue", "attempts")).mean)
    assert change.interval.low < change.mean < change.interval.high < 0
    unchanged = difference(once.values("queue", "attempts"), none.values("queue", "attempts"))
    assert (unchanged.mean, unchanged.runs_with_any, unchanged.is_clear) == (0, 0, False)


def test_the_command_of_a_run_gives_the_same_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also of one with changes."""
    monkeypatch.chdir(tmp_path)
    Path("orders.yaml").write_text(TEXT)
    for found in made(12, jobs=1):
        words = shlex.split(found.arm.command(12))
        assert words[:3] == ["python", "-m", "sim"]
        assert main([*words[3:], "--json", "-"]) == 0
        counts = json.loads(capsys.readouterr().out)["modes"]["queue"]
        assert counts["attempts"] == found.values("queue", "attempts")[12]


def test_a_run_that_cannot_be_finished_is_told_and_the_others_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is missing in every comparison."""
    real = run_modes
    broken = ARMS[0].seed(3)

    def fails(scenario: Scenario, options: RunOptions, modes: Sequence[ModeName]) -> Result:
        if options.seed == broken:
            raise ZeroDivisionError
        return real(scenario, options, modes)

    monkeypatch.setattr("sim.sweeps.worker.run_modes", fails)
    found = made(4, jobs=1)[0]
    assert list(found.values("queue", "delivered")) == [1, 2, 4]
    assert found.failures[3].broke


def test_an_estimate_of_nothing_says_so() -> None:
    """And of one run there is no interval."""
    assert estimate({}) == (0, 0.0, None, 0)
    assert estimate({1: 4}) == (1, 4.0, None, 1)
    assert not estimate({1: 4}).is_clear


def test_a_difference_of_independent_runs_is_bounded_by_welch() -> None:
    """Worked out by hand: means 4 and 8, variances 4 and 1, so 2.9 degrees of freedom, and the t of 2."""
    found = independent_difference({1: 2, 2: 4, 3: 6}, {1: 7, 2: 8, 3: 9})
    assert found.mean == 4
    assert found.interval is not None
    half = 4.302653 * (5 / 3) ** 0.5
    assert found.interval == pytest.approx((4 - half, 4 + half), rel=1e-5)
    assert not found.is_clear


def test_independent_runs_without_spread_have_bounds_without_width() -> None:
    """And too few of them, or none, have none."""
    assert independent_difference({1: 3, 2: 3}, {1: 5, 2: 5, 3: 5}).interval == (2, 2)
    assert independent_difference({1: 3}, {1: 5, 2: 5}).interval is None
    assert independent_difference({}, {1: 5}) == (0, 0.0, None, 0)
