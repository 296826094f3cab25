"""The rows of a sweep as its database holds them: read some at a time, never all at once."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, overload

from sim.results.sweep_rows import COLUMNS, RunRow

_PAGE = 2_000
"""Rows read at a time. Between two pages the file is not held, so that whoever writes need not wait."""
_COLUMNS = ", ".join(COLUMNS)


class Connection(sqlite3.Connection):
    """Is closed when nobody has it any more: the store that opened it, or rows that are read through it."""

    def __del__(self) -> None:
        self.close()


class StoredRows(Sequence[RunRow]):
    """The rows that a database holds now, sorted by point, replication and mode.

    Rows are only ever added to a sweep's file, so what comes later is told by its number: these stay the same rows.

    Args:
        naming_errors: Turns SQLite's errors into those that name the file.
        through: Leave out runs with a higher number.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        naming_errors: Callable[[], AbstractContextManager[Any]],
        through: int,
    ) -> None:
        self._connection = connection
        self._naming_errors = naming_errors
        with naming_errors():
            counted = connection.execute(
                "SELECT point, count(*), max(replication) FROM run WHERE replication <= ? GROUP BY point "
                "ORDER BY point",
                [through],
            ).fetchall()
            failed = connection.execute("SELECT point, replication FROM failed_run").fetchall()
        self._last = {point: last for point, _count, last in counted}
        self._failed: frozenset[tuple[int, int]] = frozenset(failed)
        self._count: int = sum(count for _point, count, _last in counted)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[RunRow]:
        for point, last in self._last.items():
            yield from self._of_point(point, last)

    @overload
    def __getitem__(self, place: int) -> RunRow: ...
    @overload
    def __getitem__(self, place: slice) -> list[RunRow]: ...
    def __getitem__(self, place: int | slice) -> RunRow | list[RunRow]:
        if isinstance(place, slice):
            return list(self)[place]
        wanted = place + self._count if place < 0 else place
        if 0 <= wanted < self._count:
            for number, row in enumerate(self):
                if number == wanted:
                    return row
        raise IndexError(f"there are {self._count:,} rows, and none at {place:,}")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(one == two for one, two in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # equal to any sequence of the same rows, so without a hash

    def __repr__(self) -> str:
        return f"<{self._count:,} rows>"

    def __reduce__(self) -> tuple[type[list[RunRow]], tuple[list[RunRow]]]:
        return list, (list(self),)

    def _of_point(self, point: int, last: int) -> Iterator[RunRow]:
        after: tuple[int, str] = (0, "")
        while True:
            with self._naming_errors():
                page = self._connection.execute(
                    f"SELECT {_COLUMNS} FROM run WHERE point = ? AND (replication, mode) > (?, ?) AND replication <= ? "
                    "ORDER BY replication, mode LIMIT ?",
                    [point, *after, last, _PAGE],
                ).fetchall()
            for row in page:
                if (point, row[1]) not in self._failed:
                    yield RunRow(row[0], row[1], row[2], row[3], row[4], tuple(row[5:-1]), row[-1])
            if len(page) < _PAGE:
                return
            after = page[-1][1], page[-1][2]
