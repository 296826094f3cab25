"""How a person throws a fault on the live page: a button, what it asks for, and what it does to both modes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

from sim.core.errors import SimError
from sim.faults.injector import FaultId, FaultInjector
from sim.yaml_files.fields import ModeName

Place = Literal["process", "redis", "database", "anything"]
"""The row of the page that a button stands in; ``anything`` is a row for what fits nowhere else."""


class Refused(SimError):
    """Something that cannot be done by hand at this moment; its text says why."""


class HandInjector(FaultInjector[Any], Protocol):
    """A simulated mode's injector, with what a person has to know before doing something by hand."""

    @property
    def redis_state(self) -> str:
        """``up``, ``hung``, ``loading``, ``down`` or ``read-only``."""

    @property
    def persistence(self) -> str:
        """What Redis keeps, such as ``aof-everysec``."""

    def restart(self, process: Any) -> None:
        """Start a replacement for a dead process."""

    def restore_point_ms(self, cause: str) -> int | None:
        """Say which moment's data Redis would have after a crash now, ms since the run began; None for none at all."""

    def is_database_failing(self, name: str) -> bool:
        """Whether the database failure of this name is under way."""

    def is_database_slowed(self, name: str) -> bool:
        """Whether the database is slowed under this name."""

    def is_redis_hung(self, fault: FaultId) -> bool:
        """Whether Redis hangs under this name."""

    def is_redis_slowed(self, fault: FaultId) -> bool:
        """Whether anybody's commands are slowed under this name."""

    def loses_replies(self, fault: FaultId) -> bool:
        """Whether anybody's replies get lost under this name."""


Hands = Mapping[ModeName, HandInjector]
"""The injector of each mode; what is done by hand is done to both."""
Arguments = dict[str, str]


class Choice(NamedTuple):
    """One value that a person may choose for an argument, and how the page shows it."""

    value: str
    words: str


class RedisSettings(Protocol):
    """What a scenario says that its Redis keeps."""

    @property
    def persistence(self) -> str:
        """Such as ``aof-everysec``."""

    @property
    def save_interval(self) -> int:
        """With ``rdb``: time between two snapshots, ms."""


@dataclass(frozen=True)
class Question:
    """An argument that the page asks for, in a list of choices.

    Attributes:
        name: The argument.
        label: What stands before the list.
        choices: What may be chosen; it may depend on what Redis keeps.
        start: The value that is chosen at first.
        after: What stands behind the list.
    """

    name: str
    label: str
    choices: Callable[[RedisSettings], tuple[Choice, ...]]
    start: str
    after: str = ""


@dataclass(frozen=True)
class HandVerb:
    """Something that a person can do by hand: throw a fault, or take it back.

    Attributes:
        name: What the log of a live run calls it, such as ``freeze-worker``.
        button: What the page's button says.
        place: The row that the button stands in; in ``process`` it gets the argument ``process``.
        act: Does it to both modes, and returns what was done, in words. It raises ``Refused`` where it makes no sense.
        is_offered: Whether the button is there now, by queue mode's injector and the process of the row (else None).
        asks: What the page asks for.
        optional: Names of the arguments that may be left out.
        slot: Buttons of one row with the same slot take each other's place.
        goes_back_to: Which moment's data Redis has afterwards, ms since the run began; None where it keeps its own.
    """

    name: str
    button: str
    place: Place
    act: Callable[[Hands, Arguments], str]
    is_offered: Callable[[HandInjector, Any], bool]
    asks: tuple[Question, ...] = ()
    optional: tuple[str, ...] = ()
    slot: str = ""
    goes_back_to: "Callable[[HandInjector, Arguments], int | None] | None" = None

    @property
    def needs(self) -> tuple[str, ...]:
        """The arguments that it must have."""
        named = ("process",) if self.place == "process" else ()
        return (*named, *(one.name for one in self.asks if one.name not in self.optional))


def struck(hands: Hands, arguments: Arguments) -> list[tuple[HandInjector, Any]]:
    """Find the processes of both modes that a person names, each with the injector that strikes it.

    Queue mode comes first: a name that is not there is refused before anything is struck.

    Raises:
        UnknownName: Nothing is called so.
    """
    name = arguments["process"]
    hands["queue"].processes(name)
    return [(injector, process) for injector in hands.values() for process in injector.processes(name)]
