"""The verbs that break and mend the world; faults, notebooks and pages call nothing else."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

from sim.core.errors import SimError, UnknownName
from sim.engine.database import FailureWindow
from sim.engine.process import Process
from sim.engine.redis_server import LOADING
from sim.engine.run_context import RunContext
from sim.engine.shutdown import shut_down
from sim.engine.system import System
from sim.faults.injector import (
    CRASH,
    FREEZE,
    OUTAGE,
    PARTITION,
    SHUTDOWN,
    ErrorHook,
    Failure,
    FaultId,
    HangHook,
    Named,
    StepHook,
)
from sim.operator_verbs.registry import OperatorStep
from sim.results.trace import EventKind
from sim.stores.snapshots import Snapshot, restore_point_ms


class SimulatedFaults:
    """Breaks and repairs a simulated world; in a notebook it is ``world.faults``.

    The verbs come in pairs: crash and restart, freeze and resume, stop and start, begin and end.

    Args:
        run: The surroundings of the system, with the database and the hooks of its attempts.
        system: What is broken and mended.
    """

    def __init__(self, run: RunContext, system: System) -> None:
        self._time = run.time
        self._recorder = run.recorder
        self._database = run.database
        self._faults = run.faults
        self._redis = run.scenario.redis
        self._system = system
        self._redis_stops = 0
        self._redis_fault: FaultId | None = None
        self._loads = 0
        self._snapshots: dict[int, Snapshot] = {}

    # -- time -----------------------------------------------------------------------------------------------------

    @property
    def now_ms(self) -> int:
        """Milliseconds since the run began."""
        return int(self._time.now)

    def at(self, t_ms: int, action: Callable[[], object]) -> None:
        """Schedule an action.

        Args:
            t_ms: Milliseconds since the run began; a past moment means now.
            action: Called at that time, such as ``world.faults.stop_redis``.
        """
        self._time.at(t_ms, action)

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

    # -- Redis ----------------------------------------------------------------------------------------------------

    @property
    def redis_state(self) -> str:
        """``up``, ``loading`` or ``down``; up where there is none."""
        return "up" if self._system.server is None else self._system.server.state

    @property
    def persistence(self) -> str:
        """What Redis keeps, such as ``aof-everysec``."""
        return self._redis.persistence

    def shut_down(
        self,
        process: Process,
        fault: FaultId = SHUTDOWN,
        *,
        grace_ms: int | None = None,
        restart_after_ms: int | None = None,
    ) -> None:
        """Tell a process to shut down, as by SIGTERM: it takes nothing new and leaves when its jobs have ended.

        Args:
            process: One of ``processes``.
            fault: What the trace calls it.
            grace_ms: After how long it is killed where it has not left, ms; None means never.
            restart_after_ms: When a replacement starts, ms after it has gone; None means never.
        """
        shut_down(self, self._recorder, process, fault, grace_ms=grace_ms, restart_after_ms=restart_after_ms)

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

    def stop_redis(self, fault: FaultId = OUTAGE, why: str = "unreachable", *, lost_replies: int = 0) -> None:
        """Make Redis unreachable; it keeps its data. Overlapping faults count as one, of the first one's kind.

        Args:
            fault: Its name in the trace; default: a ``redis-outage``.
            why: What the trace gives as the reason.
            lost_replies: This many submits are executed first, and their replies are lost.
        """
        self._redis_stops += 1
        if self._redis_stops > 1:
            return
        self._loads += 1
        self._redis_fault = fault
        self.fault_began(fault, why=why)
        self._system.stop_redis(lost_replies=lost_replies)

    def start_redis(self, *, loading_ms: int = 0) -> None:
        """Make Redis reachable again; while it loads its data it refuses every command."""
        self._redis_stops = max(0, self._redis_stops - 1)
        if self._redis_stops:
            return
        if loading_ms:
            self._loads += 1
            self._recorder.world(EventKind.REDIS_LOADING, error=LOADING)
            self.at(self.now_ms + loading_ms, partial(self._finish_loading, self._loads))
        else:
            self._redis_is_back()
        self._system.start_redis(loading=loading_ms > 0)

    def _finish_loading(self, load: int) -> None:
        """Answer commands, unless Redis went down while it was loading: then it loads anew when it comes back."""
        if load == self._loads:
            self._redis_is_back()
            self._system.finish_loading()

    def _redis_is_back(self) -> None:
        if self._redis_fault is not None:
            self.fault_ended(self._redis_fault)

    def plan_redis_crash(self, t_ms: int, cause: str) -> None:
        """Keep the data as it will be found after a crash at a moment that is known beforehand."""
        point_ms = restore_point_ms(self._redis, cause, t_ms)
        if point_ms is not None and point_ms != t_ms and self._system.server is not None:
            self.at(point_ms, self.save_restore_point)

    def save_restore_point(self) -> None:
        """Keep a copy of the data as it is now, as the disk would."""
        if self._system.server is not None:
            self._snapshots[self.now_ms] = self._system.server.look()

    @property
    def restore_points(self) -> Mapping[int, Snapshot]:
        """The data that was kept, by moment, ms since the run began."""
        return self._snapshots

    def keep_restore_point(self, t_ms: int, snapshot: Snapshot) -> None:
        """Take from elsewhere what the data was at a moment; what was kept here already stays."""
        self._snapshots.setdefault(t_ms, snapshot)

    def restore_point_ms(self, cause: str) -> int | None:
        """Say which moment's data Redis would have after a crash now, ms since the run began; None for none at all."""
        return restore_point_ms(self._redis, cause, self.now_ms)

    def missing_restore_point(self, cause: str) -> int | None:
        """Say which moment's data a crash now would go back to and was not kept; None where none is missing."""
        point_ms = self.restore_point_ms(cause)
        if self._system.server is None or not point_ms or point_ms == self.now_ms or point_ms in self._snapshots:
            return None
        return point_ms

    def crash_redis(self, fault: FaultId = CRASH, cause: str = "process-kill") -> None:
        """Kill Redis; its persistence and the cause decide which data survives. ``start_redis`` starts it again.

        Args:
            fault: Its name in the trace; default: a ``redis-crash``.
            cause: ``process-kill``, ``power-loss`` or another that a ``redis-crash`` of a scenario may have.

        Raises:
            SimError: The data of the moment it goes back to was not kept; ``plan_redis_crash`` keeps it.
        """
        point_ms = self.restore_point_ms(cause)
        if self._system.server is not None and point_ms != self.now_ms:
            snapshot = self._snapshots.get(point_ms) if point_ms else {}
            if snapshot is None:
                raise SimError("this crash was not planned, and the data that Redis would go back to was not kept")
            self.stop_redis(fault, cause)
            self._system.go_back_to(snapshot)
        else:
            self.stop_redis(fault, cause)

    # -- database and handlers ------------------------------------------------------------------------------------

    def begin_database_failure(self, fault: FaultId, failure: Failure, rate: float = 1.0) -> None:
        """Make calls to the database fail.

        Args:
            fault: What the trace calls it, such as ``FaultId("database-failure", name="by hand")``; ends it as well.
            failure: ``refuse`` (no connection), ``abort`` (undone) or ``lost-reply`` (done, and the answer got lost).
            rate: The share of calls that fail, 0 to 1.
        """
        self.fault_began(fault, failure=failure)
        self._database.begin_failing(FailureWindow(fault.name, failure, rate))

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

    def fault_began(self, fault: FaultId, **more: object) -> None:
        """Write into the trace that a fault has begun which no other verb writes down."""
        self._recorder.world(EventKind.FAULT_BEGAN, None, **fault.as_event(**more))

    def fault_ended(self, fault: FaultId) -> None:
        """Write into the trace that it has ended."""
        self._recorder.world(EventKind.FAULT_ENDED, None, **fault.as_event())

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
