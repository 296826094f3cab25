"""`worker-freeze`: a process stands still, longer than its locks perhaps, and then goes on as if nothing had been."""

from functools import partial

from sim.faults.schedule import Setting
from sim.scenario.fault_schema import WorkerFreeze


def arrange(fault: WorkerFreeze, setting: Setting) -> None:
    """Arrange for the freeze or freezes of one fault."""
    injector = setting.injector
    for t_ms in setting.fault_times(fault):
        for process in injector.processes(fault.target):
            injector.at(t_ms, partial(injector.freeze, process))
            injector.at(t_ms + fault.duration, partial(injector.resume, process))
