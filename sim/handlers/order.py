"""Orders: reserve items in stock.

The effect is a row in ``reservations``, with the stock lowered and the order's status set in the same transaction. With
an idempotency key a second reservation is recognised; without one a second run reserves again: the stock shrinks twice.

Source: reliability-model.md, Idempotency: stock checks and status updates are idempotent.
"""

import sqlite3
from typing import Any

from sim.handlers.base import DATABASE, Effect, Handler, JobInput, Query, Steps, Work, whole_number
from sim.handlers.errors import PermanentError
from sim.handlers.rows import Rows, Statement

_TABLES = """
CREATE TABLE IF NOT EXISTS stock (on_hand INTEGER NOT NULL CHECK (on_hand >= 0));
CREATE TABLE IF NOT EXISTS orders (number INTEGER PRIMARY KEY, status TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS reservations (job TEXT NOT NULL, idempotency_key TEXT, quantity INTEGER NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS one_reservation_a_key
    ON reservations (idempotency_key) WHERE idempotency_key IS NOT NULL;
"""
"""One kind of item is on sale: ``stock`` has one row. Rows without a key may stand any number of times."""


def _take(rows: Rows, values: tuple[int]) -> int:
    """Do to rows what ``_TAKE`` does."""
    (on_hand,) = rows.all("stock")[0]
    return rows.upsert("stock", 1, (on_hand - values[0],)) if on_hand >= values[0] else 0


_STOCK = Statement("SELECT on_hand FROM stock", lambda rows, _values: rows.all("stock"))
_IS_RESERVED = Statement(
    "SELECT 1 FROM reservations WHERE idempotency_key = ?",
    lambda rows, values: [(1,)] if rows.get("reservations", values[0]) else [],
)
_RESERVE = Statement(
    "INSERT INTO reservations VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
    lambda rows, values: rows.insert("reservations", values[1], values),
)
_TAKE = Statement("UPDATE stock SET on_hand = on_hand - ?1 WHERE on_hand >= ?1", _take)
_SET_STATUS = Statement(
    "INSERT INTO orders VALUES (?, 'reserved') ON CONFLICT DO NOTHING",
    lambda rows, values: rows.insert("orders", values[0], (*values, "reserved")),
)
"""Does not take a later status back: a repeat that comes after the payment leaves the order paid."""

_BEFORE = Work(0.8)
_AFTER = Work(0.2)


class OutOfStock(PermanentError):
    """Fewer items are in stock than the order wants; definite, nothing was reserved.

    Args:
        wanted: Items that the order wants.
        on_hand: Items in stock.
    """

    def __str__(self) -> str:
        wanted, on_hand = self.args
        return f"out of stock: {wanted} wanted, {on_hand} on hand"


def handle(job: JobInput) -> Steps:
    """Check the stock, then reserve.

    Raises:
        InvalidData: Definite; the data is no order.
        OutOfStock: Definite; found by the check, or by the reservation when others were faster.
        TransientError: The database failed; ``ReplyLost`` from the reservation is indefinite.
    """
    number = whole_number(job.data, "order")
    quantity = whole_number(job.data, "quantity")
    key = job.idempotency_key

    def check_stock(cursor: sqlite3.Cursor) -> None:
        """Raise OutOfStock unless there is enough, or this job already holds what it wants."""
        on_hand = _on_hand(cursor)
        if on_hand < quantity and (key is None or cursor.execute(_IS_RESERVED, (key,)).fetchone() is None):
            raise OutOfStock(quantity, on_hand)

    def reserve(cursor: sqlite3.Cursor) -> bool:
        execute = cursor.execute
        if not execute(_RESERVE, (job.name, key, quantity)).rowcount:
            return False
        if not execute(_TAKE, (quantity,)).rowcount:
            raise OutOfStock(quantity, _on_hand(cursor))
        execute(_SET_STATUS, (number,))
        return True

    yield Query(check_stock)
    yield _BEFORE
    yield Effect(reserve, DATABASE)
    yield _AFTER
    return {"order": number, "status": "reserved"}


def sample_data(number: int, *, valid: bool) -> dict[str, Any]:
    """Make the data of the n-th order, which wants one item; an invalid one wants less than nothing.

    Args:
        number: From 1.
    """
    return {"order": number, "quantity": 1 if valid else -1}


def _on_hand(cursor: sqlite3.Cursor) -> int:
    on_hand: int = cursor.execute(_STOCK).fetchone()[0]
    return on_hand


HANDLER = Handler(
    name="order",
    about="Checks the stock, then reserves the item and sets the order's status in one transaction.",
    handle=handle,
    sample_data=sample_data,
    effects="reservations",
    tables=_TABLES,
    defaults={
        "attempts": 3,
        "backoff": {"type": "exponential", "delay": "2s"},
        "remove_on_fail": 50,
        "idempotency_key": "on",
    },
    noun="order",
    plural="orders",
    for_real="Both transactions go over the socket of the database",
    order=10,
)
"""Source of the defaults: reliability-model.md, Retry Behavior, Failed Job Handling, Idempotency."""
