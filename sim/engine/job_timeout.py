"""A job's timeout: the attempt counts as failed, its slot is free, and the handler goes on, heard by nobody.

Source: BULL_FACTS 29.
"""

from collections.abc import Callable

from sim.engine.process import AttemptName, Process, Steps
from sim.engine.recorder import Recorder
from sim.handlers.errors import TransientError
from sim.queue.timeout import Timeout
from sim.results.trace import EventKind


class TimedOut(TransientError):
    """The handler has not ended in time; indefinite, because it goes on.

    Args:
        message: What the queue is told.
    """


class Relieved(Exception):
    """A handler has ended that had timed out: its slot is long in other hands, and what it says concerns nobody."""


class JobTimeout:
    """The timeout of one attempt, from its start on.

    Args:
        attempt: Queue, job and number of the attempt.
        take_over: Does in the process what follows a timeout: reports it, and is the slot from then on.

    Attributes:
        over: Whether the attempt has ended, so that nothing times out any more.
        has_fired: Whether it was too late.
    """

    __slots__ = ("_attempt", "_process", "_recorder", "_take_over", "_timeout", "has_fired", "over")

    def __init__(
        self,
        process: Process,
        recorder: Recorder,
        attempt: AttemptName,
        timeout: Timeout,
        take_over: Callable[[TimedOut], Steps],
    ) -> None:
        self._process = process
        self._recorder = recorder
        self._attempt = attempt
        self._timeout = timeout
        self._take_over = take_over
        self.over = False
        self.has_fired = False
        process.env.timeout(timeout.after_ms).callbacks.append(self._is_due)

    def _is_due(self, _event: object) -> None:
        if not self.over:
            self._process.spawn(self._fire())

    def _fire(self) -> Steps:
        """Give the attempt up, when the process can: a frozen one ends first what came due before."""
        if self._process.frozen:
            yield from self._process.until_thawed()
        if self.over:
            return
        self.has_fired = True
        self._process.let_go_on(self._attempt)
        queue, job, number = self._attempt
        more = {"after_ms": self._timeout.after_ms}
        self._recorder.attempt(queue, job, EventKind.TIMED_OUT, number, self._process.name, more)
        yield from self._take_over(TimedOut(self._timeout.message))

    def handler_ended(self, error: Exception | None = None) -> None:
        """Take note that the handler has ended, with an error or without.

        Raises:
            Relieved: It had timed out.
        """
        if not self.has_fired:
            self.over = True
            return
        queue, job, number = self._attempt
        more = None if error is None else {"error": str(error)}
        self._recorder.attempt(queue, job, EventKind.UNHEARD, number, self._process.name, more)
        self._process.unheard.discard(self._attempt)
        raise Relieved from None
