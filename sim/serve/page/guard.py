"""Keeps the page up when the program itself fails in a live run, and says what went wrong."""

import logging
from collections.abc import Callable
from typing import TypeVar

from sim.core.errors import SimError

LOGGER = logging.getLogger("sim.serve")

T = TypeVar("T")


class RunBroken(SimError):
    """An error in the run that nobody foresaw.

    Args:
        error: What was raised.
    """

    def __str__(self) -> str:
        error = self.args[0]
        return (
            f"the run cannot go on: {type(error).__name__}: {error}. This is a bug in the program; please report it "
            "with the traceback in the terminal and the log of what was done by hand (/log.yaml); --replay repeats it"
        )


def guarded(act: Callable[[], T]) -> T:
    """Do something with the run.

    Raises:
        RunBroken: An error that nobody foresaw; the terminal has it in full.
        SimError: What the run itself refuses.
    """
    try:
        return act()
    except SimError:
        raise
    except Exception as error:
        LOGGER.exception("the run cannot go on")
        raise RunBroken(error) from error
