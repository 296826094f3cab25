"""Files that belong together are replaced together: whatever fails on the way, all are new or all are old."""

import errno
import os
import shutil
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
from sim.core import file_set as folder_exchange
from sim.core.errors import OutputError
from sim.core.file_set import replace_one, replace_together
from sim.reports.results_folder import file_names

ROOT = Path(__file__).parents[3]
OLD = {"a.json": b"old a", "b.png": b"old b", "c.html": b"old c", "own.txt": b"mine"}
NEW = {"a.json": b"new a", "c.html": b"new c", "d.png": b"new d"}
AFTER = {**NEW, "own.txt": b"mine"}
STEPS = ("replace", "link", "unlink", "fsync")
KILLS = int(os.environ.get("OUT_KILLS", "3"))
"""How often a run over an old folder is killed; 40 at full size."""


def there(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, hidden ones too."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.fixture(params=["in one step", "one after the other"])
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A folder with the old files, and one of somebody's own; a folder in it cannot be linked, so files are renamed."""
    place = tmp_path / "out"
    place.mkdir()
    for name, content in OLD.items():
        (place / name).write_bytes(content)
    if request.param == "one after the other":
        (place / "deeper").mkdir()
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
        for name in there(folder):
            (folder / name).unlink()
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

    def after_an_interruption(real: Callable[..., None]) -> Callable[..., None]:
        def call(*arguments: Any) -> None:
            signal.raise_signal(signal.SIGINT)
            real(*arguments)

        return call

    monkeypatch.setattr(os, "replace", after_an_interruption(os.replace))
    monkeypatch.setattr(folder_exchange, "_exchange", after_an_interruption(folder_exchange._exchange))
    with pytest.raises(KeyboardInterrupt):
        replace_together(folder, NEW, gone=["b.png"])
    assert there(folder) == AFTER


KILLED_AT_A_STEP = f"""
NEW = {NEW}
import os, signal, sys
from pathlib import Path
from sim.core import file_set as folder_exchange
from sim.core.file_set import replace_together
left = int(sys.argv[2])
def dying(real):
    def call(*arguments, **more):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **more)
    return call
for name in ("replace", "rename", "link", "unlink", "fsync", "rmdir", "scandir"):
    setattr(os, name, dying(getattr(os, name)))
folder_exchange._exchange = dying(folder_exchange._exchange)
replace_together(Path(sys.argv[1]), NEW, gone=["a.json", "b.png", "c.html"])
"""


def test_a_process_killed_before_any_step_leaves_all_new_or_all_old(tmp_path: Path) -> None:
    """SIGKILL cannot be held back, so the files change in one step; the next process clears up what is left beside."""
    folder = tmp_path / "out"
    seen = []
    for step in range(1, 40):
        folder.mkdir(exist_ok=True)
        for name, content in OLD.items():
            (folder / name).write_bytes(content)
        (folder / "d.png").unlink(missing_ok=True)
        ended = subprocess.run([sys.executable, "-c", KILLED_AT_A_STEP, str(folder), str(step)], check=False)
        seen.append(there(folder))
        if ended.returncode == 0:
            break
    assert all(found in (OLD, AFTER) for found in seen)
    assert (seen[0], seen[-1]) == (OLD, AFTER)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_somebody_adds_while_the_files_change_is_brought_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It came into the old folder, an instant before the change."""
    real = folder_exchange._exchange

    def late(one: Path, other: Path) -> None:
        (other / "late.txt").write_bytes(b"late")
        real(one, other)

    monkeypatch.setattr(folder_exchange, "_exchange", late)
    replace_together(tmp_path / "out", NEW)
    assert there(tmp_path / "out") == {**NEW, "late.txt": b"late"}


SCENARIO = ROOT / "scenarios/01-worker-crashes/frozen-worker.yaml"


def test_a_folder_without_pictures_keeps_none_of_an_earlier_run(tmp_path: Path) -> None:
    """A report beside the result of another run would be a lie."""
    out = tmp_path / "out"
    assert main(["run", str(SCENARIO), "--out", str(out)]) == 0
    assert set(there(out)) <= set(file_names())
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
    shutil.copytree(tmp_path / "1", out)
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
