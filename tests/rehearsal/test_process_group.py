"""Nothing that was started is left, whatever happens to whoever started it."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from sim.core.errors import SimError
from sim.rehearsal.process_group import ProcessGroup

DIRECTOR = """
import sys
from sim.rehearsal.process_group import ProcessGroup
with ProcessGroup() as group:
    children = [group.start("sleep", "nohup", "sleep", "1000") for _ in range(2)]
    print(group.folder, *(child.pid for child in children), flush=True)
    sys.stdin.read()
"""


def is_running(pid: int) -> bool:
    """Tell whether a process runs; one that has ended and was not reaped does not."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    return bool(state) and not state.startswith("Z")


def wait_until_ended(pids: list[int]) -> None:
    """Wait at most 10 s until none of the processes runs."""
    give_up = time.monotonic() + 10
    while any(is_running(pid) for pid in pids):
        assert time.monotonic() < give_up, [pid for pid in pids if is_running(pid)]
        time.sleep(0.01)


def test_all_processes_end_with_the_group() -> None:
    """Stopped ones too, and the folder goes with them."""
    with ProcessGroup() as process_group:
        folder = process_group.folder
        children = [process_group.start("sleep", "sleep", "1000") for _ in range(3)]
        os.kill(children[0].pid, signal.SIGSTOP)
        assert folder.is_dir()
    assert [child.returncode for child in children] == [-signal.SIGKILL] * 3
    assert not folder.exists()


def test_an_exception_ends_them_as_well() -> None:
    """It goes on to whoever catches it."""
    children = []

    def break_off() -> None:
        with ProcessGroup() as process_group:
            children.append(process_group.start("sleep", "sleep", "1000"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert children[0].returncode == -signal.SIGKILL


def test_a_director_that_is_killed_leaves_nothing_behind() -> None:
    """With ``kill -9`` nothing of it runs any more; a stopped child ends as well, and the folder is gone."""
    director = subprocess.Popen(
        [sys.executable, "-c", DIRECTOR], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with director:
        assert director.stdout is not None
        folder, *pids = director.stdout.readline().split()
        children = [int(pid) for pid in pids]
        assert all(is_running(pid) for pid in children)
        os.kill(children[0], signal.SIGSTOP)
        director.kill()
    wait_until_ended(children)
    assert not Path(folder).exists()


def test_a_folder_that_sockets_cannot_have_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With what to set; nothing is started."""
    deep = tmp_path / ("x" * 80)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    with pytest.raises(SimError, match="too long a path for unix sockets; set TMPDIR"):
        ProcessGroup()
    assert list(deep.iterdir()) == []
