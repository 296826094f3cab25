"""The verbs for a Redis that hangs, is slow to reach, or whose answers get lost."""

from collections.abc import Callable

from sim.engine.process import Process
from sim.engine.recorder import Recorder
from sim.engine.system import System
from sim.faults.injector import HANG, LOSS, SLOWNESS, FaultId
from sim.results.trace import EventKind


class NetworkFaults:
    """What is done to the way between processes and Redis while connections stay."""

    def __init__(self, recorder: Recorder, system: System) -> None:
        self._recorder = recorder
        self._system = system
        self._hangs: dict[FaultId, int] = {}
        self._losing: set[tuple[FaultId, Process | None]] = set()

    def fault_began(self, fault: FaultId, **more: object) -> None:
        """Write into the trace that a fault has begun which no other verb writes down."""
        self._recorder.world(EventKind.FAULT_BEGAN, None, **fault.as_event(**more))

    def fault_ended(self, fault: FaultId) -> None:
        """Write into the trace that it has ended."""
        self._recorder.world(EventKind.FAULT_ENDED, None, **fault.as_event())

    def hang_redis(self, fault: FaultId = HANG) -> None:
        """Let Redis answer nothing until the last of several hangs ends; its connections stay, and what is sent waits.

        Args:
            fault: Its name in the trace; ends it as well.
        """
        self.fault_began(fault)
        self._hangs[fault] = self._hangs.get(fault, 0) + 1
        if self._system.server is not None:
            self._system.server.hang()

    def resume_redis(self, fault: FaultId = HANG) -> None:
        """Let Redis go on, with what has come meanwhile; one that was started anew does not hang any more."""
        if fault not in self._hangs:
            return
        self.fault_ended(fault)
        self._hangs[fault] -= 1
        if not self._hangs[fault]:
            del self._hangs[fault]
        if not self._hangs:
            self._resume()

    def is_redis_hung(self, fault: FaultId) -> bool:
        """Whether Redis hangs under this name."""
        return fault in self._hangs

    def slow_redis(
        self,
        latency: Callable[[str], Callable[[], int]],
        process: Process | None = None,
        fault: FaultId = SLOWNESS,
    ) -> None:
        """Let commands to Redis be under way for longer: half of the latency there, half back.

        Args:
            latency: Returns, for a process's name, what draws the latency of one command, ms.
            process: One of ``processes``; None for everybody.
            fault: What the trace calls it; ends it as well.
        """
        self._struck_began(process, fault)
        for one in self._struck(process):
            one.slow_down(_key(fault), latency(one.name))

    def restore_redis_speed(self, process: Process | None = None, fault: FaultId = SLOWNESS) -> None:
        """Let them be as fast as before."""
        self._struck_ended(process, fault)
        for one in self._struck(process):
            one.speed_up(_key(fault))

    def begin_losing_replies(
        self, loses: Callable[[str], Callable[[str], bool]], process: Process | None = None, fault: FaultId = LOSS
    ) -> None:
        """Let answers of Redis get lost: the command is carried out, and then the connection breaks.

        Args:
            loses: Returns, for a process's name, what tells of the answer to a kind of command whether it gets lost.
            process: One of ``processes``; None for everybody.
            fault: What the trace calls it; ends it as well.

        In in-process mode there are no such answers, and nothing begins.
        """
        if self._system.server is None:
            return
        self._losing.add((fault, process))
        self._struck_began(process, fault)
        for one in self._struck(process):
            one.begin_losing(_key(fault), loses(one.name))

    def end_losing_replies(self, process: Process | None = None, fault: FaultId = LOSS) -> None:
        """Let them all arrive again, if they do not by now."""
        if (fault, process) not in self._losing:
            return
        self._losing.discard((fault, process))
        self._struck_ended(process, fault)
        for one in self._struck(process):
            one.end_losing(_key(fault))

    def is_redis_slowed(self, fault: FaultId) -> bool:
        """Whether anybody's commands are slowed under this name."""
        return any(_key(fault) in process.latencies for process in self._system.clients())

    def loses_replies(self, fault: FaultId) -> bool:
        """Whether anybody's answers get lost under this name."""
        return any(_key(fault) in process.reply_losses for process in self._system.clients())

    def _struck(self, process: Process | None) -> list[Process]:
        return self._system.clients() if process is None else [process]

    def _struck_began(self, process: Process | None, fault: FaultId) -> None:
        self._recorder.world(EventKind.FAULT_BEGAN, None if process is None else process.name, **fault.as_event())

    def _struck_ended(self, process: Process | None, fault: FaultId) -> None:
        self._recorder.world(EventKind.FAULT_ENDED, None if process is None else process.name, **fault.as_event())

    def _resume(self) -> None:
        if self._system.server is not None:
            self._system.server.resume()
            self._system.notice_changes()

    def _forget_hangs(self) -> None:
        """Let no server hang that is started in place of one that was killed."""
        hangs, self._hangs = self._hangs, {}
        for fault, times in hangs.items():
            for _ in range(times):
                self.fault_ended(fault)
        if hangs:
            self._resume()


def _key(fault: FaultId) -> str:
    return " ".join(part for part in fault if part)
