"""Whether a sweep's database can be gone on with, and what is said where it cannot."""

import sqlite3

from sim.core.errors import OutputError, SimError
from sim.results.sweep_rows import COLUMNS, TIMES

_TABLES = {
    "sweep": ("name", "value"),
    "point": ("point", "semantics", "settings"),
    "run": COLUMNS,
    "failed_run": ("point", "replication", "seed", "why", "broke", "replay"),
}
_TEXTS = {"name", "value", "semantics", "settings", "mode", "ended", "why", "replay"}
_UNLESS_DELIVERED = set(TIMES)


class DamageError(Exception):
    """Something in the file is not what a sweep wrote there; says what."""


UNREADABLE = (sqlite3.Error, DamageError, MemoryError, OverflowError, UnicodeError, SystemError)
"""What comes of reading a damaged file: SQLite's own errors, and Python's at sizes and texts that make no sense."""


def check_soundness(connection: sqlite3.Connection) -> None:
    """Look at every page and every value before a sweep relies on them.

    Raises:
        DamageError: One is not as a sweep writes it.
        sqlite3.Error, MemoryError, UnicodeError: SQLite itself gives up at a damaged page.
    """
    (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        raise DamageError(" ".join(found.replace("*** in database main ***", "").split()))
    for table, columns in _TABLES.items():
        there = tuple(row[1] for row in connection.execute(f"PRAGMA table_info({table})"))
        if there != columns:
            raise DamageError(f"the table {table} does not have the columns of a sweep")
        wrong = " OR ".join(f"typeof({name}) NOT IN ({_types(name)})" for name in columns)
        if connection.execute(f"SELECT EXISTS (SELECT 1 FROM {table} WHERE {wrong})").fetchone()[0]:
            raise DamageError(f"the table {table} has values of a type that no sweep writes")
    strays = "SELECT EXISTS (SELECT 1 FROM run WHERE point NOT IN (SELECT point FROM point))"
    if connection.execute(strays).fetchone()[0]:
        raise DamageError("the table run has runs of points that are not in the sweep")


def why_unusable(name: str, error: Exception) -> SimError:
    """Say what is wrong with a file that SQLite or ``check_soundness`` refuses, and what to do."""
    text = str(error) or type(error).__name__
    if "not a database" in text:
        return SimError(f"{name}: is not the database of a sweep; choose another --out")
    if "locked" in text or "busy" in text:
        return SimError(f"{name}: another process is writing to it; wait until it has ended, or choose another --out")
    if isinstance(error, sqlite3.OperationalError) and not any(word in text for word in ("malformed", "decode")):
        return OutputError(name, text)
    return SimError(f"{name}: is damaged ({text}); restore a copy of it, or move it away and run the sweep again")


def _types(name: str) -> str:
    if name in _TEXTS:
        return "'text'"
    return "'integer', 'null'" if name in _UNLESS_DELIVERED else "'integer'"
