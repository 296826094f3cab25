"""One attempt of a person's own processor, which runs by itself: what it reports is written to the trace."""

import sqlite3
from typing import Any

from sim.rehearsal.processes import Message, RealProcess
from sim.rehearsal.reported_stage import ReportedStage
from sim.results.trace import EventKind

_EFFECT = "INSERT INTO mail.outbox VALUES (?, NULL, ?)"


class OwnAttempt:
    """Records what a processor reports, and asks the faults at its effect and at its end.

    A processor that reports no effect has one when it returns: then its work is done.

    Attributes:
        process: The process that runs it.
        ideal_ms: None: how long it should take is not known.
        refused: Whether the queue has refused what the process reported.
        timed_out: What the attempt failed with when its timeout was over, although its handler goes on; empty before.
        is_over: Whether the processor has ended.
    """

    ideal_ms = None

    def __init__(self, stage: ReportedStage, process: RealProcess, queue: str, job: str, number: int) -> None:
        self.process = process
        self.queue = queue
        self.job = job
        self.number = number
        self.refused = False
        self.timed_out = ""
        self.is_over = False
        self._recorder = stage.recorder
        self._access = stage.access
        self._faults = stage.faults
        self._told = False

    def note(self, event: EventKind, more: dict[str, Any] | None = None) -> None:
        """Write down something that happened in this attempt."""
        self._recorder.attempt(self.queue, self.job, event, self.number, self.process.name, more)

    def effect(self, name: str, *, skipped: bool) -> Message | None:
        """Let the effect count, unless the processor skipped it; None when the process has died of a fault here."""
        if self._faults.reaches("before-effect", self.process, self.queue, self.job):
            return None
        self._told = True
        if skipped:
            self.note(EventKind.EFFECT_DEDUPLICATED, {"system": name})
        else:
            self._count(name)
        return {}

    def ended(self, message: Message) -> Message | None:
        """Write down how it ended; None when the process has died of a fault here."""
        self.is_over = True
        if message["failed"]:
            if self.timed_out:
                self.note(EventKind.UNHEARD, {"error": message["error"]})
                return {}
            self.note(
                EventKind.ATTEMPT_FAILED, {"error": message["error"], "permanent": False, "line": message["line"]}
            )
            return {}
        if not self._told and self.effect("returned", skipped=False) is None:
            return None
        if self._faults.reaches("after-effect-before-ack", self.process, self.queue, self.job):
            return None
        if self.timed_out:
            self.note(EventKind.UNHEARD)
        return {}

    def _count(self, name: str) -> None:
        def body(cursor: sqlite3.Cursor) -> bool:
            cursor.execute(_EFFECT, (self.job, name))
            return True

        self._access.database.run_outside(body)
        self.note(EventKind.EFFECT, {"system": name})
