"""`poison-job`: whoever runs this job dies of it, every time."""

from sim.engine.fault_injector import Named
from sim.engine.hooks import Death
from sim.faults.schedule import Setting
from sim.scenario.fault_schema import PoisonJob, Step


def arrange(fault: PoisonJob, setting: Setting) -> None:
    """Let every process that brings one of the jobs to the step die there."""
    jobs = frozenset(fault.jobs)

    def hook(step: Step, _process: Named, _queue: str, job: str) -> Death | None:
        return Death(fault.restart_after) if step == fault.step and job in jobs else None

    setting.injector.on_step(hook)
