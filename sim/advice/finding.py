"""One thing that will hurt, and what shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from sim.advice.trials import Trial

Number = int | float


class Severity(StrEnum):
    """How much a finding hurts, worst first."""

    LOSE = "lose"
    """Jobs end without their effect: failed for good, refused, or gone."""
    DUPLICATE = "duplicate"
    """An effect happens twice or more."""
    DELAY = "delay"
    """Effects come late, or work is done for nothing."""
    KNOW = "know"
    """A limit that nothing in the scenario goes beyond."""


SEVERITIES = tuple(Severity)
HEADINGS = {
    Severity.LOSE: "will lose",
    Severity.DUPLICATE: "will duplicate",
    Severity.DELAY: "will delay",
    Severity.KNOW: "worth knowing",
}


class Source(NamedTuple):
    """The sentence or the measured fact that a finding rests on.

    Attributes:
        where: The file in ``docs/`` and the section.
        says: A line of that section, word for word, without Markdown's asterisks.
    """

    where: str
    says: str


@dataclass(frozen=True)
class Finding:
    """What a check has found.

    Attributes:
        check: The check's name, which does not change.
        queue: The queue it speaks of, or None for the scenario as a whole.
        what: What will hurt, in a sentence or two.
        numbers: What it was worked out from, by name; times end in ``_ms``.
        arithmetic: How the numbers come together.
        why: What it rests on.
        right: What would be right, in words.
        setting: The same as parts of a scenario file, or None where no setting mends it.
        see: A shipped scenario that shows it.
        trial: A run that was made to show it.
    """

    check: str
    severity: Severity
    queue: str | None
    what: str
    arithmetic: str
    why: tuple[Source, ...]
    right: str
    numbers: Mapping[str, Number] = field(default_factory=dict)
    setting: Mapping[str, Any] | None = None
    see: str | None = None
    trial: Trial | None = None

    def as_dict(self) -> dict[str, Any]:
        """The finding as the JSON contract writes it."""
        return {
            "check": self.check,
            "severity": self.severity.value,
            "queue": self.queue,
            "what": self.what,
            "numbers": dict(self.numbers),
            "arithmetic": self.arithmetic,
            "why": [source._asdict() for source in self.why],
            "right": self.right,
            "setting": None if self.setting is None else dict(self.setting),
            "see": self.see,
            "trial": None if self.trial is None else self.trial.as_dict(),
        }
