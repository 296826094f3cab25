"""What a handler and the program agree on: the instructions that it yields, the job that it gets, and its entry.

The world carries out in simulated time what a handler asks. It sends the answer of a ``Query`` into the generator, or
throws the error it met.
"""

import sqlite3
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeAlias, TypeVar

from sim.handlers.errors import InvalidData

T = TypeVar("T")

DATABASE = "database"
"""The system of an effect in the application's database; any other is an outside one, which its faults do not touch."""


@dataclass(slots=True)
class Work:
    """A part of the job's service time passes.

    Attributes:
        share: Which part, 0 to 1. The shares of one handler sum to 1.
    """

    share: float


@dataclass(slots=True)
class Query(Generic[T]):
    """One transaction on the application's database, answered with what its body returns.

    Attributes:
        body: Runs inside the transaction; it returns values, never the cursor. What it raises undoes the transaction.
        single: Whether the body is one statement, which is a transaction by itself and needs no other around it.

    Raises:
        TransientError: Thrown into the handler when the database fails; see the error for definite or indefinite.
    """

    body: Callable[[sqlite3.Cursor], T]
    single: bool = False


@dataclass(slots=True)
class Effect:
    """What a job changes outside the queue; the world writes down that it happened.

    The handler hears nothing but that it is done, or an error.

    Attributes:
        body: Returns True if the effect was applied, False if an idempotency key recognised and stopped it.
        system: Where it happens, such as ``mail-server``. In ``DATABASE`` it is a transaction on it.
        name: Tells the effects of a job apart where the scenario lists them; empty where there is one.
        number: Which of the job's effects it is, from 1.
        of: How many effects the job has.

    Raises:
        TransientError: Thrown into the handler when the application's database fails; outside systems do not.
    """

    body: Callable[[sqlite3.Cursor], bool]
    system: str
    name: str = ""
    number: int = 1
    of: int = 1


Instruction: TypeAlias = Work | Query[Any] | Effect
Steps: TypeAlias = Generator[Instruction, Any, dict[str, Any]]
"""What calling a handler makes: it yields instructions, is sent answers, and returns the job's result."""


@dataclass(slots=True)
class JobInput:
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


class SampleData(Protocol):
    """Makes the data of the n-th job, the same for the same number; a new dictionary each time."""

    def __call__(self, number: int, *, valid: bool) -> dict[str, Any]:
        """Make the data of one job, numbered from 1; invalid data fails the handler's own validation."""


class Handler(NamedTuple):
    """What one kind of job does, what its data looks like, and how the rest of the program speaks of it.

    Attributes:
        name: What a scenario calls it; a queue of this name has it without saying so.
        about: What one of its jobs does, in a sentence; editors and docs/handlers.md say so.
        handle: Starts one attempt.
        sample_data: Makes a job's data.
        effects: The table in which each row is one effect of the job that its column ``job`` names. Before a dot stands
            the database of an outside system (``mail.outbox``); without one it is the application's own.
        tables: SQL that creates its tables where they are missing; empty where another handler has them all.
        defaults: Settings of a queue with this handler, as a scenario file says them, where the file says nothing.
        noun: One job, in words, such as ``email``.
        plural: Several.
        for_real: What a rehearsal does of it; empty where ``never_real`` says why it cannot.
        never_real: Why a rehearsal cannot run it, and what can be done instead.
        order: Where it stands in lists, from small to large.
        parts: How many effects one job has.
    """

    name: str
    about: str
    handle: Callable[[JobInput], Steps]
    sample_data: SampleData
    effects: str
    tables: str = ""
    defaults: Mapping[str, Any] = {}
    noun: str = "job"
    plural: str = "jobs"
    for_real: str = ""
    never_real: str = ""
    order: int = 1_000
    parts: int = 1


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
