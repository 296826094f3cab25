"""The lines of one run's error log."""

import json
from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple

from sim.core.errors import SimError
from sim.ledger.record_file import NoRoomForTheTrace, RecordFile

MOST_IN_MEMORY = 5_000
"""Lines that a run holds in memory, about 1.5 kB each."""


class ErrorsNotKept(SimError):
    """Somebody asks for the errors of a run that kept none."""

    def __str__(self) -> str:
        return "this run kept no error log; run it with error_log=True, or with --error-log FILE"


class NoRoomForTheErrorLog(SimError):
    """The temporary file of a long error log cannot be written.

    Args:
        why: What the operating system said.
    """

    def __str__(self) -> str:
        return (
            f"the error log of this run is long and its temporary file cannot be written ({self.args[0]}); "
            "make room, set TMPDIR to a folder that has some, or run without the error log"
        )


class _Line(NamedTuple):
    text: str


class ErrorLines:
    """An append-only list of lines, each a JSON object; older ones are in a temporary file.

    Nothing may be added while somebody goes through them.
    """

    def __init__(self, *, most_in_memory: int = MOST_IN_MEMORY) -> None:
        self._most_in_memory = most_in_memory
        self._older: RecordFile[_Line] = RecordFile(_Line)
        self._newest: list[_Line] = []

    def __len__(self) -> int:
        return len(self._older) + len(self._newest)

    def __iter__(self) -> Iterator[str]:
        return (line.text for line in chain(self._older, self._newest))

    def add(self, text: str) -> None:
        """Add a line (without the newline at its end).

        Raises:
            NoRoomForTheErrorLog: The temporary file cannot be written.
        """
        self._newest.append(_Line(text))
        if len(self._newest) > self._most_in_memory:
            try:
                self._older.add(self._newest)
            except NoRoomForTheTrace as error:
                raise NoRoomForTheErrorLog(*error.args) from None
            self._newest = []

    def read(self) -> Iterator[dict[str, Any]]:
        """Read every line."""
        return map(json.loads, self)
