"""Emails: send one through the mail server, then write that down.

The effect is a row in ``mail.outbox``, in a system of its own: what is sent stays sent. Sending is not idempotent; with
an idempotency key the mail provider recognises a second send.

Source: reliability-model.md, Non-Idempotent Operations, and its production note on idempotency keys.
"""

import re
import sqlite3
from typing import Any

from sim.handlers.base import Effect, Handler, JobInput, Query, Steps, Work, whole_number
from sim.handlers.errors import InvalidData, PermanentError
from sim.handlers.rows import Statement

_TABLES = """
CREATE TABLE IF NOT EXISTS opt_outs (address TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS notifications (number INTEGER PRIMARY KEY, status TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS mail.outbox (job TEXT NOT NULL, idempotency_key TEXT, address TEXT NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS mail.one_mail_a_key
    ON outbox (idempotency_key) WHERE idempotency_key IS NOT NULL;
"""
"""``opt_outs`` is empty until somebody fills it. Mails without a key may stand any number of times."""

_OPTED_OUT = Statement(
    "SELECT 1 FROM opt_outs WHERE address = ?",
    lambda rows, values: [(1,)] if rows.get("opt_outs", values[0]) else [],
)
_SEND = Statement(
    "INSERT INTO mail.outbox VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
    lambda rows, values: rows.insert("mail.outbox", values[1], values),
)
_SET_STATUS = Statement(
    "INSERT INTO notifications VALUES (?, 'sent') ON CONFLICT (number) DO UPDATE SET status = 'sent'",
    lambda rows, values: rows.upsert("notifications", values[0], (*values, "sent")),
)

_match_address = re.compile(r"[!-?A-~]+@[!-?A-~]+").fullmatch
"""Printable ASCII with one @ in its middle."""

_BEFORE = Work(0.8)
_AFTER = Work(0.2)


class OptedOut(PermanentError):
    """The recipient wants no mail; definite, nothing was sent.

    Args:
        address: The recipient.
    """

    def __str__(self) -> str:
        return f"{self.args[0]} has opted out of mail"


def handle(job: JobInput) -> Steps:
    """Look the recipient up, send, then mark the notification as sent.

    Raises:
        InvalidData: Definite; the data is no email.
        OptedOut: Definite; the recipient wants no mail.
        TransientError: The database failed; thrown by the last transaction, it comes after the mail has gone out.
    """
    number = whole_number(job.data, "notification")
    address = job.data.get("to")
    if not isinstance(address, str) or not _match_address(address):
        raise InvalidData("to", "an address such as customer-1@example.com", address)

    def look_up(cursor: sqlite3.Cursor) -> None:
        """Raise OptedOut for a recipient who wants no mail."""
        if cursor.execute(_OPTED_OUT, (address,)).fetchone():
            raise OptedOut(address)

    def send(cursor: sqlite3.Cursor) -> bool:
        return cursor.execute(_SEND, (job.name, job.idempotency_key, address)).rowcount == 1

    def mark_sent(cursor: sqlite3.Cursor) -> None:
        cursor.execute(_SET_STATUS, (number,))

    yield Query(look_up, single=True)
    yield _BEFORE
    yield Effect(send, "mail-server")
    yield _AFTER
    yield Query(mark_sent, single=True)
    return {"notification": number, "status": "sent"}


def sample_data(number: int, *, valid: bool) -> dict[str, Any]:
    """Make the data of the n-th email; an invalid one has an address without @.

    Args:
        number: From 1.
    """
    return {"notification": number, "to": f"customer-{number}{'@' if valid else '.'}example.com"}


HANDLER = Handler(
    name="email",
    about="Looks up the recipient, sends through the mail server, then marks the notification as sent.",
    handle=handle,
    sample_data=sample_data,
    effects="mail.outbox",
    tables=_TABLES,
    defaults={
        "attempts": 5,
        "backoff": {"type": "exponential", "delay": "1s"},
        "remove_on_fail": 25,
        "idempotency_key": "off",
    },
    noun="email",
    plural="emails",
    for_real="Both statements go over the socket of the database, the mail over that of outside systems",
    order=20,
)
"""Source of the defaults: reliability-model.md, Retry Behavior, Failed Job Handling, Non-Idempotent Operations."""
