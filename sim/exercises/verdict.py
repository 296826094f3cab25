"""The verdict on an answer to an exercise, for people and for a grader."""

import hashlib
import json
from dataclasses import dataclass
from html import escape
from typing import Any

from sim.exercises.formatting import format_verdict
from sim.exercises.judgement import JudgedAnswer

FORMAT = 1
"""The version of ``results.json``."""


@dataclass(frozen=True, repr=False)
class Verdict(JudgedAnswer):
    """The verdict on one answer to one exercise, as text, HTML and JSON."""

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
                    "message": None if one.holds else one.check.message.strip(),
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
        return format_verdict(self)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f'<pre role="status" aria-label="Verdict: {escape(self.judgement.value)}">{escape(str(self))}</pre>'
