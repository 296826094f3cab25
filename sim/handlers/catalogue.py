"""The handlers there are, by the name that a scenario calls them.

A new one is a file such as ``email.py`` and its entry here. It brings tables of its own, or writes to those there are.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from sim.handlers import email, order, payment
from sim.handlers.base import JobInput, Steps


class SampleData(Protocol):
    """Makes the data of the n-th job, the same for the same number; a new dictionary each time."""

    def __call__(self, number: int, *, valid: bool) -> dict[str, Any]:
        """Make the data of one job, numbered from 1."""


class Handler(NamedTuple):
    """What one kind of job does, and what its data looks like.

    Attributes:
        handle: Starts one attempt.
        sample_data: Makes a job's data; invalid data fails the handler's own validation.
        tables: SQL that creates its tables where they are missing; effects go to one with a column ``job``.
        effects: The table in which each row is one effect of the job it names; None when another handler says so.
    """

    handle: Callable[[JobInput], Steps]
    sample_data: SampleData
    tables: str = ""
    effects: str | None = None


HANDLERS: dict[str, Handler] = {
    "order": Handler(order.handle, order.sample_data, order.TABLES, order.EFFECTS),
    "payment": Handler(payment.handle, payment.sample_data, payment.TABLES, payment.EFFECTS),
    "email": Handler(email.handle, email.sample_data, email.TABLES, email.EFFECTS),
}
