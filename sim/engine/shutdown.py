"""A process is told to shut down: what the trace says of it, when it is killed, and what takes its place."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from sim.engine.recorder import Recorder
from sim.faults.injector import FaultId, Shutdown
from sim.results.trace import EventKind


class Stoppable(Protocol):
    """A process, simulated or real."""

    name: str
    generation: int
    alive: bool
    running: int

    @property
    def is_shutting_down(self) -> bool:
        """Whether it was told to shut down and has not left."""

    def shut_down(self, gone: Callable[[], object], *, force: bool = False) -> None:
        """Take nothing new, end what runs (unless by force), leave, and then call ``gone``."""


P = TypeVar("P", bound=Stoppable)
Struck = TypeVar("Struck", contravariant=True)


class Strikes(Protocol[Struck]):
    """What an injector does to processes, at which times."""

    @property
    def now_ms(self) -> int:
        """Milliseconds since the run began."""

    def at(self, t_ms: int, action: Callable[[], object]) -> None:
        """Schedule an action, ms since the run began."""

    def crash(self, process: Struck, restart_after_ms: int | None = None) -> None:
        """Kill a process; a dead one stays dead."""

    def restart(self, process: Struck) -> None:
        """Start a replacement for a dead process."""


def shut_down(
    strikes: Strikes[P],
    recorder: Recorder,
    process: P,
    fault: FaultId,
    how: Shutdown,
) -> None:
    """Tell a process to shut down; who is down or shutting down already hears nothing.

    Where it leaves unfinished attempts behind, the trace says that it crashed: for its jobs it is the same.
    """
    if not process.alive or process.is_shutting_down:
        return
    generation = process.generation
    recorder.world(EventKind.FAULT_BEGAN, process.name, **fault.as_event())

    if how.close == "none":
        strikes.crash(process, how.restart_after_ms)
        return

    def gone() -> None:
        if process.running:
            recorder.world(EventKind.WORKER_CRASHED, process.name, generation=generation)
            restart()
            return
        recorder.world(EventKind.FAULT_ENDED, process.name, **fault.as_event())
        recorder.world(EventKind.WORKER_STOPPED, process.name, generation=generation)
        restart()

    def restart() -> None:
        if how.restart_after_ms is not None:
            strikes.at(strikes.now_ms + how.restart_after_ms, lambda: strikes.restart(process))

    def kill() -> None:
        if process.generation == generation:
            strikes.crash(process, how.restart_after_ms)

    process.shut_down(gone, force=how.close == "force")
    if how.grace_ms is not None and process.alive:
        strikes.at(strikes.now_ms + how.grace_ms, kill)
