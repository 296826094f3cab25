"""The lines of one run's error log."""

import json
from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple

from sim.core.errors import SimError
from sim.results.trace_file import TraceDiskFull, TraceFile

MAX_IN_MEMORY = 5_000
"""Lines that a run holds in memory, about 1.5 kB each."""


class ErrorsNotKept(SimError):
    """Somebody asks for the errors of a run that kept none."""

    def __str__(self) -> str:
        return "this run kept no error log; run it with error_log=True, or with --error-log FILE"


class ErrorLogDiskFull(SimError):
    """The temporary file of a long error log cannot be written.

    Args:
        why: What the operating system said.
    """

    def __str__(self) -> str:
        return (
            f"the error log of this run is long and its temporary file cannot be written ({self.args[0]}); "
            "free disk space, set TMPDIR to a folder with space, or run without the error log"
        )


class _ErrorLine(NamedTuple):
    text: str


class ErrorLines:
    """An append-only list of lines, each a JSON object; older ones are in a temporary file.

    Nothing may be added while somebody goes through them.
    """

    def __init__(self, *, max_in_memory: int = MAX_IN_MEMORY) -> None:
        self._max_in_memory = max_in_memory
        self._older: TraceFile[_ErrorLine] = TraceFile(_ErrorLine)
        self._newest: list[_ErrorLine] = []

    def __len__(self) -> int:
        return len(self._older) + len(self._newest)

    def __iter__(self) -> Iterator[str]:
        return (line.text for line in chain(self._older, self._newest))

    def add(self, text: str) -> None:
        """Add a line (without the newline at its end).

        Raises:
            ErrorLogDiskFull: The temporary file cannot be written.
        """
        self._newest.append(_ErrorLine(text))
        if len(self._newest) > self._max_in_memory:
            try:
                self._older.add(self._newest)
            except TraceDiskFull as error:
                raise ErrorLogDiskFull(*error.args) from None
            self._newest = []

    def read(self) -> Iterator[dict[str, Any]]:
        """Read every line."""
        return map(json.loads, self)
