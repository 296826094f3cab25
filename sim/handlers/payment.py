"""Payments: capture money at the payment provider, then write that down.

The effect is a row in ``provider.captures``, in a system of its own: no rollback of the application's database takes it
back. When the transaction after it fails, the money is captured and the order still counts as unpaid. With an
idempotency key the provider recognises a second capture.

Source: reliability-model.md, Idempotency: updates of the payment's and the order's status are idempotent.
"""

import sqlite3
from typing import Any

from sim.handlers.base import Effect, Handler, JobInput, Query, Steps, Work, whole_number
from sim.handlers.errors import InvalidData
from sim.handlers.rows import Statement

_TABLES = """
CREATE TABLE IF NOT EXISTS orders (number INTEGER PRIMARY KEY, status TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS payments (number INTEGER PRIMARY KEY, status TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS provider.captures (job TEXT NOT NULL, idempotency_key TEXT, amount_cents INTEGER NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS provider.one_capture_a_key
    ON captures (idempotency_key) WHERE idempotency_key IS NOT NULL;
"""
"""``payments`` has the number of the order that is paid. Captures without a key may stand any number of times."""

CURRENCY = "EUR"

_STATUS = Statement(
    "SELECT status FROM payments WHERE number = ?",
    lambda rows, values: [row[1:]] if (row := rows.get("payments", values[0])) else [],
)
_CAPTURE = Statement(
    "INSERT INTO provider.captures VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
    lambda rows, values: rows.insert("provider.captures", values[1], values),
)
_SET_PAYMENT = Statement(
    "INSERT INTO payments VALUES (?, 'paid') ON CONFLICT (number) DO UPDATE SET status = 'paid'",
    lambda rows, values: rows.upsert("payments", values[0], (*values, "paid")),
)
_SET_ORDER = Statement(
    "INSERT INTO orders VALUES (?, 'paid') ON CONFLICT (number) DO UPDATE SET status = 'paid'",
    lambda rows, values: rows.upsert("orders", values[0], (*values, "paid")),
)

_BEFORE = Work(0.6)
_AFTER = Work(0.4)


def handle(job: JobInput) -> Steps:
    """Read the payment's status, capture the amount, then set the status of payment and order.

    The status that was read only goes into the result, as ``was``. To stop at ``paid`` would not be enough: after a
    crash between the capture and the last transaction it is not ``paid`` yet. Only the key protects there.

    Raises:
        InvalidData: Definite; the data is no payment.
        TransientError: The database failed; thrown by the last transaction, it comes after the capture.
    """
    number = whole_number(job.data, "order")
    amount_cents = whole_number(job.data, "amount_cents")
    if job.data.get("currency") != CURRENCY:
        raise InvalidData("currency", CURRENCY, job.data.get("currency"))

    def read_status(cursor: sqlite3.Cursor) -> str | None:
        row = cursor.execute(_STATUS, (number,)).fetchone()
        return None if row is None else row[0]

    def capture(cursor: sqlite3.Cursor) -> bool:
        return cursor.execute(_CAPTURE, (job.name, job.idempotency_key, amount_cents)).rowcount == 1

    def set_status(cursor: sqlite3.Cursor) -> None:
        cursor.execute(_SET_PAYMENT, (number,))
        cursor.execute(_SET_ORDER, (number,))

    was = yield Query(read_status, single=True)
    yield _BEFORE
    yield Effect(capture, "payment-provider")
    yield _AFTER
    yield Query(set_status)
    return {"order": number, "status": "paid", "was": was}


def sample_data(number: int, *, valid: bool) -> dict[str, Any]:
    """Make the data of the n-th payment; of invalid ones the odd pay nothing and the even pay in no known currency.

    Args:
        number: From 1.
    """
    data = {"order": number, "amount_cents": 500 + number * 37 % 9_500, "currency": CURRENCY}
    if not valid:
        data.update({"amount_cents": 0} if number % 2 else {"currency": "XXX"})
    return data


HANDLER = Handler(
    name="payment",
    about="Captures money at the payment provider, then sets the status of payment and order in one transaction.",
    handle=handle,
    sample_data=sample_data,
    effects="provider.captures",
    tables=_TABLES,
    defaults={
        "attempts": 3,
        "backoff": {"type": "fixed", "delay": "5s"},
        "remove_on_fail": 50,
        "idempotency_key": "on",
    },
    noun="payment",
    plural="payments",
    for_real="Query and transaction go over the socket of the database, the capture over that of outside systems",
    order=30,
)
"""Source of the defaults: reliability-model.md, Retry Behavior, Failed Job Handling, Idempotency."""
