"""How a command ends on a signal: SIGTERM and SIGHUP do what Ctrl-C does."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = ("SIGTERM", "SIGHUP")


class Stopped(KeyboardInterrupt):
    """The process was asked to end by a signal other than Ctrl-C; what is under way is ended in the same way.

    Args:
        number: The signal's.
    """

    @property
    def exit_code(self) -> int:
        """What a shell reports of a process that the signal ended: 143 for SIGTERM, 129 for SIGHUP."""
        return 128 + int(self.args[0])


@contextmanager
def stopping_on_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end what is under way as Ctrl-C does; a second one ends the process at once.

    A signal that is ignored (as by ``nohup``) stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    mine = [number for number in numbers if before[number] is signal.SIG_DFL]

    def stop(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        raise Stopped(number)

    for number in mine:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in mine:
            signal.signal(number, before[number])


def stopped_by(error: BaseException | None) -> Stopped | None:
    """Find the signal that an error came of; click puts an error of its own in the place of an interruption."""
    while error is not None:
        if isinstance(error, Stopped):
            return error
        error = error.__cause__ or error.__context__
    return None
