"""The verbs of `sim.faults.injector`, done to real processes, a real redis-server and a real database."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from sim.core.durations import format_duration
from sim.core.errors import SimError, UnknownName
from sim.engine.database import DatabaseAccess, FailureWindow
from sim.engine.fault_injector import target_processes
from sim.engine.hooks import FaultHooks
from sim.engine.operator_actions import note_failure
from sim.engine.recorder import Recorder
from sim.engine.redis_server import REFUSED
from sim.engine.shutdown import shut_down
from sim.faults.injector import (
    CLOCK_SKEW,
    CRASH,
    FAILOVER,
    FREEZE,
    OUTAGE,
    PARTITION,
    PATIENT,
    READ_ONLY,
    SHUTDOWN,
    EffectPlace,
    Failure,
    FaultId,
    Shutdown,
    Step,
    told_step,
)
from sim.operator_verbs.base import OnJob
from sim.operator_verbs.registry import OperatorStep
from sim.rehearsal.database_server import DatabaseServer
from sim.rehearsal.network_faults import RealNetworkFaults
from sim.rehearsal.processes import Message, ProcessPool, RealProcess
from sim.rehearsal.real_redis import RealRedis
from sim.rehearsal.redis_proxies import RedisProxies
from sim.rehearsal.scale import ScaledClock
from sim.results.trace import EventKind
from sim.scenario.schema import Scenario


class Stage(Protocol):
    """What the verbs act on."""

    scenario: Scenario
    clock: ScaledClock
    recorder: Recorder
    process_pool: ProcessPool
    redis: RealRedis
    proxies: RedisProxies
    access: DatabaseAccess
    database: DatabaseServer
    workers: dict[str, list[RealProcess]]
    producer: RealProcess
    operator: RealProcess
    operating: set[int]


class RealFaults(RealNetworkFaults, FaultHooks[RealProcess]):
    """Verb pairs over the names of a rehearsal; all of them return at once.

    Attributes:
        last_ms: When the last thing that was arranged happens, ms since the run began.
    """

    def __init__(self, stage: Stage) -> None:
        FaultHooks.__init__(self)
        RealNetworkFaults.__init__(self, stage)
        self._stage = stage
        self._arranged: list[tuple[int, Callable[[], object]]] | None = []
        self.last_ms = 0

    # -- time -----------------------------------------------------------------------------------------------------

    @property
    def now_ms(self) -> int:
        """Milliseconds since the run began."""
        return int(self._stage.clock.now)

    def at(self, t_ms: int, action: Callable[[], object]) -> None:
        """Arrange for something to happen at a moment, ms since the run began; a past moment means now."""
        self.last_ms = max(self.last_ms, t_ms)
        if self._arranged is not None:
            self._arranged.append((t_ms, action))
            return
        clock = self._stage.clock
        due_ms = max(t_ms, clock.now)

        def happen() -> None:
            clock.note_due(due_ms)
            action()

        asyncio.get_running_loop().call_at(clock.loop_time(due_ms), happen)

    def begin(self) -> None:
        """Let what was arranged before the run take its course."""
        arranged, self._arranged = self._arranged or [], None
        for t_ms, action in arranged:
            self.at(t_ms, action)

    # -- processes ------------------------------------------------------------------------------------------------

    def processes(self, target: str) -> list[RealProcess]:
        """List the processes that a target names: ``application`` is the producer.

        Raises:
            UnknownName: There is no such process, queue or group.
        """
        if target == "application":
            return [self._stage.producer]
        return target_processes(target, self._stage.workers)

    def crash(self, process: RealProcess, restart_after_ms: int | None = None) -> None:
        """Kill a process with SIGKILL; a dead one stays dead. A replacement starts after a while, or never."""
        if not process.alive:
            return
        self._stage.recorder.world(EventKind.WORKER_CRASHED, process.name, generation=process.generation)
        process.kill()
        if restart_after_ms is not None:
            self.at(self.now_ms + restart_after_ms, lambda: self.restart(process))

    def restart(self, process: RealProcess) -> None:
        """Start a replacement for a dead process."""
        if not process.alive:
            self._stage.process_pool.start(process)

    def freeze(self, process: RealProcess, fault: FaultId = FREEZE) -> None:
        """Stop a process with SIGSTOP."""
        if process.alive:
            self._stage.recorder.world(EventKind.FAULT_BEGAN, process.name, **fault.as_event())
            process.stop()

    def resume(self, process: RealProcess, fault: FaultId = FREEZE) -> None:
        """Let a stopped process go on, with SIGCONT."""
        if process.alive and process.frozen:
            self._stage.recorder.world(EventKind.FAULT_ENDED, process.name, **fault.as_event())
            process.go_on()

    def reaches(
        self, step: Step, process: RealProcess, queue: str, job: str, effect: EffectPlace | None = None
    ) -> bool:
        """Kill the process if a hook says so, and tell whether it died."""
        death = self.death_at(step, process, queue, job, effect)
        if death is None:
            return False
        self._stage.recorder.job(queue, job, EventKind.KILLED, process.name, told_step(step, effect))
        self.crash(process, death.restart_after_ms)
        return True

    def shut_down(self, process: RealProcess, fault: FaultId = SHUTDOWN, how: Shutdown = PATIENT) -> None:
        """Tell a process to shut down with SIGTERM, and kill it after its grace time."""
        shut_down(self, self._stage.recorder, process, fault, how)

    def cut_off(self, process: RealProcess, fault: FaultId = PARTITION) -> None:
        """Close a process's own way to Redis, also for the one that takes its place."""
        self._stage.recorder.world(EventKind.FAULT_BEGAN, process.name, **fault.as_event())
        self._stage.proxies.cut_off(process.name)

    def reconnect(self, process: RealProcess, fault: FaultId = PARTITION) -> None:
        """Open it again."""
        if self._stage.proxies.is_cut(process.name):
            self._stage.recorder.world(EventKind.FAULT_ENDED, process.name, **fault.as_event())
            self._stage.proxies.mend(process.name)

    def move_clock(self, process: RealProcess, by_ms: int, fault: FaultId = CLOCK_SKEW) -> None:
        """Let ``Date.now()`` of a process be ahead or behind, also in the one that takes its place."""
        self._stage.recorder.world(EventKind.FAULT_BEGAN, process.name, **fault.as_event(by=format_duration(by_ms)))
        process.clock_shifts.add(fault, by_ms)
        process.set_clock(self._stage.clock.scale.real_ms(process.clock_shifts.total_ms))

    def set_clock_right(self, process: RealProcess, fault: FaultId = CLOCK_SKEW) -> None:
        """Take back what a fault has done to it."""
        if process.clock_shifts.end(fault):
            self._stage.recorder.world(EventKind.FAULT_ENDED, process.name, **fault.as_event())
            process.set_clock(self._stage.clock.scale.real_ms(process.clock_shifts.total_ms))

    # -- Redis ----------------------------------------------------------------------------------------------------

    def stop_redis(self, fault: FaultId = OUTAGE, why: str = "unreachable", *, lost_replies: int = 0) -> None:
        """Put Redis out of everybody's reach; it lives on, and its data stays.

        Args:
            lost_replies: Must be 0.

        Raises:
            SimError: No real server loses replies on command.
        """
        if lost_replies:
            raise SimError("no real server loses replies on command")
        self._stage.redis.stop(fault, why)

    def start_redis(self, *, loading_ms: int = 0) -> None:
        """Let clients reach Redis again, as soon as it serves commands.

        Args:
            loading_ms: Not used; a real server loads for as long as its data takes.
        """
        self._stage.redis.give_back()

    def plan_redis_crash(self, t_ms: int, cause: str) -> None:
        """Do nothing: a real Redis keeps its data itself."""

    def crash_redis(self, fault: FaultId = CRASH, cause: str = "process-kill") -> None:
        """Kill redis-server with SIGKILL; its replacement has what its persistence policy has kept."""
        self._stage.redis.crash(fault, cause)

    def refuse_writes(self, fault: FaultId = READ_ONLY) -> None:
        """Make redis-server a replica of nobody, which answers every write with READONLY."""
        self.fault_began(fault)
        self._stage.redis.refuse_writes()

    def accept_writes(self, fault: FaultId = READ_ONLY) -> None:
        """Make it a primary again, once for each time that it was made a replica."""
        self._stage.redis.accept_writes()
        self.fault_ended(fault)

    def plan_failover(self, t_ms: int, lag_ms: int) -> None:
        """Have a replica, and let it hear of nothing more from so long before the failover on."""
        self._stage.redis.expect_failover()
        self.at(max(0, t_ms - lag_ms), self._stage.redis.fall_behind)

    def fail_over(self, fault: FaultId = FAILOVER, *, lag_ms: int = 0) -> None:
        """Kill redis-server with SIGKILL, and let its replica answer in its place."""
        self.fault_began(fault, lag_ms=lag_ms)
        self._stage.redis.fail_over(lag_ms)

    def promote_replica(self, fault: FaultId = FAILOVER) -> None:
        """Let the replica take writes, once for each failover."""
        self._stage.redis.end_failover()
        self.fault_ended(fault)

    # -- database and handlers ------------------------------------------------------------------------------------

    def begin_database_failure(
        self, fault: FaultId, failure: Failure, rate: float = 1.0, effect: str | None = None
    ) -> None:
        """Make calls to the database fail."""
        self.fault_began(fault, failure=failure)
        self._stage.database.begin_failing(FailureWindow(fault.name, failure, rate, effect))

    def end_database_failure(self, fault: FaultId) -> None:
        """Let calls to the database succeed again."""
        self.fault_ended(fault)
        self._stage.database.end_failing(fault.name)

    def slow_database(self, fault: FaultId, latency_ms: int) -> None:
        """Slow down every call to the database."""
        self.fault_began(fault)
        self._stage.access.begin_slowing(fault.name, latency_ms)

    def restore_database_speed(self, fault: FaultId) -> None:
        """Remove the extra time again."""
        self.fault_ended(fault)
        self._stage.access.end_slowing(fault.name)

    def operate(self, step: OperatorStep) -> None:
        """Let the operator's process do something to a queue by the real Bull, whose client waits for a lost Redis."""
        stage = self._stage
        if stage.operator.link is None:
            note_failure(stage.recorder, step, REFUSED)
            return
        order: Message = {"kind": "operate", "step": stage.scenario.operator.index(step), "do": step.do}
        if isinstance(step, OnJob):
            job_id = step.id or stage.recorder.id_of(step.queue_name, step.job or "")
            if job_id is None:
                note_failure(stage.recorder, step, str(UnknownName("job", step.job or "", [])))
                return
            order["id"] = job_id
        order |= step.for_real(stage.clock.scale.real_ms)
        stage.operating.add(order["step"])
        stage.operator.link.send({**order, "queue": step.queue_name})

    def fault_began(self, fault: FaultId, **more: object) -> None:
        """Write into the trace that a fault has begun which no other verb writes down."""
        self._stage.recorder.world(EventKind.FAULT_BEGAN, None, **fault.as_event(**more))

    def fault_ended(self, fault: FaultId) -> None:
        """Write into the trace that it has ended."""
        self._stage.recorder.world(EventKind.FAULT_ENDED, None, **fault.as_event())
