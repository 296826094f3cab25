"""An exception's stack as it may stand in a result: the same on every machine."""

from functools import lru_cache
from pathlib import Path, PurePath
from traceback import walk_tb
from typing import NamedTuple

PACKAGE = Path(__file__).parents[1]
_NATIVE = "sim/stores/memory/operations.py"
"""Where the store in memory hands an operation back to the queue, which no other store does."""


class Call(NamedTuple):
    """One call of a stack.

    Attributes:
        function: The function that was called.
        file: Its file: from ``sim`` on for this package, the bare name for any other.
        line: Where it was.
    """

    function: str
    file: str
    line: int


def calls_of(error: BaseException) -> list[Call]:
    """List the calls that an exception came through, innermost first, the same ones on every store."""
    calls = [
        Call(frame.f_code.co_name, short_path(frame.f_code.co_filename), line)
        for frame, line in walk_tb(error.__traceback__)
    ]
    return [call for call in reversed(calls) if call.file != _NATIVE]


def short_stack(error: BaseException) -> str:
    """Write an exception's stack without this machine's folders, innermost call first."""
    return stack_text(f"{type(error).__name__}: {error}", calls_of(error))


def stack_text(headline: str, calls: list[Call]) -> str:
    """Write a stack as Node does: a headline, then one line a call."""
    return "\n".join([headline, *(f"    at {function} ({file}:{line})" for function, file, line in calls)])


@lru_cache(maxsize=1_000)
def short_path(file: str) -> str:
    """Leave a machine's folders out of a path."""
    path = PurePath(file)
    return path.relative_to(PACKAGE.parent).as_posix() if path.is_relative_to(PACKAGE) else path.name
