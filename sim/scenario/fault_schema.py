"""What a scenario may break: one model a fault, told apart by `kind`.

A fault strikes at listed moments (`at`) or at random ones (`mean_every`, in a window from `start` to `until`).
A target is a queue's workers (`email`), one process (`email-2`), the in-process `application`, or `workers` (all).
In in-process mode there are no workers: what strikes a worker there strikes the application, which runs the jobs.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.yaml_files.fields import CoarseDuration, Duration, JobName, Model, PositiveDuration, Share

Step = Literal["between-take-and-lock", "before-effect", "after-effect-before-ack"]
JobNames = Annotated[list[JobName], Field(min_length=1, max_length=10_000)]
FaultTimes = Duration | Annotated[list[Duration], Field(min_length=1, max_length=10_000)]


class ScheduledFault(Model):
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


class WorkerCrash(ScheduledFault):
    """A process dies as if by SIGKILL: at a time, at a step of a job, or on the n-th job it takes."""

    kind: Literal["worker-crash"]
    target: str = "workers"
    step: Step | None = None
    """With `on_job` or `jobs`: the step at which to die; left out, before the effect."""
    on_job: Annotated[int, Field(ge=1)] | None = None
    """Die the n-th time that the target reaches the step, counted over the run."""
    jobs: JobNames | None = None
    """These jobs, the first time each reaches the step."""
    restart_after: Duration | None = 1_000
    """How long until a new process takes its place; `null` means never."""

    @model_validator(mode="after")
    def _one_cause(self) -> Self:
        timed = (self.at is not None) + (self.mean_every is not None)
        stepped = (self.on_job is not None) + (self.jobs is not None)
        if timed + stepped != 1:
            raise ValueError("give exactly one of at:, mean_every:, on_job: and jobs:")
        if timed and self.step is not None:
            raise ValueError("step: belongs to on_job: or jobs:, a crash at a time hits whatever step is running")
        return self


class WorkerFreeze(Timed):
    """A process stops (as by SIGSTOP, a long garbage collection or a paused machine) and goes on later."""

    kind: Literal["worker-freeze"]
    target: str = "workers"
    duration: PositiveDuration
    """How long it stands still."""


class PoisonJob(Model):
    """A job that kills whichever process runs it, every time."""

    kind: Literal["poison-job"]
    jobs: JobNames
    step: Literal["before-effect", "after-effect-before-ack"] = "before-effect"
    restart_after: Duration | None = 1_000
    """How long until a new process takes the dead one's place; `null` means never."""


class RedisOutage(Timed):
    """Redis cannot be reached; its data stays."""

    kind: Literal["redis-outage"]
    duration: PositiveDuration
    lost_replies: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """Submits under way when it goes: Redis has carried them out, and the answer never arrives."""


class RedisCrash(Timed):
    """The Redis process or its machine dies; what it knew afterwards is up to `redis.persistence`."""

    kind: Literal["redis-crash"]
    duration: PositiveDuration
    """How long until it is started again."""
    cause: Literal["process-kill", "power-loss"] = "process-kill"
    """A killed process keeps what reached the operating system; a power loss keeps what reached the disk."""
    loading: Duration = 0
    """How long it reads its data after the start, refusing every command with LOADING."""


class DatabaseFailure(Timed):
    """The application's database fails."""

    kind: Literal["database-failure"]
    duration: PositiveDuration
    failure: Literal["refuse", "abort", "lost-reply"] = "refuse"
    """`refuse`: no connection; `abort`: fails in the middle, all undone; `lost-reply`: committed, answer lost."""
    share: Share = 1
    """Share of the calls that fail."""


class SlowDatabase(Timed):
    """Every call to the application's database takes longer."""

    kind: Literal["slow-database"]
    duration: PositiveDuration
    latency: PositiveDuration
    """Added to every call."""


class HandlerError(ScheduledFault):
    """The handler raises an error of its own, before its effect."""

    kind: Literal["handler-error"]
    error: Literal["transient", "permanent"] = "transient"
    queues: Annotated[list[str], Field(min_length=1)] | None = None
    """Only jobs of these queues; left out, all."""
    jobs: JobNames | None = None
    """Only these jobs."""
    rate: Share = 1
    """Chance that one attempt fails."""
    first_attempts: Annotated[int, Field(ge=1, le=1_000)] | None = None
    """Only the first so many attempts of a job."""
    duration: PositiveDuration | None = None
    """With `at`: how long. Without `at`: the whole run."""

    @model_validator(mode="after")
    def _window(self) -> Self:
        if self.mean_every is not None or self.until is not None or self.start:
            raise ValueError("handler-error takes at: with duration:, or neither; use rate: for chance")
        if (self.at is None) != (self.duration is None):
            raise ValueError("at: and duration: belong together")
        return self


Fault = Annotated[
    WorkerCrash | WorkerFreeze | PoisonJob | RedisOutage | RedisCrash | DatabaseFailure | SlowDatabase | HandlerError,
    Field(discriminator="kind"),
]
