"""What observes a run: each instrument subscribes to the events that it needs, before the run is put together.

An instrument changes nothing: a run with it is the run without it, event by event.
"""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from sim.engine.failures import FailureReporter, Reporters
from sim.results.samples import Reading
from sim.results.trace import Event, Trace

T = TypeVar("T")
Hear = Callable[[T], object]


class Subscriptions:
    """Who receives which events of one run; those who subscribed first receive them first."""

    def __init__(self) -> None:
        self._failures: list[FailureReporter] = []
        self._events: list[Hear[Event]] = []
        self._tidying: list[Callable[[], object]] = []
        self._commands: list[Hear[str]] = []
        self._begin: list[Hear[Callable[[], Reading]]] = []
        self._moments: list[Hear[int]] = []
        self._finish: list[Callable[[], object]] = []

    # -- for instruments ------------------------------------------------------------------------------------------

    def on_event(self, hear: Hear[Event], *, tidy: Callable[[], object] | None = None) -> None:
        """Hear of every event as it happens.

        Args:
            tidy: Is called now and then, when there is time for what would take long.
        """
        self._events.append(hear)
        if tidy is not None:
            self._tidying.append(tidy)

    def on_command(self, hear: Hear[str]) -> None:
        """Hear the name of every command that the queue's clients have sent to Redis."""
        self._commands.append(hear)

    def on_failure(self, reporter: FailureReporter) -> None:
        """Be told of every failed attempt, and of what happened to it."""
        self._failures.append(reporter)

    def on_begin(self, hear: Hear[Callable[[], Reading]]) -> None:
        """Get what reads the system under test, when all of it is there and nothing has happened yet."""
        self._begin.append(hear)

    def on_moment(self, hear: Hear[int]) -> None:
        """Hear of every moment, ms since the run began, to which whoever runs it has gone on."""
        self._moments.append(hear)

    def on_finish(self, hear: Callable[[], object]) -> None:
        """Hear of the end, before anybody looks at what came of it."""
        self._finish.append(hear)

    # -- for the run ----------------------------------------------------------------------------------------------

    @property
    def event(self) -> Hear[Event] | None:
        """Tells of an event; None where nobody wants to hear."""
        return _together(self._events)

    @property
    def command(self) -> Hear[str] | None:
        """Tells of a command; None where nobody wants to hear."""
        return _together(self._commands)

    @property
    def failure(self) -> FailureReporter:
        """Is told of failed attempts."""
        return self._failures[0] if len(self._failures) == 1 else Reporters(self._failures)

    @property
    def tidy(self) -> Callable[[], object]:
        """Gives those who keep events time."""
        if len(self._tidying) == 1:
            return self._tidying[0]

        def tidy_all() -> None:
            for tidy in self._tidying:
                tidy()

        return tidy_all

    def begin(self, read: Callable[[], Reading]) -> None:
        """Tell that everything is there."""
        for hear in self._begin:
            hear(read)

    def reached(self, t_ms: int) -> None:
        """Tell that the run has gone on to a moment, ms since it began."""
        for hear in self._moments:
            hear(t_ms)

    def finish(self) -> None:
        """Tell that nothing more will happen."""
        for hear in self._finish:
            hear()


class Instrument(Protocol):
    """Observes a run, as an instrument of trio's observes its scheduler."""

    def subscribe(self, run: Subscriptions) -> None:
        """Subscribe to the events that it needs; called once, before any part of the run exists."""


class TraceKeeper:
    """Keeps every event in a trace, if that is to keep any."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace

    def subscribe(self, run: Subscriptions) -> None:
        """Hear of every event."""
        if self._trace.kept:
            run.on_event(self._trace.records.append, tidy=self._trace.put_aside)


def _together(hearers: Sequence[Hear[T]]) -> Hear[T] | None:
    if len(hearers) < 2:
        return hearers[0] if hearers else None

    def tell_all(what: T) -> None:
        for hear in hearers:
            hear(what)

    return tell_all
