"""Everything that a rehearsal starts, in one process group and one temporary folder, and the end of all of it."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from sim.core.errors import SimError

MAX_PATH = 60
"""Characters of the temporary folder's path; a socket's whole path may have about 100."""
REAPER = Path(__file__).parent / "reaper.py"


class ProcessGroup:
    """Starts processes, and ends every one of them when it is left (for ``with``).

    Raises:
        SimError: The temporary folder's path is too long.

    Attributes:
        folder: For sockets, data and logs; removed at the end. Its path is short, as socket paths must be.
    """

    def __init__(self) -> None:
        base = tempfile.gettempdir()
        if len(base) > MAX_PATH:
            raise SimError(f"{base}: too long a path for unix sockets; set TMPDIR to a shorter one")
        self.folder = Path(tempfile.mkdtemp(prefix="rehearsal-", dir=base))
        self._started: list[subprocess.Popen[bytes]] = []
        command = [sys.executable, "-I", "-S", str(REAPER), str(self.folder)]
        self._reaper = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, process_group=0)
        if self._reaper.stdout is not None:
            self._reaper.stdout.readline()  # it is on guard

    def start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        """Start a process; what it prints goes to ``name``.log in the folder."""
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                process_group=self._reaper.pid,
            )
        self._started.append(process)
        return process

    def last_words(self, name: str) -> str:
        """Return the end of what a process printed."""
        try:
            return (self.folder / f"{name}.log").read_text(errors="replace")[-2_000:].strip()
        except OSError:
            return ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Kill and reap everything, then remove the folder."""
        os.killpg(self._reaper.pid, signal.SIGKILL)
        for process in [*self._started, self._reaper]:
            process.wait()
        for pipe in (self._reaper.stdin, self._reaper.stdout):
            if pipe is not None:
                pipe.close()
        shutil.rmtree(self.folder, ignore_errors=True)
