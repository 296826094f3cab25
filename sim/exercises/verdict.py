"""What a check of an exercise comes to, for people and for a grader."""

import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum
from html import escape
from typing import Any

from sim.exercises.bounds import value_text
from sim.exercises.evidence import Evidence
from sim.exercises.exercise import Check
from sim.exercises.measures import NOTHING_MEASURED
from sim.exercises.prediction import Scored

FORMAT = 1
"""The version of ``results.json``."""


class Judgement(StrEnum):
    """How an answer to an exercise is judged."""

    PASS = "pass"
    FAIL = "fail"
    CANNOT_TELL = "cannot tell"

    @property
    def exit_code(self) -> int:
        """The exit code of the command that says so."""
        return {"pass": 0, "fail": 1, "cannot tell": 2}[self.value]


@dataclass(frozen=True)
class CheckResult:
    """One check over all unseen seeds.

    Attributes:
        observed: The worst value of all seeds, ms for a time; None where there was nothing to measure.
        seed: The seed that gave it.
    """

    check: Check
    holds: bool
    observed: float | None
    seed: int

    @property
    def expected_text(self) -> str:
        """The bound, as people read it."""
        return self.check.limit.text

    @property
    def observed_text(self) -> str:
        """The worst value, as people read it."""
        if self.observed is None:
            return NOTHING_MEASURED.get(self.check.measure, "nothing was delivered")
        return value_text(self.observed, self.check.is_time)


@dataclass(frozen=True)
class Verdict:
    """What became of one answer to one exercise.

    Attributes:
        seeds: How many unseen seeds were run.
        problems: Why nothing can be told, a line each; empty otherwise.
        evidence: What shows the first failing check; None where none fails.
        became: What became of all jobs in the run that breaks it, in a sentence; empty where none fails.
        replay: The command that runs it again; empty where none fails.
        broke: Whether the program itself failed at the answer, which is not the answer's fault.
    """

    exercise: str
    title: str
    judgement: Judgement
    policy: str = ""
    seeds: int = 0
    checks: list[CheckResult] = field(default_factory=list)
    predictions: list[Scored] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    evidence: Evidence | None = None
    replay: str = ""
    became: str = ""
    broke: bool = False

    @property
    def passed(self) -> bool:
        """Whether every check holds on every seed."""
        return self.judgement is Judgement.PASS

    @property
    def first_failing(self) -> CheckResult | None:
        """The first check that does not hold."""
        return next((check for check in self.checks if not check.holds), None)

    def as_dict(self) -> dict[str, Any]:
        """The verdict as ``results.json`` has it; docs/exercises.md says what each key means."""
        failing = self.first_failing
        return {
            "version": FORMAT,
            "exercise": self.exercise,
            "status": {"cannot tell": "error"}.get(self.judgement.value, self.judgement.value),
            "verdict": self.judgement.value,
            "policy_sha256": hashlib.sha256(self.policy.encode()).hexdigest() if self.policy else None,
            "seeds": self.seeds,
            "problems": self.problems,
            "tests": [
                {
                    "name": one.check.name,
                    "status": "pass" if one.holds else "fail",
                    "measure": one.check.measure,
                    "mode": one.check.mode,
                    "queue": one.check.queue,
                    "expected": one.expected_text,
                    "observed": one.observed_text,
                    "seed": one.seed,
                    "message": None if one.holds else one.check.says.strip(),
                }
                for one in self.checks
            ],
            "first_failing": None if failing is None else failing.check.name,
            "became": self.became or None,
            "timeline": None if self.evidence is None else self.evidence.lines,
            "replay": self.replay or None,
            "predictions": [
                {
                    "name": one.name,
                    "thought": one.thought,
                    "happened": one.happened,
                    "right": one.right,
                }
                for one in self.predictions
            ],
        }

    def json(self) -> str:
        """The text of ``results.json``."""
        return json.dumps(self.as_dict(), indent=2, ensure_ascii=False) + "\n"

    def __str__(self) -> str:
        from sim.exercises.formatting import told

        return told(self)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f'<pre role="status" aria-label="Verdict: {escape(self.judgement.value)}">{escape(str(self))}</pre>'
