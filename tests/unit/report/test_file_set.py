"""Files that belong together are replaced together: whatever fails on the way, all are new or all are old."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from sim.cli import main
from sim.core.errors import OutputError
from sim.report.file_set import replace_one, replace_together
from sim.report.folder import NAMES

ROOT = Path(__file__).parents[3]
OLD = {"a.json": b"old a", "b.png": b"old b", "c.html": b"old c", "own.txt": b"mine"}
NEW = {"a.json": b"new a", "c.html": b"new c", "d.png": b"new d"}
AFTER = {**NEW, "own.txt": b"mine"}
STEPS = ("replace", "link", "unlink", "fsync")
KILLS = int(os.environ.get("OUT_KILLS", "3"))
"""How often a run over an old folder is killed; 40 at full size."""


def there(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, hidden ones too."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the old files, and one of somebody's own."""
    place = tmp_path / "out"
    place.mkdir()
    for name, content in OLD.items():
        (place / name).write_bytes(content)
    return place


def failing(real: Callable[..., Any], at: int, error: BaseException) -> tuple[Callable[..., Any], list[int]]:
    """The same function, whose call of this number raises."""
    calls = [0]

    def call(*arguments: Any, **more: Any) -> Any:
        calls[0] += 1
        if calls[0] == at:
            raise error
        return real(*arguments, **more)

    return call, calls


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("error", [OSError(errno.EIO, "Input/output error"), KeyboardInterrupt(), MemoryError()])
def test_whatever_fails_at_whatever_step_all_are_new_or_all_are_old(
    step: str, error: BaseException, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk, an interruption, or the program itself."""
    seen = set()
    for at in range(1, 30):
        call, calls = failing(getattr(os, step), at, error)
        with monkeypatch.context() as patched:
            patched.setattr(os, step, call)
            with suppress(OutputError, KeyboardInterrupt, MemoryError):
                replace_together(folder, NEW, gone=["a.json", "b.png", "c.html"])
        found = {name: content for name, content in there(folder).items() if not name.startswith(".")}
        assert found in (OLD, AFTER), (at, sorted(found))
        seen.add(found == AFTER)
        for path in folder.iterdir():
            path.unlink()
        for name, content in OLD.items():
            (folder / name).write_bytes(content)
        if calls[0] < at:
            break
    else:
        pytest.fail("it never came to its end")
    assert True in seen


def test_a_set_takes_away_what_it_had_before_and_leaves_the_rest_alone(folder: Path) -> None:
    """The paths come back in order, and modes stay."""
    (folder / "a.json").chmod(0o640)
    assert replace_together(folder, NEW, gone=["a.json", "b.png", "c.html", "never-there"]) == [
        folder / name for name in NEW
    ]
    assert there(folder) == AFTER
    assert (folder / "a.json").stat().st_mode & 0o777 == 0o640


def test_what_a_killed_process_left_beside_is_cleared_up(folder: Path) -> None:
    """That of a living one is not."""
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (folder / f".a.json.{dead.pid}.part").write_bytes(b"half")
    (folder / f".a.json.{dead.pid}.old").write_bytes(b"old")
    alive = folder / f".a.json.{os.getppid()}.part"
    alive.write_bytes(b"at work")
    replace_together(folder, NEW)
    assert [name for name in there(folder) if name.startswith(".")] == [alive.name]


def test_a_folder_may_be_the_working_directory_or_a_link(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It stays the folder that it was."""
    monkeypatch.chdir(folder)
    before = folder.stat().st_ino
    replace_together(Path(), NEW, gone=["b.png"])
    assert there(folder) == AFTER
    link = folder.parent / "link"
    link.symlink_to(folder)
    replace_together(link, {"a.json": b"newer"})
    assert (folder / "a.json").read_bytes() == b"newer"
    assert (link.is_symlink(), folder.stat().st_ino, Path.cwd()) == (True, before, folder)


def test_a_file_behind_a_link_is_replaced_and_the_link_stays(tmp_path: Path) -> None:
    """Whole or not at all, as any other."""
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    replace_one(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


@pytest.mark.parametrize("what", ["a file for the folder", "a folder for a file", "a file for a parent"])
def test_what_stands_in_the_way_is_named_and_stays(what: str, folder: Path) -> None:
    """Nothing is written at all."""
    target = folder
    if what == "a file for the folder":
        target = folder / "a.json"
    elif what == "a file for a parent":
        target = folder / "a.json" / "deeper"
    else:
        (folder / "d.png").mkdir()
    with pytest.raises(OutputError, match=r"a\.json|d\.png"):
        replace_together(target, NEW, gone=["b.png"])
    assert {name: (folder / name).read_bytes() for name in OLD} == OLD
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_signals_wait_until_all_files_are_in_place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the interruption comes as ever."""
    real = os.replace

    def interrupted(*arguments: Any) -> None:
        signal.raise_signal(signal.SIGINT)
        real(*arguments)

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        replace_together(folder, NEW, gone=["b.png"])
    assert there(folder) == AFTER


SCENARIO = ROOT / "scenarios/01-worker-crashes/frozen-worker.yaml"


def test_a_folder_without_pictures_keeps_none_of_an_earlier_run(tmp_path: Path) -> None:
    """A report beside the result of another run would be a lie."""
    out = tmp_path / "out"
    assert main(["run", str(SCENARIO), "--out", str(out)]) == 0
    assert set(there(out)) <= set(NAMES)
    assert "report.html" in there(out)
    assert main(["run", str(SCENARIO), "--seed", "7", "--no-plots", "--out", str(out)]) in (0, 1)
    assert set(there(out)) <= {"result.json", "trace.ndjson.gz", "errors.ndjson"}


def test_a_run_over_an_old_folder_that_is_killed_leaves_one_of_both_runs_whole(tmp_path: Path) -> None:
    """Whenever it is killed."""
    scenario = str(SCENARIO)
    wholes = []
    for seed in ("1", "2"):
        main(["run", scenario, "--seed", seed, "--out", str(tmp_path / seed)])
        wholes.append(there(tmp_path / seed))
    out = tmp_path / "out"
    main(["run", scenario, "--seed", "1", "--out", str(out)])
    command = [sys.executable, "-m", "sim", "run", scenario, "--out", str(out), "--seed"]
    began_s = time.monotonic()
    subprocess.run([*command, "2"], cwd=ROOT, check=False, capture_output=True)
    whole_s = time.monotonic() - began_s
    for number in range(KILLS):
        process = subprocess.Popen(
            [*command, "12"[number % 2]], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            process.wait(whole_s * (0.6 + 0.5 * number / max(1, KILLS - 1)))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        found = {name: content for name, content in there(out).items() if not name.startswith(".")}
        assert found in wholes
