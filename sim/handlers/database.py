"""The application's database, and beside it what outside systems, such as the mail server, have on record.

A run has it as rows in plain Python until somebody looks; then the rows move into SQLite, and it goes on there.
"""

import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal, NoReturn, TypeVar, cast

from sim.handlers.connections import Connection, hand_back, open_in_memory
from sim.handlers.errors import DatabaseUnavailable, ReplyLost, TransactionAborted
from sim.handlers.own_effects import SCRIPT, TABLES
from sim.handlers.registry import HANDLERS
from sim.handlers.rows import Row, Rows, RowsCursor, Statement

T = TypeVar("T")
Failure = Literal["refuse", "abort", "lost-reply"]


IN_FILES: tuple[str, str, tuple[str, ...]] = "BEGIN", "COMMIT", ("ROLLBACK",)
IN_MEMORY: tuple[str, str, tuple[str, ...]] = "SAVEPOINT one", "RELEASE one", ("ROLLBACK TO one", "RELEASE one")
"""How a transaction begins, stands and is undone.

In memory nobody else could see a commit. There all of them are parts of one SQLite transaction that stays open: each is
still done as a whole or not at all, in two thirds of the time.
"""

_FILL_STOCK = Statement(
    "INSERT INTO stock VALUES (?)",
    lambda rows, values: rows.insert("stock", 1, values) if values[0] >= 0 else NotImplemented,
)


_EFFECTS = (*dict.fromkeys(handler.effects for handler in HANDLERS.values()), *TABLES)
"""The tables in which a row is an effect."""


class ApplicationDatabase:
    """A database in which every transaction really stands or is really undone.

    The outside systems' records are attached databases, such as ``mail``. They are written outside its transactions, so
    no fault or rollback of the application's database reaches them.

    Args:
        stock: Items on hand when it opens, 0 or more.
        folder: Where its files lie; it is in SQLite from the beginning. Left out, it is in memory: as rows, until a
            statement without an in-memory form comes or somebody asks for its connection.
    """

    def __init__(self, stock: int, folder: Path | None = None) -> None:
        self._tables: Rows | InSqlite
        self._cursor: sqlite3.Cursor
        if folder is None:
            rows = Rows()
            self._tables, self._cursor = rows, cast(sqlite3.Cursor, RowsCursor(rows, self._move))
        else:
            opened = InSqlite(folder)
            self._tables, self._cursor = opened, opened.cursor
        self._cursor.execute(_FILL_STOCK, (stock,))

    @property
    def connection(self) -> sqlite3.Connection:
        """For whoever wants to look at the tables, or write into them, between two transactions."""
        return self._move().connection

    def run(self, body: Callable[[sqlite3.Cursor], T], failure: Failure | None = None) -> T:
        """Run one transaction on the application's database and return what its body returns.

        Args:
            body: Gets a cursor inside the transaction; returns values, never the cursor. What it raises undoes the
                transaction and goes to the caller.
            failure: How the database fails this time; None when it does not.

        Raises:
            DatabaseUnavailable: Definite (``refuse``): the body did not run.
            TransactionAborted: Definite (``abort``): the body ran, and all it did was undone.
            ReplyLost: Indefinite (``lost-reply``): all of it stands, and the caller cannot know.
        """
        if failure is not None:
            return self._run_failing(body, failure)
        self._tables.begin()
        try:
            result = body(self._cursor)
            self._tables.commit()
        except BaseException:
            self._tables.roll_back()
            raise
        return result

    @property
    def cursor(self) -> sqlite3.Cursor:
        """For a single statement, which is a transaction by itself, and for what happens in outside systems.

        It is the same one for as long as the database is open. Each statement outside of ``run`` stands as soon as it
        is done, and nothing that happens afterwards takes it back.
        """
        return self._cursor

    def run_outside(self, body: Callable[[sqlite3.Cursor], T]) -> T:
        """Let an outside system carry out one request, which no fault of the application's database touches.

        Args:
            body: Gets a cursor outside any transaction: each statement stands as soon as it is done, and nothing that
                happens afterwards takes it back.
        """
        return body(self._cursor)

    def effects_by_job(self) -> dict[str, int]:
        """Count the effects that stand in the tables for every job that has any."""
        return self._tables.effects_by_job(_EFFECTS)

    def done_by_job(self) -> dict[str, int]:
        """Count the different effects that stand, for every job of a handler with listed effects that has any."""
        return self._tables.different_effects_by_job(TABLES)

    def close(self) -> None:
        """Close the database; all that stood in it is gone, and nothing can be asked of it afterwards."""
        if isinstance(self._tables, InSqlite):
            self._tables.close()
        self._tables = self._cursor = cast(Any, _Closed())

    def hand_back(self) -> None:
        """Close it, and leave a connection to memory, emptied, to the next one.

        Only for who has shown its connection to nobody, because settings of the connection itself would stay.
        """
        if isinstance(self._tables, InSqlite):
            self._tables.hand_back()
        self._tables = self._cursor = cast(Any, _Closed())

    def _move(self) -> "InSqlite":
        """Move rows into SQLite, with the transaction that is under way, and let the cursor go on there."""
        tables = self._tables
        if not isinstance(tables, Rows):
            return tables
        under_way = tables.statements
        if under_way is not None:
            tables.roll_back()
        opened = InSqlite()
        opened.load(tables.tables())
        if under_way is not None:
            opened.begin()
            for statement, values in under_way:
                opened.cursor.execute(statement, values)
        cast(RowsCursor, self._cursor).follow(opened.cursor)
        self._tables, self._cursor = opened, opened.cursor
        return opened

    def _run_failing(self, body: Callable[[sqlite3.Cursor], T], failure: Failure) -> NoReturn:
        if failure == "refuse":
            raise DatabaseUnavailable

        def fail_before_commit(cursor: sqlite3.Cursor) -> NoReturn:
            body(cursor)
            raise TransactionAborted

        self.run(fail_before_commit if failure == "abort" else body)
        raise ReplyLost


