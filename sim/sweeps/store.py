"""A sweep's database: one SQLite file, one row for each mode of each run, written as they come.

The file keeps SQLite's rollback journal and not a write-ahead log: there is one writer, the sweep stays one file that
can be copied at any moment when no sweep runs, and it also works on the network file systems of clusters. Every batch
of runs is a transaction of its own; a sweep that is killed leaves whole runs or nothing of them.

Whether a sweep's database can be gone on with, and what is said where it cannot.
"""

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

from sim.core.errors import OutputError, SimError
from sim.results.failed_runs import FailedRun
from sim.results.sweep_rows import COLUMNS, RunRow

_TABLES = {
    "sweep": ("name", "value"),
    "point": ("point", "semantics", "settings"),
    "run": COLUMNS,
    "failed_run": ("point", "replication", "seed", "why", "broke", "replay"),
}
_TEXTS = {"name", "value", "semantics", "settings", "mode", "ended", "why", "replay"}
_UNLESS_DELIVERED = {"effect_mean_ms", "effect_p95_ms"}


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
            raise DamageError(f"the table {table} is not as a sweep makes it")
        wrong = " OR ".join(f"typeof({name}) NOT IN ({_types(name)})" for name in columns)
        if connection.execute(f"SELECT EXISTS (SELECT 1 FROM {table} WHERE {wrong})").fetchone()[0]:
            raise DamageError(f"the table {table} has values of another kind than a sweep writes")
    strays = "SELECT EXISTS (SELECT 1 FROM run WHERE point NOT IN (SELECT point FROM point))"
    if connection.execute(strays).fetchone()[0]:
        raise DamageError("the table run has runs of points that the sweep does not have")


def why_unusable(name: str, error: Exception) -> SimError:
    """Say what is wrong with a file that SQLite or ``check_soundness`` refuses, and what to do."""
    text = str(error) or type(error).__name__
    if "not a database" in text:
        return SimError(f"{name}: is not the database of a sweep; choose another --out")
    if "locked" in text or "busy" in text:
        return SimError(f"{name}: another process is writing to it; wait until it has ended, or choose another --out")
    if isinstance(error, sqlite3.OperationalError) and not any(word in text for word in ("malformed", "decode")):
        return OutputError(name, text)
    return SimError(
        f"{name}: is damaged ({text}); put a copy from before in its place, or move it away and run the sweep anew"
    )


def _types(name: str) -> str:
    if name in _TEXTS:
        return "'text'"
    return "'integer', 'null'" if name in _UNLESS_DELIVERED else "'integer'"


APPLICATION_ID = 0x53495753
FORMAT = 2
_KEY = "PRIMARY KEY (point, replication, mode)"
_NUMBER, _TEXT = "INTEGER NOT NULL", "TEXT NOT NULL"
_TYPES = {"point": _NUMBER, "replication": _NUMBER, "mode": _TEXT, "ended": _TEXT}
_MAY_BE_NULL = "INTEGER"
_SCHEMA = (
    "CREATE TABLE sweep (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE point (point INTEGER PRIMARY KEY, semantics TEXT NOT NULL, settings TEXT NOT NULL)",
    "CREATE TABLE run ("
    + ", ".join(f"{name} {_TYPES.get(name, _MAY_BE_NULL)}" for name in COLUMNS)
    + f", {_KEY}) WITHOUT ROWID",
    "CREATE TABLE failed_run (point INTEGER NOT NULL, replication INTEGER NOT NULL, seed INTEGER NOT NULL, "
    "why TEXT NOT NULL, broke INTEGER NOT NULL, replay TEXT NOT NULL, PRIMARY KEY (point, replication)) WITHOUT ROWID",
)
_LOCKED_S = 5
"""How long another process may hold the file, seconds."""


@dataclass(frozen=True)
class Identity:
    """What makes two sweeps the same, so that one can go on where the other stopped; all of it as text.

    How many runs there are is no part of it: more can be added.

    Attributes:
        vary: The points, as JSON.
        version: Of this package; another one may give other rows.
    """

    scenario: str
    vary: str
    modes: str
    semantics: str
    seed: str
    store: str
    version: str

    @property
    def scenario_sha256(self) -> str:
        """SHA-256 of the scenario's text."""
        return hashlib.sha256(self.scenario.encode()).hexdigest()


_DIFFERS = {
    "scenario": "the scenario's text has changed since",
    "vary": "it varies other values",
    "modes": "it runs other modes",
    "semantics": "it runs with other semantics",
    "seed": "it has another seed",
    "store": "it holds the queues in another store",
    "version": "it was written by another version of this program",
}


