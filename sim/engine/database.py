"""The application's database as the handlers meet it: real, but slow or failing when a fault says so."""

import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from sim.engine.random_streams import Streams
from sim.faults.injector import Failure
from sim.handlers.database import ApplicationDatabase
from sim.handlers.errors import RowMissing


class FailureWindow(NamedTuple):
    """A fault that is going on: which calls fail, and how.

    Attributes:
        rate: Chance that one call fails, 0 to 1.
        effect: Only calls for the effect of this name fail; None for all calls.
    """

    name: str
    failure: Failure
    rate: float
    effect: str | None = None

    @property
    def is_total(self) -> bool:
        """Whether nobody can connect."""
        return self.failure == "refuse" and self.rate >= 1 and self.effect is None


class DatabaseAccess:
    """The way to the database, with what is wrong with it at the moment.

    Attributes:
        cursor: For a single statement while nothing is wrong with the database; None while calls may fail, or rows
            that jobs are about are not committed.
        outside: For what happens in outside systems, which are never troubled.
    """

    def __init__(self, database: ApplicationDatabase, latency_ms: int, streams: Streams) -> None:
        self.database = database
        self.cursor: sqlite3.Cursor | None = database.cursor
        self.outside = database.cursor
        self._base_latency_ms = latency_ms
        self._streams = streams
        self._failing: list[FailureWindow] = []
        self._slowing: list[tuple[str, int]] = []
        self._calls: dict[str, int] = {}
        self._uncommitted: dict[str, None] = {}
        self.latency_ms = latency_ms

    def hand_back(self) -> None:
        """Give up the database; see ``ApplicationDatabase.hand_back``."""
        self.database.hand_back()
        self.cursor = self.outside = self.database.cursor

    def begin_failing(self, window: FailureWindow) -> None:
        """Let calls fail from now on."""
        self._failing.append(window)
        self.cursor = None

    def end_failing(self, name: str) -> None:
        """End a failure window."""
        self._failing = [window for window in self._failing if window.name != name]
        self._open()

    def await_commit(self, job: str) -> None:
        """Let the row that a job is about not be there until ``commit``: the transaction that makes it is open."""
        self._uncommitted[job] = None
        self.cursor = None

    def commit(self, job: str) -> None:
        """Let the row be there."""
        self._uncommitted.pop(job, None)
        self._open()

    def _open(self) -> None:
        if not self._failing and not self._uncommitted:
            self.cursor = self.outside

    def begin_slowing(self, name: str, latency_ms: int) -> None:
        """Make every call take longer from now on."""
        self._slowing.append((name, latency_ms))
        self.latency_ms = self._base_latency_ms + sum(extra for _name, extra in self._slowing)

    def end_slowing(self, name: str) -> None:
        """End a slow window."""
        self._slowing = [slow for slow in self._slowing if slow[0] != name]
        self.latency_ms = self._base_latency_ms + sum(extra for _name, extra in self._slowing)

    @property
    def added_ms(self) -> int:
        """By how much faults lengthen every call at the moment, ms."""
        return self.latency_ms - self._base_latency_ms

    @property
    def is_away(self) -> bool:
        """Whether nobody can connect at the moment: a fault has every call refused."""
        return any(window.is_total for window in self._failing)

    @property
    def is_troubled(self) -> bool:
        """Whether calls may fail at the moment."""
        return bool(self._failing)

    def is_failing(self, name: str) -> bool:
        """Whether the failure window of this name is open."""
        return any(window.name == name for window in self._failing)

    def is_slowed(self, name: str) -> bool:
        """Whether the slow window of this name is open."""
        return any(slow == name for slow, _extra in self._slowing)

    def call(self, job: str, body: Callable[[sqlite3.Cursor], Any], effect: str = "") -> Any:
        """Run one transaction for a job.

        Args:
            effect: The name of the effect that it is; empty where it has none.

        Raises:
            TransientError: As the fault says; see ``ApplicationDatabase.run``.
            RowMissing: The row that the job is about is not committed.
        """
        if job in self._uncommitted:
            body = partial(_find_no_row, job)
        return self.database.run(body, self._failure(job, effect) if self._failing else None)

    def _failure(self, job: str, effect: str) -> Failure | None:
        number = self._calls.get(job, 0) + 1
        self._calls[job] = number
        for window in self._failing:
            if window.effect is not None and window.effect != effect:
                continue
            if window.rate >= 1 or self._streams.unit(window.name, job, number) < window.rate:
                return window.failure
        return None


def _find_no_row(job: str, _cursor: sqlite3.Cursor) -> None:
    raise RowMissing(job)