class InSqlite:
    """All tables in SQLite, in memory or in files.

    Attributes:
        connection: Every statement on it is a transaction by itself, unless one is begun.
        cursor: For the statements of the handlers.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._opened = open_in_memory(_scripts()) if folder is None else Connection(_scripts(), folder)
        self._in_memory = folder is None
        self.connection = self._opened.connection
        self.cursor = self.connection.cursor()
        self._execute = self.cursor.execute
        self._begin, self._commit, self._undo = IN_MEMORY if self._in_memory else IN_FILES
        if self._in_memory:
            self._execute("BEGIN")

    def load(self, tables: Iterable[tuple[str, list[Row]]]) -> None:
        """Write the rows of each table, which is empty; they stand whatever is undone afterwards."""
        for table, rows in tables:
            places = ", ".join("?" * len(rows[0]))
            self.cursor.executemany(f"INSERT INTO {table} VALUES ({places})", rows)

    def begin(self) -> None:
        """Begin a transaction."""
        self._execute(self._begin)

    def commit(self) -> None:
        """Let the transaction stand."""
        self._execute(self._commit)

    def roll_back(self) -> None:
        """Take back all that the transaction has written, if it has not ended by itself."""
        if self.connection.in_transaction:
            for statement in self._undo:
                self._execute(statement)

    def effects_by_job(self, tables: Iterable[str]) -> dict[str, int]:
        """Count the rows of these tables for each job, their column ``job``."""
        effects = " UNION ALL ".join(f"SELECT job FROM {table}" for table in tables)
        return dict(self.connection.execute(f"SELECT job, count(*) FROM ({effects}) GROUP BY job"))

    def different_effects_by_job(self, tables: Iterable[str]) -> dict[str, int]:
        """Count the different values of the column ``effect`` in these tables for each job."""
        effects = " UNION ALL ".join(f"SELECT job, effect FROM {table}" for table in tables)
        return dict(self.connection.execute(f"SELECT job, count(DISTINCT effect) FROM ({effects}) GROUP BY job"))

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def hand_back(self) -> None:
        """Empty a connection to memory and leave it to the next one; close one to files."""
        if not self._in_memory:
            self.close()
            return
        if self.connection.in_transaction:
            self._execute("COMMIT")
        self.cursor.close()
        hand_back(self._opened)


class _Closed:
    """What a database is once it is closed."""

    def __getattr__(self, name: str) -> NoReturn:
        raise sqlite3.ProgrammingError("Cannot operate on a closed database.")


def _scripts() -> tuple[str, ...]:
    return (*(handler.tables for handler in HANDLERS.values() if handler.tables), SCRIPT)
