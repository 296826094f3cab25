"""Orders reserve stock, once or as often as they run."""

from contextlib import nullcontext

import pytest

from sim.handlers.base import Effect
from sim.handlers.errors import DatabaseUnavailable, ReplyLost, TransactionAborted
from sim.handlers.order import OutOfStock
from tests.unit.handlers.driver import Driver, job_of

STATUS = "SELECT number, status FROM orders"


def test_an_order_takes_from_stock_and_reserves(app: Driver) -> None:
    """The stock, the reservation and the status change together."""
    result = app.run("order", job_of("order", 7, quantity=3))
    assert result == {"order": 7, "status": "reserved"}
    assert (app.on_hand, app.rows("SELECT job, quantity FROM reservations")) == (97, [("order-7", 3)])
    assert app.rows(STATUS) == [(7, "reserved")]


def test_the_last_items_can_be_had() -> None:
    """Exactly as many as are in stock is enough."""
    app = Driver(stock=3)
    app.run("order", job_of("order", quantity=3))
    assert (app.on_hand, app.reserved) == (0, 3)


def test_one_item_too_few_is_out_of_stock() -> None:
    """It is found before any work, and nothing is reserved."""
    app = Driver(stock=2)
    with pytest.raises(OutOfStock) as caught:
        app.run("order", job_of("order", quantity=3), die_after=1)
    assert caught.value.args == (3, 2)
    assert (app.on_hand, app.reserved, app.rows(STATUS)) == (2, 0, [])


@pytest.mark.parametrize(("left", "fits"), [(3, True), (2, False)])
def test_items_that_others_take_meanwhile_are_missing_at_the_end(left: int, fits: bool) -> None:
    """Both orders pass the check; the slower one is reserved if enough is left, and is undone as a whole if not."""
    app = Driver(stock=left + 1)
    slow = app.attempt("order", job_of("order", 1, quantity=3))
    next(step for step in slow if isinstance(step, Effect))
    app.run("order", job_of("order", 2, quantity=1))
    with nullcontext() if fits else pytest.raises(OutOfStock, match="3 wanted, 2 on hand"):
        list(slow)
    assert (app.on_hand, app.reserved) == ((0, 4) if fits else (2, 1))
    assert app.rows(STATUS) == ([(1, "reserved"), (2, "reserved")] if fits else [(2, "reserved")])


def test_without_a_key_a_second_run_reserves_again(app: Driver) -> None:
    """Two rows, and the stock shrinks twice."""
    job = job_of("order", quantity=3)
    app.run("order", job)
    app.run("order", job)
    assert (app.on_hand, app.database.effects_by_job()) == (94, {"order-1": 2})
    assert app.written == [("order-1", True), ("order-1", True)]


def test_with_a_key_a_second_run_is_recognised(app: Driver) -> None:
    """One row, and the stock shrinks once; both runs end well."""
    job = job_of("order", quantity=3, idempotent=True)
    assert app.run("order", job) == app.run("order", job) == {"order": 1, "status": "reserved"}
    assert (app.on_hand, app.database.effects_by_job()) == (97, {"order-1": 1})
    assert app.written == [("order-1", True), ("order-1", False)]


def test_keys_tell_jobs_apart(app: Driver) -> None:
    """Two jobs with the same data are two reservations."""
    for number in (1, 2):
        app.run("order", job_of("order", number, order=5, idempotent=True))
    assert app.database.effects_by_job() == {"order-1": 1, "order-2": 1}


def test_with_a_key_an_order_that_took_the_last_items_can_run_again() -> None:
    """The check does not hold the order's own reservation against it."""
    app = Driver(stock=3)
    job = job_of("order", quantity=3, idempotent=True)
    app.run("order", job)
    app.run("order", job)
    assert (app.on_hand, app.written[-1]) == (0, ("order-1", False))


def test_without_a_key_an_order_that_took_the_last_items_fails_when_it_runs_again() -> None:
    """It is told that it is out of stock, although its own reservation stands."""
    app = Driver(stock=3)
    job = job_of("order", quantity=3)
    app.run("order", job)
    with pytest.raises(OutOfStock):
        app.run("order", job)
    assert app.database.effects_by_job() == {"order-1": 1}


@pytest.mark.parametrize("idempotent", [True, False])
def test_an_aborted_reservation_leaves_nothing(app: Driver, idempotent: bool) -> None:
    """Stock, reservation and status are as before, and another attempt is not taken for a repeat."""
    job = job_of("order", idempotent=idempotent)
    with pytest.raises(TransactionAborted):
        app.run("order", job, [None, "abort"])
    assert (app.on_hand, app.reserved, app.rows(STATUS), app.written) == (100, 0, [], [])
    app.run("order", job)
    assert app.written == [("order-1", True)]


@pytest.mark.parametrize(("idempotent", "effects"), [(True, 1), (False, 2)])
def test_a_lost_reply_makes_a_duplicate_unless_there_is_a_key(app: Driver, idempotent: bool, effects: int) -> None:
    """The reservation stands, the attempt fails, and the next attempt meets its own row."""
    job = job_of("order", idempotent=idempotent)
    with pytest.raises(ReplyLost):
        app.run("order", job, [None, "lost-reply"])
    assert app.database.effects_by_job() == {"order-1": 1}
    app.run("order", job)
    assert app.database.effects_by_job() == {"order-1": effects}


def test_no_order_gets_past_a_database_that_is_away(app: Driver) -> None:
    """The check fails before any effect."""
    with pytest.raises(DatabaseUnavailable):
        app.run("order", job_of("order"), ["refuse"])
    assert app.database.effects_by_job() == {}


def test_a_repeat_does_not_take_a_paid_order_back(app: Driver) -> None:
    """The status stays paid when the order runs again after its payment."""
    for kind in ("order", "payment", "order"):
        app.run(kind, job_of(kind, 4))
    assert app.rows(STATUS) == [(4, "paid")]
