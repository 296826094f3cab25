"""One weakness of a scenario, and the evidence for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from sim.advise.trials import Trial

Number = int | float


class Severity(StrEnum):
    """How severe a finding is, worst first."""

    LOSE = "lose"
    """Jobs end without their effect: permanently failed, rejected, or lost."""
    DUPLICATE = "duplicate"
    """An effect happens twice or more."""
    DELAY = "delay"
    """Effects come late, or work is wasted."""
    KNOW = "know"
    """A limit that nothing in the scenario exceeds."""


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
        queue: The queue it is about, or None for the whole scenario.
        what: What will hurt, in a sentence or two.
        numbers: What it was computed from, by name; times end in ``_ms``.
        arithmetic: How the numbers combine.
        why: What it rests on.
        fix: What to change, in a sentence.
        setting: The same as parts of a scenario file, or None where no setting fixes it.
        see: A shipped scenario that shows it.
        trial: A run that was made to show it.
    """

    check: str
    severity: Severity
    queue: str | None
    what: str
    arithmetic: str
    why: tuple[Source, ...]
    fix: str
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
            "fix": self.fix,
            "setting": None if self.setting is None else dict(self.setting),
            "see": self.see,
            "trial": None if self.trial is None else self.trial.as_dict(),
        }
