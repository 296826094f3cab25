"""The application's database as rows cannot be told from SQLite, whatever breaks and whenever it moves there."""

import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sim.engine.run import run
from sim.handlers import connections
from sim.handlers.connections import SCHEMAS
from sim.handlers.database import ApplicationDatabase, Failure
from sim.handlers.errors import TransientError
from sim.handlers.registry import HANDLERS
from sim.handlers.rows import Statement
from sim.scenario.load import load_scenario
from tests.sizes import sized

EXAMPLES = sized(1_000)
NAMES = ("a", "b", "ä\0")
KEYS = (None, *NAMES)
NUMBERS = (1, 2, 1_000_000_000)
VALUES: dict[str, tuple[tuple[Any, ...], ...]] = {
    "email._OPTED_OUT": (NAMES,),
    "email._SEND": (NAMES, KEYS, NAMES),
    "email._SET_STATUS": (NUMBERS,),
    "order._STOCK": (),
    "order._IS_RESERVED": (NAMES,),
    "order._RESERVE": (NAMES, KEYS, NUMBERS),
    "order._TAKE": (NUMBERS,),
    "order._SET_STATUS": (NUMBERS,),
    "payment._STATUS": (NUMBERS,),
    "payment._CAPTURE": (NAMES, KEYS, NUMBERS),
    "payment._SET_PAYMENT": (NUMBERS,),
    "payment._SET_ORDER": (NUMBERS,),
}
"""Every statement with an in-memory form, and the values that its handler may give it."""
STATEMENTS = {
    f"{handler.name}.{name}": value
    for handler in HANDLERS.values()
    for name, value in vars(sys.modules[handler.handle.__module__]).items()
    if isinstance(value, Statement)
}
ONLY_SQL = (
    "SELECT job FROM mail.outbox",
    "SELECT status FROM orders",
    "INSERT INTO opt_outs VALUES ('a') ON CONFLICT DO NOTHING",
    "INSERT INTO orders VALUES (1, 'by hand')",
    "DELETE FROM payments",
    "SELECT nothing FROM nowhere",
)
"""Statements without one, as a handler may bring; some are refused, now and then or always."""
CRASHES = (KeyboardInterrupt, GeneratorExit, ValueError)

Step = tuple[str, tuple[Any, ...]]
"""A statement's name or SQL with its values, ``look``, or ``crash``."""
Call = tuple[str, Failure | None, list[Step]]
"""How a database is asked (``run``, ``single``, ``run_outside``, ``look``), how it fails, what the body does."""


def steps() -> st.SearchStrategy[Step]:
    """A statement of a handler in most cases."""
    ready = [
        st.tuples(st.just(name), st.tuples(*(st.sampled_from(each) for each in values)))
        for name, values in VALUES.items()
    ]
    rare = st.one_of(
        st.tuples(st.sampled_from(ONLY_SQL), st.just(())),
        st.tuples(st.just("look"), st.just(())),
        st.tuples(st.just("crash"), st.tuples(st.sampled_from(CRASHES))),
    )
    often: st.SearchStrategy[Step] = st.one_of(*ready)
    return st.integers(0, 9).flatmap(lambda one: often if one else rare)


def calls() -> st.SearchStrategy[list[Call]]:
    """What a run asks of its database."""
    failures: st.SearchStrategy[Failure | None] = st.sampled_from((None, None, "abort", "lost-reply", "refuse"))
    transaction = st.tuples(st.just("run"), failures, st.lists(steps(), max_size=5))
    single = st.tuples(st.sampled_from(("single", "run_outside")), st.none(), st.lists(steps(), max_size=1))
    look = st.tuples(st.just("look"), st.none(), st.just([]))
    one: st.SearchStrategy[Any] = st.integers(0, 11).flatmap(
        lambda number: look if not number else transaction if number % 2 else single
    )
    return st.lists(one, max_size=12)


