"""The real Bull in a Node process, spoken to in JSON lines."""

import contextlib
import itertools
import json
import queue
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sim.rehearsal.real_parts import RealParts

SCRIPT = Path(__file__).parent / "bull_process.js"
PATIENCE_S = 30


class BullProcess:
    """One Node process with Bull in it.

    Args:
        parts: Node and Bull.
        redis: The path of Redis's socket, or its port on this machine.

    Attributes:
        events: What happened in it so far, oldest first.
    """

    def __init__(self, parts: RealParts, redis: str) -> None:
        command = [parts.node, str(SCRIPT), str(parts.node_modules), redis]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._numbers = itertools.count(1)
        self._lines: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self.events: list[dict[str, Any]] = []

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(json.loads(line))
        self._lines.put(None)

    def ask(self, verb: str, **more: Any) -> Any:
        """Do something in the process and return its answer.

        Raises:
            RuntimeError: Bull's own error, in its words, or the process has ended.
        """
        number = next(self._numbers)
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"ask": number, "do": verb, **more}) + "\n")
        self._process.stdin.flush()
        while True:
            line = self._next_line(PATIENCE_S)
            if line.get("ask") == number:
                if "error" in line:
                    raise RuntimeError(line["error"])
                return line["answer"]

    def wait_until(self, holds: Callable[[], object]) -> None:
        """Take in events until something holds; it is asked again after each event, and from time to time.

        Raises:
            TimeoutError: It does not hold after half a minute.
        """
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited in vain; the events so far: {self.events}")
            try:
                self._next_line(0.05)
            except queue.Empty:
                continue

    def _next_line(self, timeout_s: float) -> dict[str, Any]:
        line = self._lines.get(timeout=timeout_s)
        if line is None:
            raise RuntimeError(f"the Node process ended with {self._process.wait()}")
        if "event" in line:
            self.events.append(line)
        return line

    def started(self) -> list[str]:
        """List the ids of the jobs whose handler was called, in that order."""
        return [event["id"] for event in self.events if event["event"] == "start"]

    def kill(self) -> None:
        """End it as by SIGKILL."""
        self._process.kill()
        self.end()

    def end(self) -> None:
        """Close its stdin, at which it ends; kill it if it does not."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        self._process.stdout.close()
