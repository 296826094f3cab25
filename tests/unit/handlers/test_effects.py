"""What always holds of the tables, whatever fails and however often a job runs."""

from collections import Counter
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from sim.handlers.database import Failure
from sim.handlers.errors import TransientError
from sim.handlers.order import OutOfStock
from tests.unit.handlers.driver import Driver, job_of

failures = st.lists(st.sampled_from([None, None, "refuse", "abort", "lost-reply"]), max_size=3)


class Attempt(NamedTuple):
    """One run of one job, with what goes wrong in it."""

    kind: str
    number: int
    failures: list[Failure | None]
    die_after: int | None


def attempts_at(*kinds: str) -> st.SearchStrategy[list[Attempt]]:
    """Make histories in which few jobs run often."""
    one = st.builds(
        Attempt, st.sampled_from(kinds), st.integers(1, 4), failures, st.none() | st.integers(min_value=0, max_value=5)
    )
    return st.lists(one, max_size=25)


def is_idempotent(number: int) -> bool:
    """Tell which jobs have a key: the even ones."""
    return number % 2 == 0


def go_through(app: Driver, history: list[Attempt]) -> None:
    """Run every attempt; those that fail are tried again only if the history says so."""
    for kind, number, failing, die_after in history:
        more = {"quantity": number} if kind == "order" else {}
        job = job_of(kind, number, idempotent=is_idempotent(number), **more)
        try:
            app.run(kind, job, failing, die_after=die_after)
        except (TransientError, OutOfStock):
            continue


@given(st.integers(0, 30), attempts_at("order"))
def test_nothing_appears_in_stock_and_nothing_vanishes(stock: int, history: list[Attempt]) -> None:
    """Stock and reservations together are what there was at the start, and the stock never falls below nothing."""
    app = Driver(stock)
    go_through(app, history)
    assert app.on_hand + app.reserved == stock
    assert app.on_hand >= 0
    app.database.close()


@given(st.integers(0, 30), attempts_at("order"))
def test_an_order_is_reserved_if_and_only_if_a_reservation_stands(stock: int, history: list[Attempt]) -> None:
    """Status and reservation were written together or not at all."""
    app = Driver(stock)
    go_through(app, history)
    reserved = {f"order-{number}" for (number,) in app.rows("SELECT number FROM orders WHERE status = 'reserved'")}
    assert reserved == set(app.database.effects_by_job())
    app.database.close()


@given(attempts_at("order", "payment", "email"))
def test_the_tables_agree_with_what_was_written_down(history: list[Attempt]) -> None:
    """Every effect that was reported as applied is one row, and no row is there that was not."""
    app = Driver(stock=20)
    go_through(app, history)
    assert app.database.effects_by_job() == Counter(job for job, applied in app.written if applied)
    app.database.close()


@given(attempts_at("order", "payment", "email"))
def test_a_key_allows_one_effect(history: list[Attempt]) -> None:
    """A job with a key has at most one row, however often it runs; without one nothing is ever recognised."""
    app = Driver(stock=20)
    go_through(app, history)
    for job, rows in app.database.effects_by_job().items():
        assert rows == 1 or not is_idempotent(int(job.rpartition("-")[2]))
    for job, applied in app.written:
        assert applied or is_idempotent(int(job.rpartition("-")[2]))
    app.database.close()


@given(attempts_at("payment", "email"))
def test_nothing_is_marked_as_done_that_was_not(history: list[Attempt]) -> None:
    """Whatever is paid or marked as sent has its effect; the other way round need not hold."""
    app = Driver()
    go_through(app, history)
    marked = {f"payment-{number}" for (number,) in app.rows("SELECT number FROM payments")}
    marked |= {f"email-{number}" for (number,) in app.rows("SELECT number FROM notifications")}
    assert marked <= set(app.database.effects_by_job())
    app.database.close()