def ask(database: ApplicationDatabase, call: Call) -> list[Any]:
    """Make one call; return all that its caller and its body hear."""
    how, failure, body_steps = call
    heard: list[Any] = []
    if how == "look":
        return rows_of(database)

    def body(cursor: sqlite3.Cursor) -> str:
        for name, values in body_steps:
            if name == "look":
                heard.append(database.connection.execute("SELECT count(*) FROM orders").fetchall())
            elif name == "crash":
                raise values[0]("boom")
            else:
                cursor.execute(STATEMENTS.get(name, name), values)
                heard.append((cursor.rowcount, cursor.fetchone(), cursor.fetchall()))
        return "answer"

    try:
        if how == "single":
            heard.append(body(database.cursor))
        else:
            heard.append(database.run(body, failure) if how == "run" else database.run_outside(body))
    except (TransientError, sqlite3.Error, *CRASHES) as error:
        heard.append((type(error), str(error)))
    return heard


def rows_of(database: ApplicationDatabase) -> list[Any]:
    """List every row of every table with its row number, by name of the table; this moves them into SQLite."""
    execute = database.connection.execute
    found: list[Any] = []
    for schema in SCHEMAS:
        tables = execute(f"SELECT name FROM {schema}.sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        for (table,) in tables:
            found.append((schema, table, execute(f"SELECT rowid, * FROM {schema}.{table}").fetchall()))
    return found


@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
@given(st.sampled_from((0, 1, 3, 2_000_000_000)), calls())
@example(3, [("run", None, [("order._RESERVE", ("a", "a", 1)), ("order._TAKE", (1,)), ("look", ())])])
@example(3, [("run", "abort", [("order._TAKE", (1,)), ("look", ()), ("order._SET_STATUS", (1,))])])
@example(1, [("run", None, [("payment._SET_ORDER", (1,)), ("SELECT nothing FROM nowhere", ())])])
@example(1, [("run", None, [("payment._SET_ORDER", (1,)), ("order._TAKE", (1,)), ("crash", (ValueError,))])])
def test_rows_hear_and_leave_what_sqlite_does(stock: int, asked: list[Call]) -> None:
    """The same answers, errors and effects after every call, and in the end the same rows with the same numbers."""
    rows, sqlite = ApplicationDatabase(stock), ApplicationDatabase(stock)
    assert sqlite.connection.in_transaction
    try:
        for call in asked:
            assert ask(rows, call) == ask(sqlite, call), call
            assert rows.effects_by_job() == sqlite.effects_by_job()
        assert rows_of(rows) == rows_of(sqlite)
    finally:
        rows.close()
        sqlite.close()


def test_every_statement_of_a_handler_is_among_those_that_are_compared() -> None:
    """With values for each of its places; who adds one adds it here."""
    assert sorted(STATEMENTS) == sorted(VALUES)


@pytest.mark.parametrize("path", sorted(Path("scenarios").glob("*/*.yaml")), ids=lambda path: path.stem)
def test_shipped_scenarios_give_the_same_run_on_rows_and_on_sqlite(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same trace, to the byte, and the same outcome of every job, in both modes."""
    scenario = load_scenario(path)
    on_rows = run(scenario, store="memory")
    opened: list[Callable[[], object]] = []
    begin = ApplicationDatabase.__init__

    def begin_in_sqlite(self: ApplicationDatabase, *given: Any) -> None:
        begin(self, *given)
        opened.append(self.connection.cursor)

    monkeypatch.setattr(ApplicationDatabase, "__init__", begin_in_sqlite)
    in_sqlite = run(scenario, store="memory")
    assert len(opened) == len(in_sqlite.modes)
    for mode, told in on_rows.modes.items():
        assert told.trace_sha256 == in_sqlite.modes[mode].trace_sha256
        assert told.jobs == in_sqlite.modes[mode].jobs


def test_a_run_that_nobody_looks_into_opens_no_sqlite(monkeypatch: pytest.MonkeyPatch) -> None:
    """All shipped handlers have forms for all of their statements."""
    monkeypatch.setattr(connections, "_connect", lambda _folder: pytest.fail("SQLite was opened"))
    monkeypatch.setattr(connections, "_spares", connections.Spares())
    result = run("scenarios/03-database-failures/paid-twice.yaml", store="memory")
    assert result.modes["queue"].totals.duplicated