class SweepStore:
    """A sweep's database, open for writing; close it, or use it in a ``with`` statement.

    Args:
        path: The file, or None for a database in memory that goes with the process.
        resume: Whether an existing file is gone on with.

    Raises:
        SimError: The file is there and ``resume`` is not said, it is no sweep's database, or another sweep's.
        OutputError: It cannot be written.
    """

    def __init__(
        self,
        path: Path | None,
        identity: Identity,
        points: Iterable[tuple[str, dict[str, str]]],
        *,
        resume: bool = False,
    ) -> None:
        self.path = path
        self._name = "the sweep" if path is None else str(path)
        if path is not None and path.exists():
            if not path.is_file():
                raise SimError(f"{path}: is no file, so it cannot hold a sweep; choose another --out")
            if path.stat().st_size and not resume:
                raise SimError(f"{path}: is there already; go on with it by --resume, or choose another --out")
        with self._naming_errors():
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path or ":memory:", timeout=_LOCKED_S, isolation_level=None)
        try:
            with self._naming_errors():
                if self._is_empty():
                    self._create(identity, points)
                    return
            self._check(identity)
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def add(self, rows: Sequence[RunRow], failures: Iterable[FailedRun] = ()) -> None:
        """Write rows and runs that gave none, all of them or nothing, and have them on disk before this returns.

        A row that is there already stays: the same run gives the same row.

        Raises:
            OutputError: They cannot be written.
        """
        marks = ", ".join("?" * len(COLUMNS))
        with self._naming_errors(), self._transaction():
            self._connection.executemany(f"INSERT OR IGNORE INTO run VALUES ({marks})", [row.flat() for row in rows])
            self._connection.executemany("INSERT OR REPLACE INTO failed_run VALUES (?, ?, ?, ?, ?, ?)", failures)
            self._connection.executemany(
                "DELETE FROM failed_run WHERE point = ? AND replication = ?", [row[:2] for row in rows]
            )

    def done(self) -> set[tuple[int, int]]:
        """Return the runs that are there, as pairs of point and replication."""
        with self._naming_errors():
            return set(self._connection.execute("SELECT DISTINCT point, replication FROM run"))

    def rows(self) -> list[RunRow]:
        """Return every row, sorted by point, replication and mode."""
        with self._naming_errors():
            found = self._connection.execute(f"SELECT {', '.join(COLUMNS)} FROM run ORDER BY point, replication, mode")
            return [RunRow(row[0], row[1], row[2], row[3], row[4], tuple(row[5:-1]), row[-1]) for row in found]

    def failures(self) -> list[FailedRun]:
        """Return every run that could not be finished, sorted; a resumed sweep tries them again."""
        with self._naming_errors():
            found = self._connection.execute("SELECT * FROM failed_run ORDER BY point, replication")
            return [FailedRun(row[0], row[1], row[2], row[3], bool(row[4]), row[5]) for row in found]

    def _is_empty(self) -> bool:
        return not self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]

    def _create(self, identity: Identity, points: Iterable[tuple[str, dict[str, str]]]) -> None:
        import platform

        import numpy

        facts = {field.name: getattr(identity, field.name) for field in fields(identity)}
        facts |= {
            "scenario_sha256": identity.scenario_sha256,
            "python": platform.python_version(),
            "numpy": numpy.__version__,
        }
        with self._transaction():
            for statement in _SCHEMA:
                self._connection.execute(statement)
            self._connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            self._connection.execute(f"PRAGMA user_version = {FORMAT}")
            self._connection.executemany("INSERT INTO sweep VALUES (?, ?)", sorted(facts.items()))
            self._connection.executemany(
                "INSERT INTO point VALUES (?, ?, ?)",
                [
                    (number, semantics, json.dumps(settings, ensure_ascii=False))
                    for number, (semantics, settings) in enumerate(points)
                ],
            )

    def _check(self, identity: Identity) -> None:
        with self._naming_errors():
            number = self._connection.execute("PRAGMA application_id").fetchone()[0]
            version = self._connection.execute("PRAGMA user_version").fetchone()[0]
            if number == APPLICATION_ID and version != FORMAT:
                raise SimError(f"{self._name}: belongs to another sweep: {_DIFFERS['version']}; choose another --out")
            if number != APPLICATION_ID:
                raise SimError(f"{self._name}: is not the database of a sweep; choose another --out")
            check_soundness(self._connection)
            facts: dict[str, Any] = dict(self._connection.execute("SELECT name, value FROM sweep"))
        wrong = [told for name, told in _DIFFERS.items() if facts.get(name) != getattr(identity, name)]
        if wrong:
            raise SimError(f"{self._name}: belongs to another sweep: {'; '.join(wrong)}; choose another --out")

    @contextmanager
    def _transaction(self) -> Any:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    @contextmanager
    def _naming_errors(self) -> Any:
        try:
            yield
        except UNREADABLE as error:
            raise why_unusable(self._name, error) from None
        except OSError as error:
            place = os.fspath(error.filename) if error.filename else self._name
            raise OutputError(place, error.strerror or str(error)) from None
