"""`handler-error`: handlers raise errors of their own, by chance or in named jobs."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.faults.base import JobNames, ScheduledFault
from sim.faults.fault_type import FaultType
from sim.faults.injector import InjectedError
from sim.faults.schedule import Setting
from sim.yaml_files.fields import PositiveDuration, Share


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


def arrange(fault: HandlerError, setting: Setting) -> None:
    """Let the attempts that the fault means fail before their effect.

    Whether one attempt of one job fails depends on the seed, the job and the attempt alone, so both modes see the same.
    """
    injector = setting.injector
    windows = [(t_ms, t_ms + (fault.duration or 0)) for t_ms in fault.moments]
    jobs = None if fault.jobs is None else frozenset(fault.jobs)

    def hook(queue: str, job: str, attempt: int) -> InjectedError | None:
        if windows and not any(begin <= injector.now_ms < end for begin, end in windows):
            return None
        if fault.queues is not None and queue not in fault.queues:
            return None
        if jobs is not None and job not in jobs:
            return None
        if fault.first_attempts is not None and attempt > fault.first_attempts:
            return None
        if fault.rate < 1 and setting.streams.unit(setting.name, job, attempt) >= fault.rate:
            return None
        if fault.error == "permanent":
            return InjectedError(permanent=True, message="this will never work (injected)")
        return InjectedError(permanent=False, message="this did not work this time (injected)")

    injector.on_attempt(hook)
    for begin, end in windows:
        injector.at(begin, lambda: injector.announce("handler-fault-began", error=fault.error, name=setting.name))
        injector.at(end, lambda: injector.announce("handler-fault-ended", name=setting.name))


FAULT = FaultType(order=80, model=HandlerError, arrange=arrange)
