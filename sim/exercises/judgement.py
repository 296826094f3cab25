"""What the checks of an exercise find of one answer."""

from dataclasses import dataclass, field
from enum import StrEnum

from sim.exercises.bounds import value_text
from sim.exercises.evidence import Evidence
from sim.exercises.exercise import Check
from sim.exercises.measures import nothing_measured
from sim.exercises.prediction import Scored


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
            return nothing_measured(self.check.measure)
        return value_text(self.observed, self.check.is_time)


@dataclass(frozen=True)
class JudgedAnswer:
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
