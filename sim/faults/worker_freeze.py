"""`worker-freeze`: a process stands still, longer than its locks perhaps, and then goes on as if nothing had been."""

from functools import partial
from typing import Literal

from sim.faults.base import Timed
from sim.faults.fault_type import FaultType
from sim.faults.schedule import Setting
from sim.yaml_files.fields import PositiveDuration


class WorkerFreeze(Timed):
    """A process stops (as by SIGSTOP, a long garbage collection or a paused machine) and goes on later."""

    kind: Literal["worker-freeze"]
    target: str = "workers"
    duration: PositiveDuration
    """How long it stands still."""


def arrange(fault: WorkerFreeze, setting: Setting) -> None:
    """Arrange for the freeze or freezes of one fault."""
    injector = setting.injector
    for t_ms in setting.fault_times(fault):
        for process in injector.processes(fault.target):
            injector.at(t_ms, partial(injector.freeze, process))
            injector.at(t_ms + fault.duration, partial(injector.resume, process))


FAULT = FaultType(order=20, model=WorkerFreeze, arrange=arrange)
