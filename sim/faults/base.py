"""What every fault is made of: when it strikes, whom, and what its file tells the rest of the program.

A fault strikes at listed moments (`at`) or at random ones (`mean_every`, in a window from `start` to `until`).
A target is a queue's workers (`email`), one process (`email-2`), the in-process `application`, or `workers` (all).
In in-process mode there are no workers: what strikes a worker there strikes the application, which runs the jobs.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.yaml_files.fields import CoarseDuration, Duration, JobName, Model

Step = Literal["between-take-and-lock", "before-effect", "after-effect-before-ack"]
JobNames = Annotated[list[JobName], Field(min_length=1, max_length=10_000)]
FaultTimes = Duration | Annotated[list[Duration], Field(min_length=1, max_length=10_000)]


class Fault(Model):
    """One entry of a scenario's `faults`; each kind has a model of its own, told apart by `kind`."""

    kind: str


class ScheduledFault(Fault):
    """When a fault strikes: at listed moments, or at random ones."""

    at: FaultTimes | None = None
    """The moment or moments."""
    mean_every: CoarseDuration | None = None
    """Mean gap between random strikes."""
    start: Duration = 0
    """Random strikes begin here."""
    until: Duration | None = None
    """Random strikes end here; left out, when the last job is offered."""

    @property
    def moments(self) -> list[int]:
        """The listed moments, sorted; empty when the fault strikes at random ones."""
        if self.at is None:
            return []
        return sorted(self.at) if isinstance(self.at, list) else [self.at]


class Timed(ScheduledFault):
    """A fault that strikes at times: `at` or `mean_every` is required."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.at is None) == (self.mean_every is None):
            raise ValueError("give either at: (a moment or a list) or mean_every: (random moments), and not both")
        return self
