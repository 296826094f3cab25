"""One attempt of a person's own processor, which runs by itself: what it tells is written down.

A person's own Bull processor: the file is looked at before anything is started.
"""

import json
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

from sim.core.errors import SimError
from sim.engine.database import DatabaseAccess
from sim.engine.recorder import Recorder
from sim.rehearsal.fault_injector import RealFaultInjector
from sim.rehearsal.processes import Message, RealProcess
from sim.rehearsal.real_parts import RealParts
from sim.results.trace import EventKind
from sim.scenario.schema import Scenario

LOADED_WITHIN_S = 30.0


class OwnFileError(SimError):
    """A processor file that cannot be used.

    Args:
        path: The file as it was given.
        line: Where in it, from 1; None where no line is at fault.
        problem: What is wrong.
    """

    def __str__(self) -> str:
        path, line, problem = self.args
        return f"{path}: {problem}" if line is None else f"{path}:{line}: {problem}"


def look_at(path: Path, scenario: Scenario, name: str, parts: RealParts) -> None:
    """Load the file as the workers will, and look through the scenario for faults that it would not feel.

    Args:
        name: What the scenario is called, such as its file.

    Raises:
        OwnFileError: The file is not there, does not load, or exports no processor for a queue; or a fault of the
            scenario strikes the project's own handlers.
    """
    for number, fault in enumerate(scenario.faults):
        if fault.strikes_handlers:
            raise OwnFileError(
                name,
                None,
                f"faults[{number}]: {fault.kind} strikes the project's handlers, not {path.name}; "
                "leave it out, and let your own code fail",
            )
    if not path.is_file():
        raise OwnFileError(path, None, "no such file; give a JavaScript file that exports a Bull processor")
    script = parts.script_folder / "own.js"
    queues = [queue for queue in scenario.queues if scenario.workers_of(queue).processes]
    try:
        answer = subprocess.run(
            [parts.node, str(script), str(path.resolve()), *queues],
            capture_output=True,
            text=True,
            timeout=LOADED_WITHIN_S,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise OwnFileError(path, None, f"does not finish loading within {LOADED_WITHIN_S:g} s") from None
    try:
        told = json.loads(answer.stdout.splitlines()[-1])
        problem, line = told["error"], told["line"]
    except (IndexError, ValueError, KeyError, TypeError):
        words = answer.stderr.strip().splitlines()
        raise OwnFileError(path, None, f"ends the process that loads it{': ' + words[-1] if words else ''}") from None
    if problem is not None:
        raise OwnFileError(path, line, problem)


_EFFECT = "INSERT INTO mail.outbox VALUES (?, NULL, ?)"


class OwnAttempt:
    """Writes down what a processor tells, and asks the faults at its effect and at its end.

    A processor that tells no effect has one when it returns: then its work is done.

    Attributes:
        process: The process that runs it.
        ideal_ms: None: nothing is known of how long it should take.
        refused: Whether the queue has refused what the process reported.
    """

    ideal_ms = None

    def __init__(
        self,
        process: RealProcess,
        queue: str,
        job: str,
        number: int,
        *,
        recorder: Recorder,
        access: DatabaseAccess,
        injector: RealFaultInjector,
    ) -> None:
        self.process = process
        self.queue = queue
        self.job = job
        self.number = number
        self.refused = False
        self._recorder = recorder
        self._access = access
        self._injector = injector
        self._told = False

    def note(self, event: EventKind, more: dict[str, Any] | None = None) -> None:
        """Write down something that happened in this attempt."""
        self._recorder.attempt(self.queue, self.job, event, self.number, self.process.name, more)

    def effect(self, name: str, *, skipped: bool) -> Message | None:
        """Let the effect count, unless the processor skipped it; None when the process has died of a fault here."""
        if self._injector.reaches("before-effect", self.process, self.queue, self.job):
            return None
        self._told = True
        if skipped:
            self.note(EventKind.EFFECT_DEDUPLICATED, {"system": name})
        else:
            self._count(name)
        return {}

    def ended(self, message: Message) -> Message | None:
        """Write down how it ended; None when the process has died of a fault here."""
        if message["failed"]:
            self.note(
                EventKind.ATTEMPT_FAILED, {"error": message["error"], "permanent": False, "line": message["line"]}
            )
            return {}
        if not self._told and self.effect("returned", skipped=False) is None:
            return None
        if self._injector.reaches("after-effect-before-ack", self.process, self.queue, self.job):
            return None
        return {}

    def _count(self, name: str) -> None:
        def body(cursor: sqlite3.Cursor) -> bool:
            cursor.execute(_EFFECT, (self.job, name))
            return True

        self._access.database.run_outside(body)
        self.note(EventKind.EFFECT, {"system": name})
