"""The lines of an error log grouped by message: what went wrong, and how often."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sim.results.text import duration_in_words


@dataclass
class ErrorGroup:
    """Failed attempts of one mode and queue with the same message.

    Attributes:
        first: The first of them, as the error log has it.
        ends: How many of them had each ``next``.
        jobs: How many jobs they belong to.
    """

    first: dict[str, Any]
    count: int = 0
    ends: dict[str, int] = field(default_factory=dict)
    _jobs: set[str] = field(default_factory=set)

    @property
    def jobs(self) -> int:
        """How many jobs failed so."""
        return len(self._jobs)

    @property
    def message(self) -> str:
        """What was said; the error's name where messages are left out."""
        first = self.first
        return str(first.get("message", first.get("error", "(left out)")))

    @property
    def when(self) -> str:
        """When it happened first, since the run began."""
        return duration_in_words(self.first["t_ms"]) if "t_ms" in self.first else ""

    @property
    def became(self) -> str:
        """What happened next, such as ``retry 12, failed 3``."""
        return ", ".join(f"{what} {count:,}" for what, count in self.ends.items())

    def add(self, line: dict[str, Any]) -> None:
        """Count one more."""
        self.count += 1
        self._jobs.add(f"{line.get('job')}")
        what = line.get("next")
        if what is not None:
            self.ends[what] = self.ends.get(what, 0) + 1


def group_errors(lines: Iterable[dict[str, Any]]) -> list[ErrorGroup]:
    """Group the lines of an error log by mode, queue and message, in the order in which these came first."""
    groups: dict[tuple[Any, ...], ErrorGroup] = {}
    for line in lines:
        key = tuple(line.get(name) for name in ("mode", "queue", "error", "message"))
        if key not in groups:
            groups[key] = ErrorGroup(line)
        groups[key].add(line)
    return list(groups.values())
