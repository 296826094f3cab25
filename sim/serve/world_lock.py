"""Who may touch the world: one at a time, in turn."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from sim.core.errors import SimError


class WorldBusy(SimError):
    """Somebody else has held the world for longer than the asker would wait."""

    def __str__(self) -> str:
        return "the world is at work: a long step of the run, or a command or script at the Redis port; ask again"


class WorldLock:
    """Held by whoever steps the simulation or works on its keys, so that nothing comes between.

    A plain lock goes to whoever is quickest, and a loop that steps a simulation always is; this one goes to whoever
    asked first. The thread that holds it may take it again.

    Attributes:
        on_release: Called after the lock was given back, in the thread that had it.
    """

    def __init__(self) -> None:
        self.on_release: list[Callable[[], None]] = []
        self._line = threading.Lock()
        self._world = threading.Lock()
        self._owner: int | None = None
        self._depth = 0

    @property
    def is_mine(self) -> bool:
        """Whether this thread holds the lock."""
        return self._owner == threading.get_ident()

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Hold the lock, if it can be had within so many seconds of real time.

        Raises:
            WorldBusy: It cannot.
        """
        if not self.is_mine:
            self._acquire(seconds)
        self._depth += 1
        try:
            yield
        finally:
            self._give_back()

    def __enter__(self) -> "WorldLock":
        if not self.is_mine:
            self._acquire(None)
        self._depth += 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._give_back()

    def _acquire(self, seconds: float | None) -> None:
        if seconds is None:
            with self._line:
                self._world.acquire()
        else:
            until_s = time.monotonic() + seconds
            if not self._line.acquire(timeout=seconds):
                raise WorldBusy
            try:
                if not self._world.acquire(timeout=max(0, until_s - time.monotonic())):
                    raise WorldBusy
            finally:
                self._line.release()
        self._owner = threading.get_ident()

    def _give_back(self) -> None:
        self._depth -= 1
        if self._depth:
            return
        self._owner = None
        self._world.release()
        for tell in list(self.on_release):
            tell()
