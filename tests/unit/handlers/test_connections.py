"""A connection that comes back is emptied, and the next database cannot be told from one on a new connection."""

import sqlite3

import pytest

from sim.handlers import connections
from sim.handlers.connections import MAX_CHANGES, MAX_SPARE
from sim.handlers.database import ApplicationDatabase

OUTBOX = "INSERT INTO mail.outbox VALUES ('email-1', 'key', 'a@b')"


@pytest.fixture(autouse=True)
def _no_spares(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each test begin without spare connections."""
    monkeypatch.setattr(connections, "_spares", connections.Spares())


def dump(database: ApplicationDatabase) -> list[tuple[object, ...]]:
    """List every row of every table with its row number, and every table's SQL."""
    execute = database.connection.execute
    rows: list[tuple[object, ...]] = []
    for schema in (*connections.SCHEMAS, "temp"):
        for name, kind, sql in execute(f"SELECT name, type, sql FROM {schema}.sqlite_master").fetchall():
            rows.append((schema, name, kind, sql))
            if kind == "table":
                rows += execute(f"SELECT rowid, * FROM {schema}.{name}").fetchall()
    return rows


def used(*statements: str) -> sqlite3.Connection:
    """Use a database, hand it back and return its connection."""
    database = ApplicationDatabase(5)
    connection = database.connection
    for statement in statements:
        connection.execute(statement)
    database.hand_back()
    return connection


def is_closed(connection: sqlite3.Connection) -> bool:
    """Tell whether a connection answers no longer."""
    try:
        connection.execute("SELECT 1")
    except sqlite3.ProgrammingError:
        return True
    return False


def test_the_next_database_is_like_a_new_one() -> None:
    """No row is left in any of the three databases, and rows are numbered from 1 again."""
    new = ApplicationDatabase(7)
    first = used(OUTBOX, "INSERT INTO orders VALUES (3, 'new')", "INSERT INTO captures VALUES ('p', NULL, 1)")
    second = ApplicationDatabase(7)
    assert second.connection is first
    assert dump(second) == dump(new)
    for database in (new, second):
        database.connection.execute(OUTBOX)
    assert dump(second) == dump(new)
    assert second.effects_by_job() == {"email-1": 1}


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (a)",
        "CREATE TEMP TABLE mine (a)",
        "CREATE TABLE mail.mine (a)",
        "DROP TABLE captures",
        "PRAGMA foreign_keys = ON",
        "CREATE TRIGGER mine AFTER DELETE ON orders BEGIN INSERT INTO orders VALUES (9, 'new'); END",
        f"WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i <= {MAX_CHANGES}) "
        "INSERT INTO orders SELECT i, 'new' FROM n",
    ],
)
def test_what_cannot_be_undone_by_emptying_is_closed(statement: str) -> None:
    """Other tables, or so many rows that the memory is better given back."""
    assert is_closed(used(statement))


@pytest.mark.parametrize(
    "tables", ["CREATE TABLE seeded (a); INSERT INTO seeded VALUES (1);", "CREATE VIEW v AS SELECT 1;"]
)
def test_tables_that_are_not_empty_at_first_are_created_anew(tables: str) -> None:
    """To empty them would not make them as they were."""
    connection = connections.open_in_memory((tables,))
    connections.hand_back(connection)
    assert is_closed(connection.connection)


def test_a_database_that_was_handed_back_answers_nothing() -> None:
    """Nobody reads the next one's rows by mistake."""
    database = ApplicationDatabase(5)
    database.hand_back()
    with pytest.raises(sqlite3.ProgrammingError):
        database.cursor.execute("SELECT 1")
    with pytest.raises(sqlite3.ProgrammingError):
        database.effects_by_job()


def test_only_a_few_connections_wait() -> None:
    """The others are closed."""
    databases = [ApplicationDatabase(1) for _ in range(MAX_SPARE + 1)]
    opened = [database.connection for database in databases]
    for database in databases:
        database.hand_back()
    assert [is_closed(connection) for connection in opened] == [False] * MAX_SPARE + [True]
