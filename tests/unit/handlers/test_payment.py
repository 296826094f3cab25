"""Payments capture money in a system that no rollback reaches."""

import pytest

from sim.handlers.database import Failure
from sim.handlers.errors import DatabaseUnavailable, ReplyLost, TransactionAborted, TransientError
from tests.unit.handlers.driver import Driver, job_of

CAPTURES = "SELECT job, amount_cents FROM captures"
STATUS = "SELECT payments.status, orders.status FROM payments JOIN orders USING (number)"


def test_a_payment_captures_and_sets_both_statuses(app: Driver) -> None:
    """The amount stands at the provider; payment and order are paid."""
    result = app.run("payment", job_of("payment", 7, amount_cents=1_250))
    assert result == {"order": 7, "status": "paid", "was": None}
    assert app.rows(CAPTURES) == [("payment-7", 1_250)]
    assert app.rows(STATUS) == [("paid", "paid")]


def test_a_payment_makes_a_reserved_order_paid(app: Driver) -> None:
    """The order's row is the same one."""
    app.run("order", job_of("order", 3))
    app.run("payment", job_of("payment", 3))
    assert app.rows("SELECT number, status FROM orders") == [(3, "paid")]


def test_without_a_key_a_second_run_captures_again(app: Driver) -> None:
    """Two rows, although the second run read that it was paid."""
    job = job_of("payment")
    assert [app.run("payment", job)["was"] for _ in range(2)] == [None, "paid"]
    assert app.database.effects_by_job() == {"payment-1": 2}
    assert app.written == [("payment-1", True), ("payment-1", True)]


def test_with_a_key_the_provider_recognises_a_second_capture(app: Driver) -> None:
    """One row, and both runs end well."""
    job = job_of("payment", idempotent=True)
    assert [app.run("payment", job)["status"] for _ in range(2)] == ["paid", "paid"]
    assert app.database.effects_by_job() == {"payment-1": 1}
    assert app.written == [("payment-1", True), ("payment-1", False)]


def test_keys_tell_jobs_apart(app: Driver) -> None:
    """Two jobs that pay the same order are two captures."""
    for number in (1, 2):
        app.run("payment", job_of("payment", number, order=5, idempotent=True))
    assert app.database.effects_by_job() == {"payment-1": 1, "payment-2": 1}


@pytest.mark.parametrize(
    ("failure", "error", "statuses"),
    [
        ("refuse", DatabaseUnavailable, []),
        ("abort", TransactionAborted, []),
        ("lost-reply", ReplyLost, [("paid", "paid")]),
    ],
)
def test_money_stays_captured_when_the_last_transaction_fails(
    app: Driver, failure: Failure, error: type[TransientError], statuses: list[tuple[str, str]]
) -> None:
    """The attempt fails; the statuses are both set or both not."""
    with pytest.raises(error):
        app.run("payment", job_of("payment"), [None, failure])
    assert app.database.effects_by_job() == {"payment-1": 1}
    assert app.rows(STATUS) == statuses


@pytest.mark.parametrize(("instructions", "effects"), [(2, {}), (3, {"payment-1": 1})])
def test_a_crash_counts_from_the_capture_on(app: Driver, instructions: int, effects: dict[str, int]) -> None:
    """A process that dies before the capture leaves nothing; one that dies right after it leaves a capture, unpaid."""
    app.run("payment", job_of("payment"), die_after=instructions)
    assert app.database.effects_by_job() == effects
    assert app.rows(STATUS) == []


def test_faults_of_the_database_do_not_reach_the_provider(app: Driver) -> None:
    """A payment makes two transactions on the application's database, and the capture is neither."""
    app.run("payment", job_of("payment"), [None, None, "refuse"])
    assert app.database.effects_by_job() == {"payment-1": 1}


def test_no_payment_gets_past_a_database_that_is_away(app: Driver) -> None:
    """Nothing is captured when the status cannot be read."""
    with pytest.raises(DatabaseUnavailable):
        app.run("payment", job_of("payment"), ["refuse"])
    assert app.database.effects_by_job() == {}
