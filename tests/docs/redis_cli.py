"""A ``redis-cli`` for the shell of a test, first in its PATH: the real one on a socket, or one on a simulated store.

The simulated one sends its arguments, or the lines of its standard input, to a thread of the test, which carries them
out by ``execute_command``. On a simulated server nothing can come between two commands, so MULTI and EXEC only pass by.
"""

import json
import shlex
import shutil
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis

CLIENT = """#!{python}
import json, shlex, socket, sys
commands = [sys.argv[1:]] if sys.argv[1:] else [shlex.split(line) for line in sys.stdin]
with socket.socket(socket.AF_UNIX) as server:
    server.connect({socket!r})
    server.sendall(json.dumps(commands).encode() + b"\\n")
    sys.stdout.write(server.makefile().read())
"""


class Shell:
    """Runs what a page shows, word for word."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def run(self, script: str) -> list[str]:
        """Run a script and return the lines that it prints."""
        done = subprocess.run(
            ["/bin/sh", "-eu", "-c", script],
            env={"PATH": f"{self._folder}:/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()


@contextmanager
def simulated_shell(store: Any, folder: Path) -> Iterator[Shell]:
    """Yield a shell whose ``redis-cli`` speaks to a simulated store."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            for command in json.loads(self.rfile.readline()):
                self.wfile.write(_answered(store, command).encode())

    path = str(folder / "sim.sock")
    with socketserver.UnixStreamServer(path, Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield _shell(folder, CLIENT.format(python=sys.executable, socket=path))
        finally:
            server.shutdown()
            thread.join()


def real_shell(socket: str, folder: Path) -> Shell:
    """Return a shell whose ``redis-cli`` is the real one, on the test's server."""
    cli = shutil.which("redis-cli")
    assert cli is not None
    return _shell(folder, f'#!/bin/sh\nexec {shlex.quote(cli)} -s {shlex.quote(socket)} "$@"\n')


def _shell(folder: Path, script: str) -> Shell:
    program = folder / "redis-cli"
    program.write_text(script)
    program.chmod(0o755)
    return Shell(folder)


def _answered(store: Any, command: list[str]) -> str:
    """Carry a command out and write the answer as ``redis-cli`` does into a pipe."""
    if command[0] in ("MULTI", "EXEC"):
        return "OK\n"
    try:
        answer = store.execute_command(*command)
    except redis.ResponseError as error:
        return f"{error}\n"
    if isinstance(answer, list):
        return "".join(f"{'' if one is None else one}\n" for one in answer)
    return f"{'' if answer is None else int(answer) if isinstance(answer, bool) else answer}\n"
