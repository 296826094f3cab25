"""A command that is given several files does for each what it can, whatever becomes of the others."""

import json
from pathlib import Path
from typing import Any

import pytest

from sim.cli import main
from sim.exercises.catalogue import COURSE, exercise_names
from sim.exercises.verifying import Claim

FOLDER = Path("scenarios/01-worker-crashes")
FILES = [str(FOLDER / f"{name}.yaml") for name in ("crash-after-effect", "crash-in-progress", "poison-job")]


def raising(what: Any, answer: Any) -> Any:
    """Be a function that fails at one thing and answers for all others."""

    def act(thing: Any, **_more: Any) -> Any:
        if what(thing):
            raise ZeroDivisionError("nothing to divide by")
        return answer

    return act


def test_check_looks_at_every_file_although_the_program_fails_at_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 3, and what failed is told with what a report needs."""
    titles = iter((False, True, False))
    failing = raising(lambda _scenario: next(titles), [])
    monkeypatch.setattr("sim.advise.outlook.outlook", failing)
    assert main(["check", *FILES]) == 3
    told = capsys.readouterr()
    assert [line for line in told.out.splitlines() if line.endswith(": ok")] == [f"{file}: ok" for file in FILES]
    assert told.err.startswith("internal error: ZeroDivisionError: nothing to divide by")


def test_check_looks_at_every_file_although_one_cannot_be_used(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Also where the system refuses it; exit code 2."""
    (tmp_path / "bad.yaml").write_text("titel: x")
    (tmp_path / "folder.yaml").mkdir()
    bad = [str(tmp_path / name) for name in ("bad.yaml", "folder.yaml", "none.yaml")]
    assert main(["check", FILES[0], *bad, FILES[1]]) == 2
    told = capsys.readouterr()
    assert told.out.splitlines() == [f"{FILES[0]}: ok", f"{FILES[1]}: ok"]
    assert all(f"{name}:" in told.err for name in bad)


def test_verify_proves_every_exercise_although_the_program_fails_at_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 3."""
    names = exercise_names()[:3]
    failing = raising(lambda exercise: exercise.name == names[1], [Claim("it holds", [])])
    monkeypatch.setattr("sim.exercises.verifying.verify", failing)
    assert main(["exercise", "verify", *(str(COURSE / name) for name in names)]) == 3
    told = capsys.readouterr()
    assert told.out.count("holds  it holds") == 2
    assert told.out.splitlines()[-2].startswith(names[2])
    assert "internal error: ZeroDivisionError" in told.err


def test_verify_says_of_each_folder_what_is_wrong_with_it(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """And proves the others; exit code 2."""
    good = str(COURSE / exercise_names()[0])
    assert main(["exercise", "verify", str(tmp_path / "none"), good, "--seeds", "1"]) == 2
    told = capsys.readouterr()
    assert told.out.count("  holds  ") > 5
    assert "none: an exercise's folder is called" in told.err


def test_a_run_writes_every_file_that_can_be_written(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """What it came to is not lost because the first of them cannot; exit code 2, and the one that failed is named."""
    (tmp_path / "taken").write_text("a file in the place of a folder")
    trace, folder = tmp_path / "trace.jsonl", tmp_path / "out"
    targets = ["--json", str(tmp_path / "taken" / "r.json"), "--trace", str(trace), "--out", str(folder), "--no-plots"]
    assert main(["run", FILES[0], *targets, "--store", "memory"]) == 2
    told = capsys.readouterr()
    assert "taken" in told.err
    assert json.loads(trace.read_text().splitlines()[0])["t_ms"] == 0
    assert (folder / "result.json").is_file()
