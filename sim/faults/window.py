"""How a fault shows in pictures, tables and a job's story."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal


class FaultKind(StrEnum):
    """What stood broken, or who interfered, in the words of a picture's label for several of them."""

    DOWN = "processes down"
    SHUTDOWN = "processes shutting down"
    FROZEN = "processes frozen"
    REDIS = "Redis down"
    READ_ONLY = "Redis read-only"
    CUT_OFF = "processes cut off"
    CLOCK = "clocks wrong"
    SLOW = "Redis slow"
    REPLIES = "replies lost"
    DATABASE = "database failing"
    HANDLER = "handlers failing"
    OTHER = "other faults"
    OPERATOR = "operator"
    OVERLOAD = "overload"


@dataclass(frozen=True)
class Window:
    """The time between an event ``fault-began`` and its ``fault-ended``.

    Attributes:
        group: What stands broken meanwhile; a picture with many windows has a row for each group.
        label: Names it, by what the event tells and by the process that it strikes (empty where it strikes none).
        began: What a job's story says when it begins.
        ended: What it says when it ends.
        detail: The field of the event that the story tells besides.
        overlap: What several at once are, of one name or process: windows of their own, one that ends with the last of
            them, or each the end of the one before.
    """

    group: FaultKind
    label: Callable[[Mapping[str, Any], str], str]
    began: str
    ended: str
    detail: str = ""
    overlap: Literal["apart", "merged", "replaced"] = "apart"
