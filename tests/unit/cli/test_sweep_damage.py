"""``sweep --resume`` with a file that is not as a sweep left it: exit code 2, what is wrong and what to do."""

import os
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.cli import main
from sim.sweeps import store as sweep_store

TEXT = """
title: Crashes
question: How many mails come twice?
queues:
  email: {service: {kind: exponential, mean: 1s}}
workload:
  - queue: email
    arrivals: {kind: poisson, interval: 1s, count: 3}
"""
FLIPS = int(os.environ.get("SWEEP_FLIPS", "60"))
"""How many damaged files are tried; 2,000 at full size."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a scenario and a sweep of some pages."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "s.yaml").write_text(TEXT)
    assert main(resume(folder, runs=120)) == 0
    assert (folder / "out" / "sweep.sqlite").stat().st_size > 5 * 4_096
    return folder


def resume(folder: Path, runs: int = 121) -> list[str]:
    """The command that goes on with a sweep by one run more."""
    more = ["--runs", str(runs), "--jobs", "1", "--mode", "queue", "--resume", "--no-plots", "--json", "-"]
    return ["sweep", str(folder / "s.yaml"), "--out", str(folder / "out"), *more]


def copied(whole: Path, folder: Path) -> Path:
    """The same folder at another place, and its database."""
    (folder / "out").mkdir()
    (folder / "s.yaml").write_text(TEXT)
    path = folder / "out" / "sweep.sqlite"
    path.write_bytes((whole / "out" / "sweep.sqlite").read_bytes())
    return path


def zeroed(path: Path) -> None:
    """Put zeros over the last page but one."""
    raw = bytearray(path.read_bytes())
    raw[-2 * 4_096 : -4_096] = bytes(4_096)
    path.write_bytes(raw)


def truncated(path: Path) -> None:
    """Cut the file in the middle of a page."""
    os.truncate(path, 2 * 4_096 + 100)


def written_to(statement: str) -> Callable[[Path], None]:
    """Damage a file by a statement."""

    def write(path: Path) -> None:
        connection = sqlite3.connect(path)
        connection.execute(statement)
        connection.commit()
        connection.close()

    return write


def no_database(path: Path) -> None:
    """Put something else in its place."""
    path.write_bytes(b"\x1f\x8b not a database" * 900)


def a_folder(path: Path) -> None:
    """Put a folder in its place."""
    path.unlink()
    path.mkdir()


def a_pipe(path: Path) -> None:
    """Put something in its place at which a reader waits for ever."""
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (zeroed, "is damaged"),
        (truncated, "is damaged"),
        (no_database, "is not the database of a sweep"),
        (a_folder, "is not a file"),
        (a_pipe, "is not a file"),
        (written_to("DROP TABLE run"), "is damaged"),
        (written_to("ALTER TABLE run DROP COLUMN lost"), "is damaged"),
        (written_to("UPDATE run SET lost = 'many'"), "is damaged"),
        (written_to("UPDATE run SET point = 7 WHERE replication = 3"), "is damaged"),
        (written_to("DELETE FROM sweep"), "belongs to another sweep"),
        (written_to("PRAGMA application_id = 1"), "is not the database of a sweep"),
        (written_to("PRAGMA user_version = 1"), "another version of this program"),
    ],
    ids=lambda value: getattr(value, "__name__", None) or value,
)
def test_a_file_that_cannot_be_gone_on_with_is_told_from_one_that_can(
    harm: Callable[[Path], None], told: str, whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is run, nothing is written, and one line says which file and what to do."""
    path = copied(whole, tmp_path)
    harm(path)
    assert main(resume(tmp_path)) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert told in captured.err
    assert str(path) in captured.err
    assert len(captured.err.strip().splitlines()) == 1


def test_a_file_that_another_process_is_writing_to_is_not_waited_for_long(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Some seconds; then it says who is in the way."""
    monkeypatch.setattr(sweep_store, "_LOCKED_S", 0)
    path = copied(whole, tmp_path)
    other = sqlite3.connect(path)
    try:
        other.execute("BEGIN EXCLUSIVE")
        assert main(resume(tmp_path)) == 2
    finally:
        other.close()
    assert "another process is writing to it" in capsys.readouterr().err


def test_no_byte_that_changes_anywhere_in_the_file_ends_in_a_traceback(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It goes on, or says why it does not."""
    path = copied(whole, tmp_path)
    good = path.read_bytes()
    chosen = random.Random(4)
    for number in range(FLIPS):
        raw = bytearray(good)
        for _ in range(chosen.choice((1, 1, 4, 200))):
            raw[chosen.randrange(len(raw))] = chosen.randrange(256)
        path.write_bytes(raw)
        assert main(resume(tmp_path, runs=120)) in (0, 2), number
        captured = capsys.readouterr()
        assert "internal error" not in captured.err, number
        path.unlink()
        (path.parent / "sweep.sqlite-journal").unlink(missing_ok=True)
