"""Invoices: render one from a template, print it, then file it. A handler that is there in a test alone."""

import sqlite3
from typing import Any

from sim.handlers.base import Effect, Handler, JobInput, Query, Steps, Work, whole_number

_TABLES = """
CREATE TABLE IF NOT EXISTS filed (number INTEGER PRIMARY KEY, bytes INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS printer.printouts (job TEXT NOT NULL, idempotency_key TEXT);
CREATE UNIQUE INDEX IF NOT EXISTS printer.one_printout_a_key
    ON printouts (idempotency_key) WHERE idempotency_key IS NOT NULL;
"""


def handle(job: JobInput) -> Steps:
    """Render, print, file.

    Raises:
        InvalidData: Definite; the data is no invoice.
        TransientError: The database failed; thrown by the last query, it comes after the invoice was printed.
    """
    number = whole_number(job.data, "invoice")

    def template(cursor: sqlite3.Cursor) -> bytes:
        return bytes(cursor.execute("SELECT zeroblob(100)").fetchone()[0])

    def print_it(cursor: sqlite3.Cursor) -> bool:
        row = (job.name, job.idempotency_key)
        return cursor.execute("INSERT INTO printer.printouts VALUES (?, ?) ON CONFLICT DO NOTHING", row).rowcount == 1

    def file_it(cursor: sqlite3.Cursor) -> None:
        cursor.execute("INSERT INTO filed VALUES (?, ?) ON CONFLICT DO NOTHING", (number, len(page)))

    page = yield Query(template, single=True)
    yield Work(0.5)
    yield Effect(print_it, "printer")
    yield Work(0.5)
    yield Query(file_it, single=True)
    return {"invoice": number, "bytes": len(page)}


def sample_data(number: int, *, valid: bool) -> dict[str, Any]:
    """Make the data of the n-th invoice; an invalid one has a negative number.

    Args:
        number: From 1.
    """
    return {"invoice": number if valid else -number}


HANDLER = Handler(
    name="invoice",
    about="Renders an invoice from its template, prints it, then files it.",
    handle=handle,
    sample_data=sample_data,
    effects="printer.printouts",
    tables=_TABLES,
    defaults={"attempts": 2, "backoff": {"type": "fixed", "delay": "3s"}, "idempotency_key": "off"},
    noun="invoice",
    plural="invoices",
    never_real="its template is bytes, which the sockets of a rehearsal do not carry; rehearse email instead",
    order=40,
)
