"""`poison-job`: whoever runs this job dies of it, every time."""

from sim.faults.setting import Setting
from sim.scenario.fault_schema import PoisonJob, Step
from sim.world.controls import Named
from sim.world.hooks import Death


def arrange(fault: PoisonJob, setting: Setting) -> None:
    """Let every process that brings one of the jobs to the step die there."""
    jobs = frozenset(fault.jobs)

    def hook(step: Step, _process: Named, _queue: str, job: str) -> Death | None:
        return Death(fault.restart_after) if step == fault.step and job in jobs else None

    setting.controls.on_step(hook)
