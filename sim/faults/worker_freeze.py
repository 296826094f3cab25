"""`worker-freeze`: a process stands still, longer than its locks perhaps, and then goes on as if nothing had been."""

from functools import partial

from sim.faults.setting import Setting
from sim.scenario.fault_schema import WorkerFreeze


def arrange(fault: WorkerFreeze, setting: Setting) -> None:
    """Arrange for the freeze or freezes of one fault."""
    controls = setting.controls
    for t_ms in setting.strike_times(fault):
        for process in controls.processes(fault.target):
            controls.at(t_ms, partial(controls.freeze, process))
            controls.at(t_ms + fault.duration, partial(controls.resume, process))
