"""The verbs that faults are told in, whatever world they strike: the simulated one or a rehearsal's real one."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from sim.engine.database import Failure
from sim.engine.hooks import ErrorHook, StepHook
from sim.engine.random_streams import Streams
from sim.operator_verbs.registry import OperatorStep
from sim.results.trace import EventKind
from sim.scenario.schema import Scenario

P = TypeVar("P")


class FaultInjector(Protocol[P]):
    """What ``SimulatedFaultInjector`` does to a simulated world, and a rehearsal to real processes of type ``P``."""

    @property
    def now_ms(self) -> int:
        """Milliseconds since the run began."""

    def at(self, t_ms: int, action: Callable[[], object]) -> None:
        """Arrange for something to happen at a moment, ms since the run began."""

    def processes(self, target: str) -> list[P]:
        """List the processes that a target names."""

    def crash(self, process: P, restart_after_ms: int | None = None) -> None:
        """Kill a process as by SIGKILL; a replacement starts after a while, or never."""

    def freeze(self, process: P) -> None:
        """Let a process stand still, as by SIGSTOP."""

    def resume(self, process: P) -> None:
        """Let a frozen process go on, as by SIGCONT."""

    def stop_redis(self, why: str = "unreachable", *, lost_replies: int = 0) -> None:
        """Make Redis unreachable; its data stays."""

    def start_redis(self, *, loading_ms: int = 0) -> None:
        """Make Redis reachable again."""

    def plan_redis_crash(self, t_ms: int, cause: str) -> None:
        """Prepare for a crash at a moment that is known beforehand."""

    def crash_redis(self, cause: str = "process-kill") -> None:
        """Kill Redis; what it knows afterwards is up to its persistence and the cause."""

    def begin_database_failure(self, name: str, failure: Failure, share: float = 1.0) -> None:
        """Let calls to the database fail."""

    def end_database_failure(self, name: str) -> None:
        """Let calls to the database succeed again."""

    def slow_database(self, name: str, latency_ms: int) -> None:
        """Add to the time of every call to the database."""

    def restore_database_speed(self, name: str) -> None:
        """Take the extra time away again."""

    def operate(self, step: OperatorStep) -> None:
        """Let the operator do something to a queue."""

    def announce(self, event: EventKind, **more: object) -> None:
        """Write something about the world into the ledger."""

    def on_step(self, hook: StepHook[P]) -> None:
        """Ask ``hook`` at every step of every job whether the process dies there."""

    def on_attempt(self, hook: ErrorHook) -> None:
        """Ask ``hook`` in every attempt whether its handler raises an error."""


class FaultTarget(Protocol[P]):
    """A world that a scenario's faults can be arranged in."""

    @property
    def scenario(self) -> Scenario:
        """What is run."""

    @property
    def streams(self) -> Streams:
        """Its random numbers."""

    @property
    def injector(self) -> FaultInjector[P]:
        """The verbs that break it."""
