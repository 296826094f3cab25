"""`worker-crash`: a process dies at a time, or at a step of a job; another may take its place."""

from functools import partial
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.faults.base import JobNames, ScheduledFault, Step
from sim.faults.fault_type import FaultType
from sim.faults.injector import Death, Named
from sim.faults.schedule import Setting
from sim.yaml_files.fields import Duration


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


def arrange(fault: WorkerCrash, setting: Setting) -> None:
    """Arrange for the crash or crashes of one fault."""
    injector = setting.injector
    targets = injector.processes(fault.target)
    if fault.on_job is None and fault.jobs is None:
        for t_ms in setting.fault_times(fault):
            for process in targets:
                injector.at(t_ms, partial(injector.crash, process, fault.restart_after))
        return
    wanted = fault.step or "before-effect"
    reached = 0
    died_in: set[str] = set()

    def hook(step: Step, process: Named, _queue: str, job: str) -> Death | None:
        nonlocal reached
        if step != wanted or process not in targets:
            return None
        reached += 1
        if fault.jobs is not None:
            if job not in fault.jobs or job in died_in:
                return None
            died_in.add(job)
        elif reached != fault.on_job:
            return None
        return Death(fault.restart_after)

    injector.on_step(hook)


FAULT = FaultType(order=10, model=WorkerCrash, arrange=arrange)
