"""The application's database, and beside it what outside systems, such as the mail server, have on record."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NoReturn, TypeVar

from sim.handlers.connections import Connection, hand_back, open_in_memory
from sim.handlers.errors import DatabaseUnavailable, ReplyLost, TransactionAborted
from sim.handlers.registry import HANDLERS

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
