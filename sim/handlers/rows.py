"""The handlers' tables as rows in plain Python, on which a run works until somebody looks at its database.

A statement with an in-memory form is carried out here, in a fraction of the time that SQLite takes. Whatever else is
asked moves all rows into SQLite, where the run goes on (``ApplicationDatabase``).
"""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any, TypeAlias, cast

Row: TypeAlias = tuple[Any, ...]
"""The values of all columns of a table, in the order in which the table has them."""


class Statement(str):
    """A statement in SQL, and beside it what the same statement does to rows in memory.

    Attributes:
        in_memory: Gets the ``Rows`` and the statement's values. Returns how many rows an INSERT or an UPDATE wrote, or
            the list of rows that a SELECT finds. Where only SQLite knows the answer, such as an error, it writes
            nothing and returns ``NotImplemented``.
    """

    in_memory: "InMemory"

    def __new__(cls, sql: str, in_memory: "InMemory") -> "Statement":
        """Put the two together; who executes it on SQLite executes the SQL."""
        statement = super().__new__(cls, sql)
        statement.in_memory = in_memory
        return statement


class Rows:
    """All tables, each with its rows by a key, and the transaction that is under way.

    The key is what may stand in the table once: the primary key, or the idempotency key. Tables are called as SQL calls
    them, ``orders`` or ``mail.outbox``, and come to be with their first row.

    Attributes:
        statements: What the transaction that is under way has written so far; None where there is none.
    """

    __slots__ = ("_before", "_tables", "statements")

    def __init__(self) -> None:
        self._tables: defaultdict[str, dict[Hashable, Row]] = defaultdict(dict)
        self._before: list[tuple[str, Hashable, Row | None]] = []
        self.statements: list[tuple[str, Row]] | None = None

    def get(self, table: str, key: Hashable) -> Row | None:
        """Return the row with this key."""
        return self._tables[table].get(key)

    def all(self, table: str) -> list[Row]:
        """Return every row of a table."""
        return list(self._tables[table].values())

    def insert(self, table: str, key: Hashable, row: Row) -> int:
        """Write a row unless there is one with this key; return how many were written (``ON CONFLICT DO NOTHING``).

        Args:
            key: None for a row of which any number may stand, such as an effect without an idempotency key.
        """
        rows = self._tables[table]
        if key is None:
            key = len(rows)
        elif key in rows:
            return 0
        if self.statements is not None:
            self._before.append((table, key, None))
        rows[key] = row
        return 1

    def upsert(self, table: str, key: Hashable, row: Row) -> int:
        """Write a row in the place of the one with this key, or a new one; return 1 (``ON CONFLICT DO UPDATE``)."""
        rows = self._tables[table]
        if self.statements is not None:
            self._before.append((table, key, rows.get(key)))
        rows[key] = row
        return 1

    def begin(self) -> None:
        """Begin a transaction."""
        self._before = []
        self.statements = []

    def commit(self) -> None:
        """Let the transaction stand."""
        self.statements = None

    def roll_back(self) -> None:
        """Take back all that the transaction has written."""
        self.statements = None
        for table, key, row in reversed(self._before):
            if row is None:
                del self._tables[table][key]
            else:
                self._tables[table][key] = row

    def tables(self) -> Iterable[tuple[str, list[Row]]]:
        """Yield each table that has rows, and the rows in the order in which they came."""
        return ((table, list(rows.values())) for table, rows in self._tables.items() if rows)

    def effects_by_job(self, tables: Iterable[str]) -> dict[str, int]:
        """Count the rows of these tables for each job, their first column."""
        counts: dict[str, int] = {}
        for table in tables:
            for row in self._tables[table].values():
                job = row[0]
                counts[job] = counts.get(job, 0) + 1
        return counts

    def different_effects_by_job(self, tables: Iterable[str]) -> dict[str, int]:
        """Count the different values of the second column in these tables for each job, their first."""
        found: dict[str, set[str]] = {}
        for table in tables:
            for row in self._tables[table].values():
                found.setdefault(row[0], set()).add(row[1])
        return {job: len(effects) for job, effects in found.items()}


InMemory: TypeAlias = Callable[[Rows, Any], int | list[Row]]
_NOTHING: Iterator[Row] = iter(())


class RowsCursor:
    """Stands in for a ``sqlite3.Cursor``: statements with an in-memory form are carried out on rows, others on SQLite.

    Args:
        move: Moves all rows into SQLite and lets this cursor follow there.

    Attributes:
        rowcount: How many rows the last statement wrote; -1 after a SELECT.
    """

    __slots__ = ("_found", "_move", "_rows", "_sqlite", "rowcount")

    def __init__(self, rows: Rows, move: Callable[[], object]) -> None:
        self._rows = rows
        self._move = move
        self._sqlite: sqlite3.Cursor | None = None
        self._found = _NOTHING
        self.rowcount = -1

    def execute(self, sql: str, values: Any = ()) -> "RowsCursor":
        """Carry a statement out."""
        if type(sql) is Statement and self._sqlite is None:
            rows = self._rows
            answer: Any = sql.in_memory(rows, values)
            if type(answer) is int:
                if rows.statements is not None:
                    rows.statements.append((sql, values))
                self.rowcount = answer
                self._found = _NOTHING
                return self
            if answer is not NotImplemented:
                self.rowcount = -1
                self._found = iter(answer) if answer else _NOTHING
                return self
        cursor = self._real()
        cursor.execute(sql, values)
        if self._found is not cursor:
            self._found = cursor
            del self.rowcount
        return self

    def fetchone(self) -> Any:
        """Return the next row that the last statement found, or None."""
        return next(self._found, None)

    def fetchall(self) -> list[Any]:
        """Return all rows that the last statement found and that are not fetched yet."""
        return list(self._found)

    def __iter__(self) -> Iterator[Any]:
        """Go through the rows that are not fetched yet."""
        return self

    def __next__(self) -> Any:
        """Return the next row, or end."""
        return next(self._found)

    def follow(self, cursor: sqlite3.Cursor) -> None:
        """From the next statement on, be another name for a cursor in SQLite."""
        self._sqlite = cursor

    def __getattr__(self, name: str) -> Any:
        """Return what else the cursor in SQLite has, such as ``executemany``, or its ``rowcount`` once it is asked.

        Raises:
            AttributeError: It would be about a statement that was carried out on rows.
        """
        if name in ("description", "fetchmany", "lastrowid") and self._found is not self._sqlite:
            raise AttributeError(f"{name}: a statement with an in-memory form has none")
        return getattr(self._real(), name)

    def _real(self) -> sqlite3.Cursor:
        if self._sqlite is None:
            self._move()
        return cast(sqlite3.Cursor, self._sqlite)
