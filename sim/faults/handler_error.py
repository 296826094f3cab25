"""`handler-error`: handlers raise errors of their own, by chance or in named jobs."""

from sim.core.errors import SimError
from sim.faults.schedule import Setting
from sim.handlers.errors import PermanentError, TransientError
from sim.results.trace import EventKind
from sim.scenario.fault_schema import HandlerError


def arrange(fault: HandlerError, setting: Setting) -> None:
    """Let the attempts that the fault means fail before their effect.

    Whether one attempt of one job fails depends on the seed, the job and the attempt alone, so both modes see the same.
    """
    injector = setting.injector
    windows = [(t_ms, t_ms + (fault.duration or 0)) for t_ms in fault.moments]
    jobs = None if fault.jobs is None else frozenset(fault.jobs)

    def hook(queue: str, job: str, attempt: int) -> SimError | None:
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
            return PermanentError("this will never work (injected)")
        return TransientError("this did not work this time (injected)")

    injector.on_attempt(hook)
    for begin, end in windows:
        injector.at(
            begin, lambda: injector.announce(EventKind.HANDLER_FAULT_BEGAN, error=fault.error, name=setting.name)
        )
        injector.at(end, lambda: injector.announce(EventKind.HANDLER_FAULT_ENDED, name=setting.name))
