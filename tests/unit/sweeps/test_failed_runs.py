"""A run of a sweep that breaks off costs nothing but itself, and is never passed over."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from sim.cli import main
from sim.engine.attempt import AttemptRunner
from sim.sweeps.sweep import RunsFailed, sweep_result

TEXT = """
title: Crashes
question: How many mails come twice?
seed: 7
queues:
  email: {service: {kind: exponential, mean: 1s}}
workload:
  - queue: email
    arrivals: {kind: poisson, interval: 1s, count: 6}
faults:
  - {kind: handler-error, rate: 0.3}
"""


class Fault(ZeroDivisionError):
    """A fault of the program that some runs meet."""


@pytest.fixture
def scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The path of a scenario, some runs of which meet a fault of the program: those whose email-3 is tried twice."""
    real = AttemptRunner._apply

    def sometimes(self: Any, effect: Any, process: Any, queue: str, job: str, attempt: int) -> None:
        if job == "email-3" and attempt > 1:
            raise Fault("nobody thought\nof this")
        real(self, effect, process, queue, job, attempt)

    monkeypatch.setattr(AttemptRunner, "_apply", sometimes)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    path = tmp_path / "a scenario.yaml"
    path.write_text(TEXT)
    return str(path)


def test_the_others_are_run_and_every_table_says_how_many_are_left_out(
    scenario: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 3, and each failed run is in the file, in the summary and on standard error."""
    out = tmp_path / "out"
    vary = ["--vary", "workers.email.processes=1,2"]
    command = ["sweep", scenario, "--runs", "12", *vary, "--jobs", "1", "--mode", "queue", "--out", str(out)]
    assert main([*command, "--no-plots"]) == 3
    captured = capsys.readouterr()
    summary = json.loads((out / "summary.json").read_text())
    failed = summary["failed_runs"]
    assert 0 < len(failed) < 24
    assert summary["runs"] == 24 - len(failed)
    assert [point["failed_runs"] for point in summary["points"]] == [
        sum(one["point"] == number for one in failed) for number in (0, 1)
    ]
    assert [point["runs"] + point["failed_runs"] for point in summary["points"]] == [12, 12]
    assert f"{len(failed)} of 24 runs could not be finished" in " ".join(captured.out.split())
    first = failed[0]
    assert first["broke"] is True
    assert first["why"].startswith("Fault: nobody thought of this (")
    assert f"run {first['replication']} at point {first['point']} could not be finished: Fault" in captured.err
    assert "bug in the program" in captured.err
    assert "Traceback" not in captured.err

    assert main([*command, "--no-plots", "--resume"]) == 3, "what failed is tried again, and fails again"
    assert json.loads((out / "summary.json").read_text()) == summary


def test_the_command_that_is_told_gives_the_same_run_again(
    scenario: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the values of its point, its seed, its store and its semantics."""
    vary = {"workers.email.processes": [2], "faults.0.rate": [0.5]}
    with pytest.raises(RunsFailed) as caught:
        sweep_result(Path(scenario), 12, vary, jobs=1, modes=["queue"], semantics="bull-4.16")
    result, failures = caught.value.args
    assert result.failures == failures
    command = shlex.split(failures[0].replay)
    assert command[:5] == ["python", "-m", "sim", "run", scenario]
    assert command[-4:] == ["--set", "workers.email.processes=2", "--set", "faults.0.rate=0.5"]
    assert command[command.index("--semantics") :][:2] == ["--semantics", "bull-4.16"]
    assert main(command[3:]) == 3
    assert "internal error: Fault: nobody thought of this" in capsys.readouterr().err

    finished = str(result.rows[0].seed)
    command[command.index("--seed") + 1] = finished
    assert main(command[3:]) == 0, "the seed of a run that was finished meets no fault"


def test_where_every_run_fails_there_are_no_numbers_and_the_exit_code_says_so(
    scenario: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is divided by nothing."""
    command = ["sweep", scenario, "--runs", "3", "--jobs", "1", "--mode", "queue", "--json", "-"]
    assert main([*command, "--vary", "faults.0.first_attempts=1", "--vary", "faults.0.rate=1"]) == 3
    captured = capsys.readouterr()
    assert json.loads(captured.out)["points"] == []
    assert [one["replication"] for one in json.loads(captured.out)["failed_runs"]] == [1, 2, 3]
