"""Connections to the application's databases; one in memory can be emptied and used again for the next run.

To open databases in memory and create their tables takes as long as a dozen jobs do. A connection that comes back saves
that, and it has the handlers' statements parsed already.
"""

import sqlite3
import threading
from pathlib import Path

from sim.handlers.own_effects import OUTSIDE
from sim.handlers.registry import HANDLERS

_OF_HANDLERS = dict.fromkeys(own.effects.split(".")[0] for own in HANDLERS.values() if "." in own.effects)
SCHEMAS = ("main", *_OF_HANDLERS, OUTSIDE)
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
