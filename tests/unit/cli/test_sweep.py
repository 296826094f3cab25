"""``sweep``: exit codes, what goes where, and that a killed sweep loses nothing."""

import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sim.cli import main
from sim.sweeps import executors

ROOT = Path(__file__).parents[3]
TEXT = """
title: Crashes
question: How many mails come twice?
queues:
  email: {service: {kind: exponential, mean: 1s}}
workload:
  - queue: email
    arrivals: {kind: poisson, interval: 1s, count: 10}
faults:
  - {kind: worker-crash, mean_interval: 6s, restart_after: 1s}
"""
KILLS = int(os.environ.get("SWEEP_KILLS", "4"))
"""How often a sweep is killed; 20 at full size."""


@pytest.fixture
def scenario(tmp_path: Path) -> str:
    """The path of a small scenario."""
    path = tmp_path / "crashes.yaml"
    path.write_text(TEXT)
    return str(path)


def rows_of(path: Path) -> list[tuple[Any, ...]]:
    """Every row of a sweep's file, sorted; none where there is no file yet."""
    if not path.exists():
        return []
    connection = sqlite3.connect(path, timeout=60)
    try:
        return connection.execute("SELECT * FROM run ORDER BY point, replication, mode").fetchall()
    except sqlite3.OperationalError:
        return []
    finally:
        connection.close()


