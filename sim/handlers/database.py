"""The application's database, and beside it what outside systems, such as the mail server, have on record.

Connections to these databases; one in memory can be emptied and used again for the next run.

To open databases in memory and create their tables takes as long as a dozen jobs do. A connection that comes back saves
that, and it has the handlers' statements parsed already.
"""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NoReturn, TypeVar

from sim.handlers.errors import DatabaseUnavailable, ReplyLost, TransactionAborted
from sim.handlers.registry import HANDLERS

SCHEMAS = ("main", *dict.fromkeys(own.effects.split(".")[0] for own in HANDLERS.values() if "." in own.effects))
"""The application's own database, and the records of each outside system that a handler has; SQLite takes ten."""
PAGE_BYTES = 1024
"""Small pages, because every transaction copies the pages it changes, to be able to undo them."""
MAX_CHANGES = 10_000
"""A database in which more rows were written than this is closed when it comes back, and its memory is free again."""
MAX_SPARE = 2
"""So many connections wait for the next run, for each set of tables and each thread."""

_WRITES = {sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE}
_READS = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
    sqlite3.SQLITE_TRANSACTION,
    sqlite3.SQLITE_SAVEPOINT,
}


class Connection:
    """A connection to these databases, with tables and no rows.

    Attributes:
        connection: Every statement on it is a transaction by itself, unless one is begun.
    """

    def __init__(self, tables: tuple[str, ...], folder: Path | None = None) -> None:
        self.tables = tables
        self.connection = _connect(folder)
        execute = self.connection.execute
        for schema in SCHEMAS:
            execute(f"PRAGMA {schema}.page_size = {PAGE_BYTES}")
        for script in tables:
            self.connection.executescript(script)
        for schema in SCHEMAS:
            execute(f"PRAGMA {schema}.synchronous = OFF")
        self._changes = self.connection.total_changes
        kinds = {kind for schema in SCHEMAS for (kind,) in execute(f"SELECT DISTINCT type FROM {schema}.sqlite_master")}
        self._can_be_emptied = not self._changes and kinds <= {"table", "index"}
        self._written: dict[str, None] = {}
        self.connection.set_authorizer(self._note)

    def empty(self) -> bool:
        """Delete every row, and tell whether it is now as if it had just been opened.

        It is not when anything but rows was changed, when its tables have triggers or had rows from the beginning,
        when a transaction is open, or when it has grown large.
        """
        connection = self.connection
        grown = connection.total_changes - self._changes
        if not self._can_be_emptied or connection.in_transaction or grown > MAX_CHANGES:
            return False
        for table in self._written:
            connection.execute(f"DELETE FROM {table}")
        self._changes = connection.total_changes
        return True

    def _note(self, action: int, name: str | None, _more: str | None, schema: str | None, _by: str | None) -> int:
        """Take note of what a statement will do; SQLite asks once, when it parses it."""
        if action in _WRITES:
            self._written[f'{schema}."{name}"'] = None
        elif action not in _READS:
            self._can_be_emptied = False
        return sqlite3.SQLITE_OK


class Spares(threading.local):
    """The connections that wait for the next run; each thread has its own, as SQLite wants it."""

    def __init__(self) -> None:
        self._by_tables: dict[tuple[str, ...], list[Connection]] = {}

    def of(self, tables: tuple[str, ...]) -> list[Connection]:
        """Return those with the tables that the SQL scripts create."""
        return self._by_tables.setdefault(tables, [])


_spares = Spares()


def open_in_memory(tables: tuple[str, ...]) -> Connection:
    """Return a spare or a new connection to empty tables in memory, created by the SQL scripts ``tables``."""
    spare = _spares.of(tables)
    return spare.pop() if spare else Connection(tables)


def hand_back(connection: Connection) -> None:
    """Keep a connection for the next ``open_in_memory`` of this thread, emptied, or close it."""
    spare = _spares.of(connection.tables)
    if len(spare) < MAX_SPARE and connection.empty():
        spare.append(connection)
    else:
        connection.connection.close()


