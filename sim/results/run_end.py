"""How a run ended, and what was left to do."""

from dataclasses import dataclass, field
from typing import Any, Literal

from sim.core.durations import format_duration
from sim.results.facts import Place

EndedBy = Literal["settled", "duration", "horizon", "hand"]


"""Nothing was left to do, the scenario's ``duration``, the default horizon, or whoever took stock before all that."""


@dataclass(frozen=True)
class RunEnd:
    """How one mode of a run ended.

    Attributes:
        by: ``duration``, ``settled`` (nothing was left to do), ``horizon`` (it gave up) or ``hand`` (stopped by hand).
        at_ms: When, ms since the run began.
        pending: How many jobs had no outcome yet, by where they were; places without any are omitted.
        due_ms: When the first and the last delayed one become due, ms since the run began; None where none does.
        lately: How many jobs ended in the last ``lately_ms``, which tells whether more time would help.
        lately_ms: How long that is, ms.
        held_up: By queue, why its jobs do not go on: ``paused``, ``no workers`` or ``hung`` (its handlers).
        enough_ms: A duration that would probably be enough to finish them, ms; None if more time alone does not help.
    """

    by: EndedBy
    at_ms: int
    pending: dict[Place, int] = field(default_factory=dict)
    due_ms: tuple[int, int] | None = None
    lately: int = 0
    lately_ms: int = 0
    held_up: dict[str, str] = field(default_factory=dict)
    enough_ms: int | None = None

    @property
    def is_early(self) -> bool:
        """Whether it ended before all was settled."""
        return self.by != "settled" and any(self.pending.values())

    def as_dict(self) -> dict[str, Any]:
        """The end as the JSON contract writes it."""
        first_ms, last_ms = self.due_ms or (None, None)
        return {
            "by": self.by,
            "at_ms": self.at_ms,
            "early": self.is_early,
            "pending": {place.value: count for place, count in self.pending.items()},
            "first_due_ms": first_ms,
            "last_due_ms": last_ms,
            "held_up": self.held_up,
            "duration": None if self.enough_ms is None else format_duration(self.enough_ms),
        }
