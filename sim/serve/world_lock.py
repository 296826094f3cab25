"""Who may touch the world: one at a time, in turn."""

import threading
from collections.abc import Callable
from types import TracebackType


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

    def __enter__(self) -> "WorldLock":
        if not self.is_mine:
            with self._line:
                self._world.acquire()
            self._owner = threading.get_ident()
        self._depth += 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._depth -= 1
        if self._depth:
            return
        self._owner = None
        self._world.release()
        for tell in list(self.on_release):
            tell()