def _connect(folder: Path | None) -> sqlite3.Connection:
    """Open the databases, without tables."""
    files = {name: ":memory:" if folder is None else str(folder / f"{name}.sqlite") for name in SCHEMAS}
    # A served world goes from thread to thread, one at a time (``sim.serve.world_lock``).
    connection = sqlite3.connect(files["main"], isolation_level=None, check_same_thread=False)
    for schema in SCHEMAS[1:]:
        connection.execute(f"ATTACH ? AS {schema}", (files[schema],))
    return connection


T = TypeVar("T")
Failure = Literal["refuse", "abort", "lost-reply"]


IN_FILES: tuple[str, str, tuple[str, ...]] = "BEGIN", "COMMIT", ("ROLLBACK",)
IN_MEMORY: tuple[str, str, tuple[str, ...]] = "SAVEPOINT one", "RELEASE one", ("ROLLBACK TO one", "RELEASE one")
"""How a transaction begins, stands and is undone.

In memory nobody else could see a commit. There all of them are parts of one SQLite transaction that stays open: each is
still done as a whole or not at all, in two thirds of the time.
"""


class ApplicationDatabase:
    """A real database, in memory or in files, in which every transaction really stands or is really undone.

    The outside systems' records are attached databases, such as ``mail``. They are written outside its transactions, so
    no fault or rollback of the application's database reaches them.

    Args:
        stock: Items on hand when it opens, 0 or more.
        folder: Where its files lie; left out, it is in memory.

    Attributes:
        connection: For whoever wants to look at the tables, between two transactions.
    """

    def __init__(self, stock: int, folder: Path | None = None) -> None:
        self._opened = open_in_memory(_tables()) if folder is None else Connection(_tables(), folder)
        self.connection = self._opened.connection
        self._in_memory = folder is None
        self._cursor = self.connection.cursor()
        self._execute = self._cursor.execute
        self._execute("INSERT INTO stock VALUES (?)", (stock,))
        self._begin, self._commit, self._undo = IN_MEMORY if self._in_memory else IN_FILES
        if self._in_memory:
            self._execute("BEGIN")
        tables = dict.fromkeys(handler.effects for handler in HANDLERS.values())
        self._effects = " UNION ALL ".join(f"SELECT job FROM {table}" for table in tables)

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
        execute = self._execute
        execute(self._begin)
        try:
            result = body(self._cursor)
            execute(self._commit)
        except BaseException:
            if self.connection.in_transaction:
                for statement in self._undo:
                    execute(statement)
            raise
        return result

    def run_single(self, body: Callable[[sqlite3.Cursor], T]) -> T:
        """Run a body that is one statement, which is a transaction by itself; half the time of ``run``."""
        return body(self._cursor)

    def run_outside(self, body: Callable[[sqlite3.Cursor], T]) -> T:
        """Let an outside system carry out one request, which no fault of the application's database touches.

        Args:
            body: Gets a cursor outside any transaction: each statement stands as soon as it is done, and nothing that
                happens afterwards takes it back.
        """
        return body(self._cursor)

    def effects_by_job(self) -> dict[str, int]:
        """Count the effects that stand in the tables for every job that has any, sorted by name."""
        return dict(self.connection.execute(f"SELECT job, count(*) FROM ({self._effects}) GROUP BY job"))

    def close(self) -> None:
        """Close the database; all that stood in it is gone."""
        self.connection.close()

    def hand_back(self) -> None:
        """Delete all that stands in a database in memory and leave its connection to the next one; files are closed.

        Nothing can be asked of it afterwards. Only for who has shown its connection to nobody, because settings of the
        connection itself would stay.
        """
        if self._in_memory and self.connection.in_transaction:
            self._execute("COMMIT")
        self._cursor.close()
        if self._in_memory:
            hand_back(self._opened)
        else:
            self.connection.close()
        del self.connection

    def _run_failing(self, body: Callable[[sqlite3.Cursor], T], failure: Failure) -> NoReturn:
        if failure == "refuse":
            raise DatabaseUnavailable

        def fail_before_commit(cursor: sqlite3.Cursor) -> NoReturn:
            body(cursor)
            raise TransactionAborted

        self.run(fail_before_commit if failure == "abort" else body)
        raise ReplyLost


def _tables() -> tuple[str, ...]:
    return tuple(handler.tables for handler in HANDLERS.values() if handler.tables)
