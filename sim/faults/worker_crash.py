"""`worker-crash`: a process dies at a time, or at a step of a job; another may take its place."""

from functools import partial

from sim.engine.fault_injector import Named
from sim.engine.hooks import Death
from sim.faults.schedule import Setting
from sim.scenario.fault_schema import Step, WorkerCrash


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