def test_a_table_in_eighty_columns_and_progress_beside_it(scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The answers on standard output, how far it is on standard error."""
    varies = ["--vary", "workers.email.processes=1,2", "--vary", "queues.email.attempts=1,5"]
    assert main(["sweep", scenario, "--runs", "5", *varies, "--jobs", "1"]) == 0
    out, err = capsys.readouterr()
    assert max(map(len, out.splitlines())) <= 80
    for word in ("delivered", "duplicated", "lost", "failed", "processes 2", "attempts 5", "in-process", "queue"):
        assert word in out
    assert "5 runs at each of 4 points" in out
    assert "20 of 20 runs" in err


OUTAGE = "scenarios/02-redis-failures/outage.yaml"


def test_the_default_table_hides_no_job(capsys: pytest.CaptureFixture[str]) -> None:
    """65% delivered, and the other 35% rejected: both stand there, and what occurs nowhere has no column."""
    assert main(["sweep", OUTAGE, "--runs", "10", "--mode", "queue", "--vary", "faults.0.duration=14s"]) == 0
    table = capsys.readouterr().out.split("How many runs are affected")[0]
    assert re.search(r"delivered +not delivered +rejected *$", table, re.MULTILINE)
    assert re.search(r"queue +65\.0% +35\.0% +35\.0%", table)


def test_no_cell_of_a_share_of_the_jobs_bounds_a_share_of_the_runs(
    scenario: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """0% of the jobs stands over `no run`; what bounds the share of runs says that it speaks of runs."""
    assert main(["sweep", scenario, "--runs", "4", "--vary", "queues.email.attempts=1,3,5"]) == 0
    out = capsys.readouterr().out
    assert "≤" not in out
    assert "no run" in out
    assert "In no run at any point: ignored, failed and pending." in out
    assert "Zero in 4 runs at a point means that at most 60.2% of its runs have any (95%)." in out


def test_runs_that_end_early_are_counted_above_the_table(
    scenario: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Five seconds are too few for ten jobs."""
    (tmp_path / "short.yaml").write_text(TEXT + "duration: 5s\n")
    assert main(["sweep", str(tmp_path / "short.yaml"), "--runs", "3", "--mode", "queue"]) == 0
    out = capsys.readouterr().out
    assert "Stopped early, queue: 3 of 3 runs ended with jobs pending." in out
    assert out.index("Stopped early") < out.index("Share of the jobs")
    assert main(["sweep", scenario, "--runs", "3", "--mode", "queue"]) == 0
    assert "Stopped early" not in capsys.readouterr().out


def test_what_was_never_seen_is_bounded_in_words(scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    """0 of 40: at most 8.81% of runs."""
    assert main(["sweep", scenario, "--runs", "40", "--mode", "queue"]) == 0
    assert "queue: 0 lost in 40 runs: at most 8.81% of runs lose a job" in capsys.readouterr().out


def test_json_on_standard_output_stands_alone(scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With every measure, its interval and the differences."""
    assert main(["sweep", scenario, "--runs", "4", "--vary", "queues.email.attempts=1,5", "--json", "-"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["varied"] == ["queues.email.attempts"]
    assert [point["settings"] for point in answer["points"]] == [
        {"queues.email.attempts": "1"},
        {"queues.email.attempts": "5"},
    ]
    point = answer["points"][1]
    lost = point["modes"]["queue"]["lost"]
    assert lost["runs"] == 4
    assert lost["interval"][0] <= lost["mean"] <= lost["interval"][1]
    assert point["queue_minus_in_process"]["lost"]["runs"] == 4
    assert "lost in 4 runs" in " ".join(point["in_words"]["queue"])


@pytest.mark.parametrize(
    ("varies", "pictures"),
    [
        ([], ["distribution.png"]),
        (["queues.email.attempts=1,5"], ["distribution.png", "outcomes.png"]),
        (
            ["queues.email.attempts=1,5", "redis.persistence=none,rdb"],
            ["distribution.png", "heat-map.png", "outcomes.png"],
        ),
    ],
)
def test_a_folder_holds_rows_answers_and_pictures(
    scenario: str, tmp_path: Path, varies: list[str], pictures: list[str]
) -> None:
    """The same bytes for the same sweep, but for the database, whose rows are the same."""
    options = [word for vary in varies for word in ("--vary", vary)]
    for name in ("a", "b"):
        assert main(["sweep", scenario, "--runs", "3", *options, "--out", str(tmp_path / name)]) == 0
    assert sorted(p.name for p in (tmp_path / "a").iterdir()) == sorted([*pictures, "summary.json", "sweep.sqlite"])
    for name in [*pictures, "summary.json"]:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert rows_of(tmp_path / "a" / "sweep.sqlite") == rows_of(tmp_path / "b" / "sweep.sqlite")


def test_a_sweep_is_not_written_over_by_accident(
    scenario: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says what to do; with --resume nothing is run again, and more runs are added."""
    arguments = ["sweep", scenario, "--out", str(tmp_path / "o"), "--no-plots", "--runs"]
    assert main([*arguments, "3"]) == 0
    assert main([*arguments, "3"]) == 2
    assert "already exists; continue it with --resume" in capsys.readouterr().err
    assert main([*arguments, "5", "--resume"]) == 0
    assert len(rows_of(tmp_path / "o" / "sweep.sqlite")) == 10


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere.yaml"], "there is no such file"),
        (["SCENARIO", "--runs", "0"], "--runs"),
        (["SCENARIO", "--vary", "workers.email.proceses=1"], "did you mean `processes`?"),
        (["SCENARIO", "--vary", "nonsense"], "expected PATH=VALUE"),
        (["SCENARIO", "--measure", "lots"], "did you mean `lost`?"),
        (["SCENARIO", "--resume"], "--out"),
        (["SCENARIO", "--jobs", "2", "--cluster", "tcp://127.0.0.1:1"], "give only one of them"),
        (["SCENARIO", "--semantics", "documented", "--vary", "semantics=bull-4.16"], "give only one of them"),
        (["SCENARIO", "--cluster", "nonsense://x"], "cannot be reached"),
        (["SCENARIO", "--out", "SCENARIO"], "cannot be written"),
    ],
)
def test_bad_usage_and_input_end_with_two_and_a_sentence(
    scenario: str, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Never a traceback, and nothing on standard output."""
    assert main(["sweep", *[scenario if word == "SCENARIO" else word for word in arguments]]) == 2
    out, err = capsys.readouterr()
    assert told in err
    assert "Traceback" not in err
    assert not out


def test_an_interrupted_sweep_says_how_to_go_on(
    scenario: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 130, and what was done is kept."""
    real = executors.carry_out
    calls = 0

    def interrupted(batch: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise KeyboardInterrupt
        return real(batch)

    monkeypatch.setattr(executors, "carry_out", interrupted)
    monkeypatch.setattr("sim.sweeps.batches._BATCH_S", 0.0)
    assert main(["sweep", scenario, "--runs", "9", "--jobs", "1", "--out", str(tmp_path / "o"), "--no-plots"]) == 130
    err = capsys.readouterr().err
    assert "2 runs kept in" in err
    assert "--resume" in err
    assert len(rows_of(tmp_path / "o" / "sweep.sqlite")) == 4


DIES = """
import os, signal, sys
from sim.cli import main
from sim.sweeps import batches, plan
from sim.sweeps import store as sweep_store

write, step, *words = sys.argv[1:]
left = int(write)

class Dies(sweep_store.SweepStore):
    def add(self, rows, failures=()):
        global left
        left -= 1
        if step == "commit":
            watch(self._connection)
        super().add(rows, failures)
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

def watch(connection):
    connection.set_trace_callback(
        lambda text: left == 0 and text == "COMMIT" and os.kill(os.getpid(), signal.SIGKILL)
    )

if left == 0:
    connect = sweep_store.sqlite3.connect
    sweep_store.sqlite3.connect = lambda *words, **more: (made := connect(*words, **more), watch(made))[0]
plan.SweepStore = Dies
batches._BATCH_S = 0.0
sys.exit(main(words))
"""
"""A sweep that writes each run by itself and dies by SIGKILL in its so-manieth write: as it commits, or right after; in
write 0, which makes the file, as it commits."""


def test_a_sweep_that_is_killed_again_and_again_ends_in_the_same_rows(scenario: str, tmp_path: Path) -> None:
    """SIGKILL at chosen writes, each time resumed; ``SWEEP_KILLS=20`` for the full number.

    What a killed sweep has written it has for good, the run that it was writing whole or not at all.
    """
    runs = 8 * KILLS
    words = ["sweep", scenario, "--no-plots", "--vary", "workers.email.processes=1,2", "--runs", str(runs)]
    killed = [*words, "--out", str(tmp_path / "killed"), "--resume"]
    path = tmp_path / "killed" / "sweep.sqlite"
    moments = sorted(random.Random(20).sample(range(1, 2 * runs), KILLS - 1))
    before: list[tuple[Any, ...]] = []
    for number, moment in enumerate([0, *moments]):
        there = len(before) // 2
        step = "commit" if number % 2 == 0 else "after"
        died = subprocess.run(
            [sys.executable, "-c", DIES, str(moment - there), step, *killed, "--jobs", str(1 + number // 2 % 2)],
            cwd=ROOT, capture_output=True, text=True,
        )  # fmt: skip
        assert died.returncode == -signal.SIGKILL, died.stderr
        after = rows_of(path)
        assert len(after) == 2 * (moment - (step == "commit" and moment > 0))
        assert set(before) <= set(after)
        before = after
    for arguments in ([*killed, "--jobs", "2"], [*words, "--jobs", "1", "--out", str(tmp_path / "whole")]):
        assert main(arguments) == 0
    assert rows_of(path) == rows_of(tmp_path / "whole" / "sweep.sqlite")
    assert len(rows_of(path)) == 4 * runs
