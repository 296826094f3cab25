"""Scripts of the Redis port's clients, run in a process of their own that can be killed."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from sim.core.errors import SimError
from sim.serve.redis_port.limits import PortLimits
from sim.serve.redis_port.script_wire import Reply, Wire, WireBroken, WireLate

START_S = 30.0
"""How long the process may take to be there, on a machine that has much to do."""
GRACE_S = 0.25
"""Lua itself ends a script that it can reach; what it cannot is killed so much later."""
LATE = "ERR the script ran too long and was stopped; what it wrote until then is kept"

LARGE = "ERR the script took too much memory and was stopped; what it wrote until then is kept"


class ScriptError(SimError):
    """A script failed, or was ended; the text is what Redis would say to the client."""


class ScriptRunner:
    """Runs one script at a time.

    Args:
        limits: How long a script may take, and how much memory.
    """

    def __init__(self, limits: PortLimits) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._wire: Wire | None = None
        self._is_ready = False
        self._known: set[str] = set()

    def prepare(self) -> None:
        """Start the process if there is none; it gets ready by itself."""
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._process is not None:
            return
        ours, theirs = socket.socketpair()
        with theirs:
            arguments = [str(theirs.fileno()), str(self._limits.script_s), str(self._limits.script_bytes)]
            self._process = subprocess.Popen(
                [sys.executable, "-m", "sim.serve.redis_port.script_process", *arguments],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            )
        self._wire = Wire(ours)
        self._is_ready = False
        self._known = set()

    def close(self) -> None:
        """Kill the process, whatever it is at."""
        process, wire = self._process, self._wire
        self._process = self._wire = None
        if wire is not None:
            wire.close()
        if process is not None:
            with contextlib.suppress(OSError):
                process.kill()
            process.wait()

    def run(
        self,
        sha: str,
        script: bytes,
        keys: list[bytes],
        arguments: list[bytes],
        call: Callable[[list[bytes]], Any],
        respond_in: Callable[[int], None],
    ) -> Any:
        """Run a script and return its answer; statuses and errors in it are ``Reply``.

        Args:
            call: Carries out a command of the script's and returns the answer, with statuses and errors as ``Reply``.
            respond_in: Told which version of the protocol the script wants its answers in.

        Raises:
            ScriptError: The script failed, took too long or too much memory, or cannot be run.
        """
        try:
            return self._run([sha, script, keys, arguments], call, respond_in)
        except WireLate:
            self._start_anew()
            raise ScriptError(LATE) from None
        except WireBroken:
            self._start_anew()
            raise ScriptError(LARGE) from None

    def _run(self, task: list[Any], call: Callable[[list[bytes]], Any], respond_in: Callable[[int], None]) -> Any:
        wire = self._ready()
        deadline_s = time.monotonic() + self._limits.script_s
        kill_s = deadline_s + GRACE_S
        sha = task[0]
        wire.send(["run", sha, None if sha in self._known else task[1], *task[2:]], kill_s)
        self._known.add(sha)
        while True:
            kind, *content = wire.receive(kill_s)
            if kind == "call":
                if time.monotonic() > deadline_s:
                    raise WireLate
                wire.send(call(content[0]), kill_s)
            elif kind == "resp":
                respond_in(content[0])
                wire.send(None, kill_s)
            elif kind in ("done", "failed"):
                value, is_full = content
                if is_full:
                    self._start_anew()
                if kind == "failed":
                    raise ScriptError(value)
                return value
            else:
                raise WireBroken("the process says what it must not")

    def _ready(self) -> Wire:
        self.prepare()
        wire = self._wire
        assert wire is not None  # prepare has made it
        if not self._is_ready:
            try:
                wire.receive(time.monotonic() + START_S)
            except (WireBroken, WireLate):
                self.close()
                raise ScriptError("ERR scripts cannot be run: the process for them does not start") from None
            self._is_ready = True
        return wire

    def _start_anew(self) -> None:
        self.close()
        self.prepare()


def error_text(reply: Reply) -> str:
    """Return the words of an error reply."""
    return reply.text.decode("utf-8", "replace")
