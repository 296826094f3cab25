"""`poison-job`: whoever runs this job dies of it, every time."""

from typing import Literal

from sim.faults.base import Fault, JobNames, Step
from sim.faults.fault_type import FaultType
from sim.faults.injector import Death, Named
from sim.faults.schedule import Setting
from sim.yaml_files.fields import Duration


class PoisonJob(Fault):
    """A job that kills whichever process runs it, every time."""

    kind: Literal["poison-job"]
    jobs: JobNames
    step: Literal["before-effect", "after-effect-before-ack"] = "before-effect"
    restart_after: Duration | None = 1_000
    """How long until a new process takes the dead one's place; `null` means never."""


def arrange(fault: PoisonJob, setting: Setting) -> None:
    """Let every process that brings one of the jobs to the step die there."""
    jobs = frozenset(fault.jobs)

    def hook(step: Step, _process: Named, _queue: str, job: str) -> Death | None:
        return Death(fault.restart_after) if step == fault.step and job in jobs else None

    setting.injector.on_step(hook)


FAULT = FaultType(order=30, model=PoisonJob, arrange=arrange)
