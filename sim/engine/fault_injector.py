"""The verbs that break and mend the world; faults, notebooks and pages call nothing else."""

from typing import TypeVar

from sim.core.errors import UnknownName
from sim.engine.database import FailureWindow
from sim.engine.process import Process
from sim.engine.redis_faults import RedisFaults
from sim.engine.run_context import RunContext
from sim.engine.shutdown import shut_down
from sim.engine.system import System
from sim.faults.injector import (
    CLOCK_SKEW,
    FREEZE,
    PARTITION,
    PATIENT,
    SHUTDOWN,
    ErrorHook,
    Failure,
    FaultId,
    HangHook,
    Named,
    Shutdown,
    StepHook,
)
from sim.operator_verbs.registry import OperatorStep


class SimulatedFaults(RedisFaults):
    """Breaks and repairs a simulated world; in a notebook it is ``world.faults``.

    The verbs come in pairs: crash and restart, freeze and resume, stop and start, begin and end. Those for Redis are in
    ``sim.engine.redis_faults``.

    Args:
        run: The surroundings of the system, with the database and the hooks of its attempts.
        system: What is broken and mended.
    """

    def __init__(self, run: RunContext, system: System) -> None:
        super().__init__(run, system)
        self._database = run.database
        self._faults = run.faults

    # -- processes ------------------------------------------------------------------------------------------------

    def processes(self, target: str) -> list[Process]:
        """List the processes that a target names; in in-process mode that is always the application.

        Raises:
            UnknownName: There is no such process, queue or group.
        """
        return self._system.processes(target)

    def crash(self, process: Process, restart_after_ms: int | None = None) -> None:
        """Kill a process as by SIGKILL; a dead one stays dead.

        Args:
            process: One of ``processes``.
            restart_after_ms: When a replacement starts, ms later; None means never.
        """
        self._faults.crash(process, restart_after_ms)

    def restart(self, process: Process) -> None:
        """Start a replacement for a dead process."""
        self._faults.restart(process)

    def freeze(self, process: Process, fault: FaultId = FREEZE) -> None:
        """Freeze a process, as SIGSTOP does.

        Args:
            process: One of ``processes``.
            fault: Its name in the trace; default: a ``worker-freeze``.
        """
        self._faults.freeze(process, fault)

    def resume(self, process: Process, fault: FaultId = FREEZE) -> None:
        """Let a frozen process go on, as by SIGCONT.

        Args:
            process: One of ``processes``.
            fault: What it was frozen as.
        """
        self._faults.resume(process, fault)

    def shut_down(self, process: Process, fault: FaultId = SHUTDOWN, how: Shutdown = PATIENT) -> None:
        """Tell a process to shut down, as by SIGTERM: it takes nothing new and leaves when its jobs have ended.

        Args:
            process: One of ``processes``.
            fault: What the trace calls it.
            how: When it is killed where it has not left, when it starts again, and whether it waits for its jobs.
        """
        shut_down(self, self._recorder, process, fault, how)

    def cut_off(self, process: Process, fault: FaultId = PARTITION) -> None:
        """Let a process not reach Redis: its connections break, and new ones are refused.

        Args:
            process: One of ``processes``.
            fault: What the trace calls it.
        """
        self._faults.cut_off(process, fault)

    def reconnect(self, process: Process, fault: FaultId = PARTITION) -> None:
        """Let a process reach Redis again, once for each time that it was cut off."""
        self._faults.reconnect(process, fault)

    def move_clock(self, process: Process, by_ms: int, fault: FaultId = CLOCK_SKEW) -> None:
        """Move the clock of a process; Redis and the other processes keep theirs.

        Args:
            process: One of ``processes``.
            by_ms: How far forwards, ms; negative: backwards.
            fault: What the trace calls it; takes it back as well.
        """
        self._faults.move_clock(process, by_ms, fault)

    def set_clock_right(self, process: Process, fault: FaultId = CLOCK_SKEW) -> None:
        """Take back by how much a fault has moved the clock of a process."""
        self._faults.set_clock_right(process, fault)

    # -- database and handlers ------------------------------------------------------------------------------------

    def begin_database_failure(
        self, fault: FaultId, failure: Failure, rate: float = 1.0, effect: str | None = None
    ) -> None:
        """Make calls to the database fail.

        Args:
            fault: What the trace calls it, such as ``FaultId("database-failure", name="by hand")``; ends it as well.
            failure: ``refuse`` (no connection), ``abort`` (undone) or ``lost-reply`` (done, and the answer got lost).
            rate: The share of calls that fail, 0 to 1.
            effect: The one whose calls fail, of several that the scenario lists; None for all calls.
        """
        self.fault_began(fault, failure=failure)
        self._database.begin_failing(FailureWindow(fault.name, failure, rate, effect))

    def end_database_failure(self, fault: FaultId) -> None:
        """Let calls to the database succeed again."""
        self.fault_ended(fault)
        self._database.end_failing(fault.name)

    def slow_database(self, fault: FaultId, latency_ms: int) -> None:
        """Slow down every call to the database.

        Args:
            fault: What the trace calls it; ends it as well.
            latency_ms: How much, ms.
        """
        self.fault_began(fault)
        self._database.begin_slowing(fault.name, latency_ms)

    def restore_database_speed(self, fault: FaultId) -> None:
        """Remove the extra time again."""
        self.fault_ended(fault)
        self._database.end_slowing(fault.name)

    def is_database_failing(self, name: str) -> bool:
        """Whether the database failure of this name is under way."""
        return self._database.is_failing(name)

    def is_database_slowed(self, name: str) -> bool:
        """Whether the database is slowed under this name."""
        return self._database.is_slowed(name)

    def operate(self, step: OperatorStep) -> None:
        """Let the operator do something to a queue; in in-process mode there is none, and nothing happens."""
        self._system.operate(step)

    # -- inside attempts ------------------------------------------------------------------------------------------

    def on_step(self, hook: StepHook[Process]) -> None:
        """Ask ``hook`` at every step of every job whether the process dies there."""
        self._faults.on_step(hook)

    def on_attempt(self, hook: ErrorHook) -> None:
        """Ask ``hook`` before and after the effect of every attempt whether its handler raises an error there."""
        self._faults.on_attempt(hook)

    def on_hang(self, hook: HangHook) -> None:
        """Ask ``hook`` before and after the effect of every attempt whether its handler hangs there."""
        self._faults.on_hang(hook)


N = TypeVar("N", bound=Named)


def target_processes(target: str, workers: dict[str, list[N]]) -> list[N]:
    """Choose among the workers of each queue: ``workers``, a queue's name, or one process such as ``email-2``.

    Raises:
        UnknownName: Nothing is called so.
    """
    everyone = [process for processes in workers.values() for process in processes]
    if target == "workers":
        return everyone
    if target in workers:
        return workers[target]
    chosen = [process for process in everyone if process.name == target]
    if not chosen:
        raise UnknownName("process", target, ["workers", "application", *workers, *(p.name for p in everyone)])
    return chosen
