"""What faults do to a single process, at a moment or in the middle of an attempt."""

from sim.core.durations import format_duration
from sim.engine.clock import SimulatedTime
from sim.engine.hooks import FaultHooks
from sim.engine.process import Process
from sim.engine.recorder import Recorder
from sim.faults.injector import EffectPlace, FaultId, Step, told_step
from sim.results.trace import EventKind


class ProcessFaults(FaultHooks[Process]):
    """Crash and restart, freeze and resume, and the hooks that are asked in attempts."""

    def __init__(self, time: SimulatedTime, recorder: Recorder) -> None:
        super().__init__()
        self._time = time
        self._recorder = recorder

    def crash(self, process: Process, restart_after_ms: int | None = None) -> None:
        """Kill a process as by SIGKILL; a dead one stays dead. A replacement starts after a while, or never."""
        if not process.alive:
            return
        self._recorder.world(EventKind.WORKER_CRASHED, process.name, generation=process.generation)
        process.die()
        if restart_after_ms is not None:
            self._time.at(self._time.now + restart_after_ms, lambda: self.restart(process))

    def restart(self, process: Process) -> None:
        """Start a replacement for a dead process."""
        if not process.alive:
            process.start()

    def freeze(self, process: Process, fault: FaultId) -> None:
        """Freeze a process, as SIGSTOP does."""
        if process.alive:
            self._recorder.world(EventKind.FAULT_BEGAN, process.name, **fault.as_event())
            process.freeze()

    def resume(self, process: Process, fault: FaultId) -> None:
        """Let a frozen process go on, as by SIGCONT."""
        if process.alive and process.stops:
            self._recorder.world(EventKind.FAULT_ENDED, process.name, **fault.as_event())
            process.thaw()

    def cut_off(self, process: Process, fault: FaultId) -> None:
        """Let a process not reach Redis, also after it has been started again."""
        self._recorder.world(EventKind.FAULT_BEGAN, process.name, **fault.as_event())
        process.cut_off()

    def reconnect(self, process: Process, fault: FaultId) -> None:
        """Let a process reach Redis again."""
        if process.cuts:
            self._recorder.world(EventKind.FAULT_ENDED, process.name, **fault.as_event())
            process.reconnect()

    def move_clock(self, process: Process, by_ms: int, fault: FaultId) -> None:
        """Move the clock of a process, also of the one that takes its place."""
        self._recorder.world(EventKind.FAULT_BEGAN, process.name, **fault.as_event(by=format_duration(by_ms)))
        process.clock_shifts.add(fault, by_ms)
        process.clock_moved()

    def set_clock_right(self, process: Process, fault: FaultId) -> None:
        """Take back what a fault has done to the clock."""
        if process.clock_shifts.end(fault):
            self._recorder.world(EventKind.FAULT_ENDED, process.name, **fault.as_event())
            process.clock_moved()

    def reaches(self, step: Step, process: Process, queue: str, job: str, effect: EffectPlace | None = None) -> bool:
        """Kill the process if a hook says so, and tell whether it died."""
        death = self.death_at(step, process, queue, job, effect)
        if death is None:
            return False
        self._recorder.job(queue, job, EventKind.KILLED, process.name, told_step(step, effect))
        self.crash(process, death.restart_after_ms)
        return True
