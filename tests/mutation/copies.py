"""mutmut on a copy of the project: what it is told, and what it answers."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.mutation.rooms import Room

ALSO_READ = ("scenarios", "docs", "notebooks", "benchmarks", "README.md", "CONTRIBUTING.md", "CHANGELOG.md")
"""What tests read besides the code and themselves."""
NOBODY = "nothing.is.called.so"
"""The name of no change: mutmut makes all of them and tries none."""
UNFINISHED = (None, 2)
"""Exit codes of mutmut for a change that was not tried, or not to the end."""
PATIENCE_S = 10


class MutmutFailed(Exception):
    """mutmut came to nothing; its last words."""


class Copy:
    """A copy of the project in which one room's code is changed.

    Where the folder holds the copy of the very same project and room, what was tried there counts.

    Args:
        root: The project, a git work tree.
        folder: Where the copy goes, with mutmut's log beside it.
    """

    def __init__(self, root: Path, folder: Path, room: Room) -> None:
        self.room = room
        self.log = folder / "log"
        self._project = folder / "project"
        listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(listed, cwd=root, text=True, capture_output=True, check=True).stdout.splitlines()
        files = {name: root / name for name in sorted(set(names)) if (root / name).is_file()}
        whole = hashlib.sha256(repr(room).encode())
        for name, path in files.items():
            whole.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
        mark = folder / "what-it-is-of"
        if mark.exists() and mark.read_text() == whole.hexdigest():
            return
        mark.unlink(missing_ok=True)
        shutil.rmtree(self._project, ignore_errors=True)
        for name, path in files.items():
            target = self._project / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)
        with (self._project / "pyproject.toml").open("a") as file:
            file.write(_settings(room))
        mark.write_text(whole.hexdigest())

    def codes(self) -> dict[str, int | None]:
        """Return mutmut's exit code of every change; None for those that were not tried."""
        found: dict[str, int | None] = {}
        for path in sorted((self._project / "mutants" / "sim").rglob("*.meta")):
            found |= json.loads(path.read_text())["exit_code_by_key"]
        return found

    def make(self) -> list[str]:
        """Make every change and return their names.

        Raises:
            MutmutFailed: There are none.
        """
        if not self.codes():
            self._run([NOBODY], 1)
        if not (codes := self.codes()):
            raise MutmutFailed(self._last_words())
        return sorted(codes)

    def attempt(self, changes: Sequence[str], jobs: int) -> None:
        """Try those of the changes that have not been tried; every change that can be made where none are named.

        mutmut gives up when a process that it does not know ends beside it, so it is asked again as long as it gets on.

        Raises:
            MutmutFailed: Some were not, because the tests do not pass as the code stands, for instance.
        """
        tried = -1
        while True:
            codes = self.codes()
            wanted = list(changes or codes)
            left = [name for name in wanted if codes[name] in UNFINISHED]
            if codes and not left:
                return
            if len(wanted) - len(left) <= tried:
                raise MutmutFailed(self._last_words())
            tried = len(wanted) - len(left)
            self._run(left if len(left) < len(codes) else [], jobs)

    def difference(self, change: str) -> str:
        """Return a change as a unified diff."""
        command = [sys.executable, "-m", "mutmut", "show", change]
        return subprocess.run(command, cwd=self._project, text=True, capture_output=True, env=_environment()).stdout

    def _run(self, names: Sequence[str], jobs: int) -> None:
        """Let mutmut work; whoever interrupts it ends all of its processes."""
        with self.log.open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "mutmut", "run", "--max-children", str(jobs), *names],
                cwd=self._project, stdout=log, stderr=log, env=_environment(), start_new_session=True,
            )  # fmt: skip
            try:
                process.wait()
            except BaseException:
                os.killpg(process.pid, signal.SIGINT)
                try:
                    process.wait(PATIENCE_S)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
                raise

    def _last_words(self) -> str:
        return self.log.read_text(errors="replace")[-4_000:]


def _settings(room: Room) -> str:
    arguments = ["-q", "-x", "-p", "no:cacheprovider", "-m", "not real and not browser and not slow"]
    if room.keyword:
        arguments += ["-k", room.keyword]
    settings = {
        "source_paths": ["sim"],
        "only_mutate": [*room.modules],
        "also_copy": list(ALSO_READ),
        "pytest_add_cli_args_test_selection": list(room.tests),
        "pytest_add_cli_args": arguments,
        "timeout_multiplier": 4,
    }
    return "\n".join(["", "[tool.mutmut]", *(f"{name} = {json.dumps(value)}" for name, value in settings.items()), ""])


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
