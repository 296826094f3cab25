"""A sweep's database: one SQLite file, one row for each mode of each run, written as they come.

The file keeps SQLite's rollback journal and not a write-ahead log: there is one writer, the sweep stays one file that
can be copied at any moment when no sweep runs, and it also works on the network file systems of clusters. Every batch
of runs is a transaction of its own; a sweep that is killed leaves whole runs or nothing of them.
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
from sim.sweeps.store_soundness import UNREADABLE, check_soundness, why_unusable
from sim.sweeps.stored_rows import Connection, StoredRows

APPLICATION_ID = 0x53495753
FORMAT = 3
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
MAX_RUNS = 10_000_000
"""At each point."""
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
    "store": "it keeps its keys in another store",
    "version": "it was written by another version of this program",
}


class SweepStore:
    """A sweep's database, open for writing; close it, or use it in a ``with`` statement.

    Args:
        path: The file, or None for one that SQLite removes when nobody needs its rows any more.
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
        self._is_shared = False
        self._name = "the sweep" if path is None else str(path)
        if path is not None and path.exists():
            if not path.is_file():
                raise SimError(f"{path}: is not a file, so it cannot hold a sweep; choose another --out")
            if path.stat().st_size and not resume:
                raise SimError(f"{path}: already exists; continue it with --resume, or choose another --out")
        with self._naming_errors():
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(
                path or "", timeout=_LOCKED_S, isolation_level=None, check_same_thread=False, factory=Connection
            )
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
        """Close the file; one without a name stays open for the rows that were handed out."""
        if not self._is_shared:
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

    def missing(self, runs: int) -> dict[int, list[range]]:
        """Return by point which of the runs 1 to ``runs`` are not there, as ranges; points without any are left out."""
        with self._naming_errors():
            there = dict(
                self._connection.execute(
                    "SELECT point, count(DISTINCT replication) FROM run WHERE replication <= ? GROUP BY point", [runs]
                )
            )
            points = [point for (point,) in self._connection.execute("SELECT point FROM point ORDER BY point")]
            return {point: self._gaps(point, runs) for point in points if there.get(point, 0) < runs}

    def _gaps(self, point: int, runs: int) -> list[range]:
        asked = "SELECT DISTINCT replication FROM run WHERE point = ? AND replication <= ? ORDER BY replication"
        gaps: list[range] = []
        following = 1
        for (replication,) in self._connection.execute(asked, [point, runs]):
            if replication > following:
                gaps.append(range(following, replication))
            following = replication + 1
        return [*gaps, range(following, runs + 1)] if following <= runs else gaps

    def count(self) -> int:
        """Return how many runs are there."""
        with self._naming_errors():
            count: int = self._connection.execute(
                "SELECT count(*) FROM (SELECT DISTINCT point, replication FROM run)"
            ).fetchone()[0]
            return count

    def rows(self, through: int = MAX_RUNS) -> StoredRows:
        """Return the rows that are there now, to be read as they are asked for, also after this is closed.

        Args:
            through: Leave out runs with a higher number.
        """
        if self.path is None:
            self._is_shared = True
            return StoredRows(self._connection, self._naming_errors, through)
        with self._naming_errors():
            reading = sqlite3.connect(
                self.path, timeout=_LOCKED_S, isolation_level=None, check_same_thread=False, factory=Connection
            )
        return StoredRows(reading, self._naming_errors, through)

    def failures(self, through: int = MAX_RUNS) -> list[FailedRun]:
        """Return every run that could not be finished, sorted; a resumed sweep tries them again.

        Args:
            through: Leave out runs with a higher number.
        """
        with self._naming_errors():
            found = self._connection.execute(
                "SELECT * FROM failed_run WHERE replication <= ? ORDER BY point, replication", [through]
            )
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
