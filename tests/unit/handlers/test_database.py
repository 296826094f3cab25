"""Transactions, their failures, and the outside systems beside them."""

import sqlite3

import pytest

from sim.handlers.database import ApplicationDatabase, Failure
from sim.handlers.errors import DatabaseUnavailable, ReplyLost, TransactionAborted
from tests.unit.handlers.driver import Driver

ORDERS = "SELECT number, status FROM orders"
MAILS = "SELECT job FROM mail.outbox"


def write_order(cursor: sqlite3.Cursor) -> str:
    """Write one row."""
    cursor.execute("INSERT INTO orders VALUES (1, 'new')")
    return "written"


def send_mail(cursor: sqlite3.Cursor) -> bool:
    """Write one row of an outside system."""
    cursor.execute("INSERT INTO mail.outbox VALUES ('email-1', NULL, 'a@b')")
    return True


def is_open(database: ApplicationDatabase) -> bool:
    """Tell whether a transaction of a handler is under way."""
    try:
        database.connection.execute("RELEASE one")
    except sqlite3.OperationalError:
        return False
    database.connection.execute("SAVEPOINT one")
    return True


def test_a_transaction_commits_and_answers(app: Driver) -> None:
    """The body's result comes back, its rows stand, and no transaction is left open."""
    assert app.database.run(write_order) == "written"
    assert not is_open(app.database)
    assert app.rows(ORDERS) == [(1, "new")]


def test_the_body_runs_inside_a_transaction(app: Driver) -> None:
    """All of its statements stand or fall together."""
    assert app.database.run(lambda _cursor: is_open(app.database))


def test_a_refused_transaction_never_begins(app: Driver) -> None:
    """The body is not even called."""
    calls: list[str] = []
    with pytest.raises(DatabaseUnavailable):
        app.database.run(lambda cursor: calls.append(write_order(cursor)), "refuse")
    assert calls == []
    assert not is_open(app.database)


def test_an_aborted_transaction_ran_and_is_undone(app: Driver) -> None:
    """The body saw its own row; afterwards there is none."""
    seen: list[object] = []

    def body(cursor: sqlite3.Cursor) -> None:
        write_order(cursor)
        seen.extend(cursor.execute(ORDERS).fetchall())

    with pytest.raises(TransactionAborted):
        app.database.run(body, "abort")
    assert seen == [(1, "new")]
    assert app.rows(ORDERS) == []
    assert not is_open(app.database)


def test_a_lost_reply_comes_after_the_commit(app: Driver) -> None:
    """The caller hears an error, and the row stands."""
    with pytest.raises(ReplyLost):
        app.database.run(write_order, "lost-reply")
    assert not is_open(app.database)
    assert app.rows(ORDERS) == [(1, "new")]


@pytest.mark.parametrize("failure", [None, "abort", "lost-reply"])
@pytest.mark.parametrize("error", [ValueError, sqlite3.IntegrityError, KeyboardInterrupt, GeneratorExit])
def test_what_a_body_raises_undoes_the_transaction(
    app: Driver, failure: Failure | None, error: type[BaseException]
) -> None:
    """Whatever it is, it reaches the caller as it is, and the database works on."""

    def body(cursor: sqlite3.Cursor) -> None:
        write_order(cursor)
        raise error("boom")

    with pytest.raises(error, match="boom"):
        app.database.run(body, failure)
    assert app.rows(ORDERS) == []
    assert app.database.run(write_order) == "written"


def test_an_error_goes_through_when_the_body_ended_the_transaction(app: Driver) -> None:
    """The caller hears of the body's error, not of a rollback that was not possible."""

    def body(cursor: sqlite3.Cursor) -> None:
        cursor.execute("ROLLBACK")
        raise ValueError("boom")

    with pytest.raises(ValueError, match="boom"):
        app.database.run(body)


def test_a_body_may_leave_rows_unread(app: Driver) -> None:
    """A select that is not read to its end does not hold up the next transaction, nor its rollback."""
    app.rows("INSERT INTO orders VALUES (2, 'new'), (3, 'new')")
    app.database.run(lambda cursor: cursor.execute(ORDERS).fetchone())
    with pytest.raises(TransactionAborted):
        app.database.run(lambda cursor: write_order(cursor) and cursor.execute(ORDERS).fetchone(), "abort")
    assert app.rows(ORDERS) == [(2, "new"), (3, "new")]


def test_outside_systems_keep_what_they_did(app: Driver) -> None:
    """A transaction that is undone afterwards takes nothing back from the mail server."""
    assert app.database.run_outside(send_mail)
    with pytest.raises(TransactionAborted):
        app.database.run(write_order, "abort")
    assert app.rows(MAILS) == [("email-1",)]


def test_outside_systems_do_not_undo_what_fails_afterwards(app: Driver) -> None:
    """A request that was carried out stands although its caller failed right after it."""

    def send_and_fail(cursor: sqlite3.Cursor) -> None:
        send_mail(cursor)
        raise ValueError("boom")

    with pytest.raises(ValueError, match="boom"):
        app.database.run_outside(send_and_fail)
    assert app.rows(MAILS) == [("email-1",)]
    assert app.database.run(write_order) == "written"


def test_outside_records_are_databases_of_their_own(app: Driver) -> None:
    """The application's database has neither captures nor an outbox."""
    tables = {(schema, name) for schema, name, *_ in app.rows("PRAGMA table_list") if not name.startswith("sqlite_")}
    own = {("main", name) for name in ("stock", "orders", "reservations", "payments", "notifications", "opt_outs")}
    assert own <= tables
    assert {(schema, name) for schema, name in tables if name in ("captures", "outbox")} == {
        ("provider", "captures"),
        ("mail", "outbox"),
    }


@pytest.mark.parametrize("stock", [0, 1, 1_000_000_000])
def test_the_stock_is_what_the_scenario_says(stock: int) -> None:
    """It holds for none and for very many."""
    assert Driver(stock).on_hand == stock


def test_less_than_no_stock_is_refused() -> None:
    """The table itself holds that line."""
    with pytest.raises(sqlite3.IntegrityError):
        ApplicationDatabase(-1)


def test_two_databases_share_nothing(app: Driver) -> None:
    """Each run of a scenario begins with empty tables."""
    app.database.run_outside(send_mail)
    app.database.run(write_order)
    other = Driver()
    assert other.rows(ORDERS) == []
    assert other.rows(MAILS) == []


def test_a_job_without_effect_is_not_counted(app: Driver) -> None:
    """An empty database has no effects, and a status is none."""
    app.database.run(write_order)
    assert app.database.effects_by_job() == {}


def test_effects_are_rows_of_all_systems() -> None:
    """Reservations, captures and mails are counted for each job, in the order of their names."""
    app = Driver()
    for job, times in (("pay-1", 2), ("email-1", 1), ("a-1", 3)):
        for _ in range(times):
            app.rows(f"INSERT INTO reservations VALUES ('{job}', NULL, 1)")
            app.rows(f"INSERT INTO captures VALUES ('{job}', NULL, 1)")
        app.rows(f"INSERT INTO outbox VALUES ('{job}', NULL, 'a@b')")
    assert list(app.database.effects_by_job().items()) == [("a-1", 7), ("email-1", 3), ("pay-1", 5)]


def test_nothing_is_left_when_it_is_closed() -> None:
    """A closed database answers nothing."""
    database = ApplicationDatabase(1)
    database.close()
    with pytest.raises(sqlite3.ProgrammingError):
        database.run(write_order)
