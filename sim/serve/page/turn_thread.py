"""A thread that takes turn after turn, and sleeps while nobody wants anything."""

import logging
import threading
from collections.abc import Callable

LOGGER = logging.getLogger("sim.serve")


class TurnThread:
    """Calls a turn again and again; whatever goes wrong in one, the thread stays.

    Args:
        turn: Returns how long to rest until the next, real seconds; None until somebody wakes the thread.
        broke: Is called with an error that nobody foresaw.
    """

    def __init__(self, turn: Callable[[], float | None], broke: Callable[[Exception], None]) -> None:
        self._turn = turn
        self._broke = broke
        self._wake = threading.Event()
        self._is_closed = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to take turns."""
        self._thread = threading.Thread(target=self._take_turns, name="driver", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Take the next turn at once."""
        self._wake.set()

    def stop(self, patience_s: float | None = None) -> bool:
        """Take no more turns, and tell whether the last one has ended.

        Args:
            patience_s: How long to wait for that, real seconds; default: for as long as it takes.
        """
        self._is_closed = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(patience_s)
            if self._thread.is_alive():
                return False
            self._thread = None
        return True

    def _take_turns(self) -> None:
        while not self._is_closed:
            self._wake.clear()
            try:
                rest_s = self._turn()
            except Exception as error:  # whatever it is, the page must stay and say so
                LOGGER.exception("the run cannot go on")
                self._broke(error)
                continue
            if rest_s is None:
                self._wake.wait()
            elif rest_s:
                self._wake.wait(rest_s)
