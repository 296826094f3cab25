"""A sweep that runs until its intervals are narrow stops at the same number of runs, however it is carried out."""

import json
from pathlib import Path

import pytest

from sim.cli import main
from sim.core.errors import SimError
from sim.results.sweep_result import SweepResult
from sim.sweeps.sweep import sweep_result

TEXT = """
title: Refused
question: How many mails fail?
modes: [queue]
queues:
  email: {service: 100ms, attempts: 1}
workload:
  - queue: email
    arrivals: {kind: poisson, interval: 1s, count: 4}
faults:
  - {kind: handler-error, rate: 0.5}
"""
VARY = {"faults.0.rate": [0.1, 0.5]}
WIDTH = "20%"


@pytest.fixture(autouse=True)
def early_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look after 4, 8, 16, ... runs."""
    monkeypatch.setattr("sim.results.sweep_stop.FIRST_CHECK", 4)


@pytest.fixture(scope="module")
def whole() -> SweepResult:
    """A sweep until 20%, run one after the other."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.results.sweep_stop.FIRST_CHECK", 4)
        return sweep_result(TEXT, 1_000, VARY, jobs=1, until_interval=WIDTH)


def test_it_stops_at_the_first_checkpoint_at_which_every_bound_is_near(whole: SweepResult) -> None:
    """Half as many runs were not enough."""
    assert whole.stop is not None
    assert whole.stop.is_narrow
    assert whole.stop.runs in (16, 32)
    assert whole.runs == 2 * whole.stop.runs
    half = sweep_result(TEXT, whole.stop.runs // 2, VARY, jobs=1, until_interval=WIDTH)
    assert half.stop is not None
    assert not half.stop.is_narrow
    assert half.runs == whole.runs / 2
    assert list(half.rows) == [row for row in whole.rows if row.replication <= half.stop.runs]


def test_more_processes_and_other_batches_change_neither_stop_nor_rows(
    whole: SweepResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes; batches of one run."""
    assert sweep_result(TEXT, 1_000, VARY, jobs=2, until_interval=WIDTH) == whole
    monkeypatch.setattr("sim.sweeps.batches._BATCH_S", 0.0)
    assert sweep_result(TEXT, 1_000, VARY, jobs=1, until_interval=WIDTH) == whole


@pytest.mark.parametrize("there", [3, 70])
def test_a_sweep_that_goes_on_gives_the_same_whatever_is_there(whole: SweepResult, tmp_path: Path, there: int) -> None:
    """With fewer runs in its file than it stops at, or with more, which stay there."""
    path = tmp_path / "s.sqlite"
    sweep_result(TEXT, there, VARY, jobs=1, path=path)
    assert sweep_result(TEXT, 1_000, VARY, jobs=1, path=path, until_interval=WIDTH) == whole
    assert sweep_result(TEXT, 1, VARY, jobs=1, path=path).runs == max(2 * there, whole.runs)


def test_table_and_json_say_how_many_runs_were_made_and_why_it_stopped(
    whole: SweepResult, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Narrow, or at the limit."""
    path = tmp_path / "s.yaml"
    path.write_text(TEXT)
    command = ["sweep", str(path), "--vary", "faults.0.rate=0.1,0.5", "--jobs", "1", "--until-interval", WIDTH]
    assert whole.stop is not None
    runs = whole.stop.runs
    assert main([*command, "--json", str(tmp_path / "a.json")]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert f"Stopped after {runs} runs at each point: no bound is more than 20.0% from its value." in out
    assert f"{runs} runs at each of 2 points" in out
    said = json.loads((tmp_path / "a.json").read_text())["until_interval"]
    assert said == whole.stop.as_dict()
    assert (said["stopped_by"], said["runs_at_each_point"], said["interval"]) == ("interval", runs, 0.2)
    assert main([*command, "--runs", "5", "--json", str(tmp_path / "b.json")]) == 0
    assert "Stopped at the limit of 5 runs at each point, not at 20.0%" in " ".join(capsys.readouterr().out.split())
    said = json.loads((tmp_path / "b.json").read_text())["until_interval"]
    assert (said["stopped_by"], said["runs_at_each_point"]) == ("runs", 5)
    assert main([*command, "--runs", "5", "--json", "-", "--measure", "delivery_mean_ms"]) == 0
    assert json.loads(capsys.readouterr().out)["until_interval"]["measures"] == ["delivery_mean_ms"]


def test_what_cannot_be_asked_for_is_said_before_anything_runs(tmp_path: Path) -> None:
    """A width, and a measure."""
    with pytest.raises(SimError, match="such as 1%"):
        sweep_result(TEXT, 5, jobs=1, until_interval="tight", path=tmp_path / "s.sqlite")
    with pytest.raises(SimError, match="there is no 'speed'"):
        sweep_result(TEXT, 5, jobs=1, until_interval="1%", measures=["speed"], path=tmp_path / "s.sqlite")
    assert not (tmp_path / "s.sqlite").exists()
