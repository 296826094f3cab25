"""What a handler asks of the world; the world carries it out in simulated time.

The world sends the answer of a ``Query`` into the generator, or throws the error it met.

What a handler is given.
Checks on a job's data that several handlers make.
"""

import sqlite3
from collections.abc import Callable, Generator, Mapping
from typing import Any, Generic, Literal, NamedTuple, TypeAlias, TypeVar

from sim.handlers.errors import InvalidData

T = TypeVar("T")

System = Literal["database", "payment-provider", "mail-server"]
"""Where an effect happens. The last two are outside systems, which the database's faults do not touch."""


class Work(NamedTuple):
    """A part of the job's service time passes.

    Attributes:
        share: Which part, 0 to 1. The shares of one handler sum to 1.
    """

    share: float


class Query(NamedTuple, Generic[T]):
    """One transaction on the application's database, answered with what its body returns.

    Attributes:
        body: Runs inside the transaction; it returns values, never the cursor. What it raises undoes the transaction.
        single: Whether the body is one statement, which is a transaction by itself and needs no other around it.

    Raises:
        TransientError: Thrown into the handler when the database fails; see the error for definite or indefinite.
    """

    body: Callable[[sqlite3.Cursor], T]
    single: bool = False


class Effect(NamedTuple):
    """The one thing that a job changes outside the queue; the world writes down that it happened.

    The handler hears nothing but that it is done, or an error.

    Attributes:
        body: Returns True if the effect was applied, False if an idempotency key recognised and stopped it.
        system: Where it happens. With ``database`` it is a transaction on the application's database.

    Raises:
        TransientError: Thrown into the handler when the application's database fails; outside systems do not.
    """

    body: Callable[[sqlite3.Cursor], bool]
    system: System


Instruction: TypeAlias = Work | Query[Any] | Effect
Steps: TypeAlias = Generator[Instruction, Any, dict[str, Any]]
"""What calling a handler makes: it yields instructions, is sent answers, and returns the job's result."""


class JobInput(NamedTuple):
    """One job as its handler sees it; every attempt at the job sees the same.

    Attributes:
        name: The job's name, such as ``email-17``.
        data: What the producer wrote into the job; nothing is known of it until the handler has validated it.
        idempotent: Whether a second effect of this job is to be recognised.
    """

    name: str
    data: Mapping[str, Any]
    idempotent: bool

    @property
    def idempotency_key(self) -> str | None:
        """The key that goes with the effect: the job's name, or None where nobody asked for idempotency."""
        return self.name if self.idempotent else None


LARGEST = 1_000_000_000
"""The largest number that a job's data may hold."""


def whole_number(data: Mapping[str, Any], field: str) -> int:
    """Return a field that must be a whole number from 1 to ``LARGEST``; ``true`` and ``1.0`` are none.

    Raises:
        InvalidData: Definite.
    """
    value = data.get(field)
    if type(value) is not int or not 1 <= value <= LARGEST:
        raise InvalidData(field, f"a whole number from 1 to {LARGEST:,}", value)
    return value
