"""How a process reports that an attempt failed, and what the queue made of it."""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any, Literal, Protocol

from sim.queue.job import Job

Verdict = Literal["retry", "delayed", "failed", "dead-lettered"]


class FailureNote(Protocol):
    """A failed attempt, as a context in which it is reported; what happened to it is known when the context ends."""

    def __enter__(self) -> "FailureNote": ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, stack: Any, /) -> None: ...

    def became(self, verdict: Verdict, delay_ms: int) -> None:
        """Take note of what the queue made of it."""


class FailureReporter(Protocol):
    """Is told of failed attempts."""

    def of_job(self, queue: str, name: str, attempt: int, worker: str, error: Exception, job: Job) -> FailureNote:
        """Open the note of a failed attempt at a job of a queue."""

    def of_call(self, queue: str, name: str, attempt: int, worker: str, error: Exception, data: Any) -> FailureNote:
        """Open the note of a failed job in in-process mode, where it has no id, no options and one attempt."""


class Reporters:
    """Tells several reporters of the same failures."""

    def __init__(self, reporters: Sequence[FailureReporter]) -> None:
        self._reporters = reporters

    def of_job(self, queue: str, name: str, attempt: int, worker: str, error: Exception, job: Job) -> FailureNote:
        """Open a note with each."""
        return _Notes([one.of_job(queue, name, attempt, worker, error, job) for one in self._reporters])

    def of_call(self, queue: str, name: str, attempt: int, worker: str, error: Exception, data: Any) -> FailureNote:
        """Open a note with each."""
        return _Notes([one.of_call(queue, name, attempt, worker, error, data) for one in self._reporters])


class _Notes:
    def __init__(self, notes: Sequence[FailureNote]) -> None:
        self._notes = notes
        self._open = ExitStack()

    def __enter__(self) -> "_Notes":
        for note in self._notes:
            self._open.push(note.__exit__)
            note.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, stack: Any, /) -> None:
        self._open.__exit__(kind, error, stack)

    def became(self, verdict: Verdict, delay_ms: int) -> None:
        for note in self._notes:
            note.became(verdict, delay_ms)
