"""What faults may do to a run, in plain verbs, whether the run is simulated or a rehearsal's real processes."""

from collections.abc import Callable
from typing import Any, Literal, NamedTuple, Protocol, TypeVar

from sim.faults.schedule import RandomNumbers

Step = Literal["between-take-and-lock", "before-effect", "after-effect-before-ack"]
"""Where in a job's attempt its process may die."""
Answered = Literal["add", "pop", "complete"]
"""A kind of command to Redis whose answer may get lost: a submit, what brings a worker a job, a job's success."""
Failure = Literal["refuse", "abort", "lost-reply"]
"""How a call to the database fails: no connection, undone in the middle, or committed while the answer gets lost."""
P = TypeVar("P")


class Named(Protocol):
    """A process, by its name."""

    @property
    def name(self) -> str:
        """Such as ``email-1``."""


class FaultId(NamedTuple):
    """Which fault does something; the events ``fault-began`` and ``fault-ended`` tell it.

    Attributes:
        kind: Such as ``worker-freeze``.
        target: Whom the scenario, or a person, named; None where there is nobody to name.
        name: Of one window of it, such as ``fault:2:slow-database.1``; empty where the process tells windows apart.
    """

    kind: str
    target: str | None = None
    name: str = ""

    def as_event(self, **more: object) -> dict[str, object]:
        """Return what an event says of it."""
        told = {"kind": self.kind, "target": self.target, "name": self.name or None, **more}
        return {field: value for field, value in told.items() if value is not None}


FREEZE, OUTAGE, CRASH = FaultId("worker-freeze"), FaultId("redis-outage"), FaultId("redis-crash")
HANG, SLOWNESS, LOSS = FaultId("redis-hang"), FaultId("slow-redis"), FaultId("redis-lost-reply")
PARTITION, SHUTDOWN = FaultId("redis-partition"), FaultId("worker-shutdown")
CLOCK_SKEW = FaultId("clock-skew")
READ_ONLY, FAILOVER = FaultId("redis-readonly"), FaultId("redis-failover")
"""What the trace says of a verb that a notebook uses by itself."""


class Shutdown(NamedTuple):
    """How a process is shut down.

    Attributes:
        grace_ms: After how long it is killed where it has not left, ms; None means never.
        restart_after_ms: When a replacement starts, ms after it has gone; None means never.
        close: What it does when it is told: end its jobs (``queue.close()``), leave them (``close(true)``), or nothing,
            so that it dies at once.
    """

    grace_ms: int | None = None
    restart_after_ms: int | None = None
    close: Literal["wait", "force", "none"] = "wait"


PATIENT = Shutdown()
"""It has as long as its jobs take, and nothing takes its place."""


class Death(NamedTuple):
    """A step hook's verdict that the process dies.

    Attributes:
        restart_after_ms: When a replacement starts, ms later; None means never.
    """

    restart_after_ms: int | None


class InjectedError(NamedTuple):
    """An error that a handler raises because a fault says so.

    Attributes:
        permanent: Whether another attempt would fail as well.
    """

    permanent: bool
    message: str


EffectStep = Literal["before-effect", "after-effect"]
"""Where in a job's attempt its handler may hang or raise an error of its own."""


class EffectPlace(Protocol):
    """One of the effects of a job.

    Attributes:
        name: Empty where the job has one that nobody has named.
        number: Which it is, from 1.
        of: How many the job has.
    """

    name: str
    number: int
    of: int


def is_meant(wanted: str | None, step: str, effect: EffectPlace | None) -> bool:
    """Tell whether a fault at a step means this effect of a job.

    Args:
        wanted: The name that the fault gives; None for before the first, or after the last.
    """
    if effect is None:
        return wanted is None
    if wanted is not None:
        return effect.name == wanted
    return effect.number == (effect.of if step == "after-effect" else 1)


def told_step(step: str, effect: EffectPlace | None) -> dict[str, Any]:
    """Return what an event says of a step at which a fault strikes."""
    return {"step": step, "effect": effect.name} if effect is not None and effect.name else {"step": step}


class Hang(NamedTuple):
    """A hook's verdict that the handler hangs.

    Attributes:
        lasts_ms: For how long; None means for ever.
    """

    lasts_ms: int | None

    def as_event(self, step: EffectStep, effect: EffectPlace) -> dict[str, Any]:
        """Return what an event says of it."""
        told = told_step(step, effect)
        return told if self.lasts_ms is None else {**told, "lasts_ms": self.lasts_ms}


StepHook = Callable[[Step, P, str, str, EffectPlace | None], Death | None]
"""Step, process, queue, job and, before an effect, which one -> whether the process dies there."""
ErrorHook = Callable[[EffectStep, EffectPlace, str, str, int], InjectedError | None]
"""Step, effect, queue, job and attempt -> the error that the handler raises there, if any."""
HangHook = Callable[[EffectStep, EffectPlace, str, str, int], Hang | None]
"""Step, effect, queue, job and attempt -> whether the handler hangs there."""


class FaultInjector(Protocol[P]):
    """What ``SimulatedFaults`` does to a simulated world, and a rehearsal to real processes of type ``P``."""

    @property
    def now_ms(self) -> int:
        """Milliseconds since the run began."""

    def at(self, t_ms: int, action: Callable[[], object]) -> None:
        """Arrange for something to happen at a moment, ms since the run began."""

    def processes(self, target: str) -> list[P]:
        """List the processes that a target names."""

    def crash(self, process: P, restart_after_ms: int | None = None) -> None:
        """Kill a process as by SIGKILL; a replacement starts after a while, or never."""

    def freeze(self, process: P, fault: FaultId = FREEZE) -> None:
        """Freeze a process, as SIGSTOP does."""

    def resume(self, process: P, fault: FaultId = FREEZE) -> None:
        """Let a frozen process go on, as by SIGCONT."""

    def shut_down(self, process: P, fault: FaultId = SHUTDOWN, how: Shutdown = PATIENT) -> None:
        """Tell a process to shut down, as by SIGTERM; after its grace time it is killed."""

    def cut_off(self, process: P, fault: FaultId = PARTITION) -> None:
        """Let a process not reach Redis: its connections break, and new ones are refused."""

    def reconnect(self, process: P, fault: FaultId = PARTITION) -> None:
        """Let a process reach Redis again, once for each time that it was cut off."""

    def move_clock(self, process: P, by_ms: int, fault: FaultId = CLOCK_SKEW) -> None:
        """Move the clock of a process forwards, or with a minus sign backwards; Redis and the others keep theirs."""

    def set_clock_right(self, process: P, fault: FaultId = CLOCK_SKEW) -> None:
        """Take back by how much a fault has moved the clock of a process."""

    def stop_redis(self, fault: FaultId = OUTAGE, why: str = "unreachable", *, lost_replies: int = 0) -> None:
        """Make Redis unreachable; its data stays."""

    def start_redis(self, *, loading_ms: int = 0) -> None:
        """Make Redis reachable again."""

    def hang_redis(self, fault: FaultId = HANG) -> None:
        """Let Redis answer nothing while all connections stay."""

    def resume_redis(self, fault: FaultId = HANG) -> None:
        """Let Redis go on, with what has come meanwhile."""

    def slow_redis(
        self, latency: Callable[[str], Callable[[], int]], process: P | None = None, fault: FaultId = SLOWNESS
    ) -> None:
        """Let commands of a process, or of everybody, and their answers be under way for longer."""

    def restore_redis_speed(self, process: P | None = None, fault: FaultId = SLOWNESS) -> None:
        """Let them be as fast as before."""

    def begin_losing_replies(
        self, loses: Callable[[str], Callable[[str], bool]], process: P | None = None, fault: FaultId = LOSS
    ) -> None:
        """Let answers of Redis to a process, or to everybody, get lost with the connection."""

    def end_losing_replies(self, process: P | None = None, fault: FaultId = LOSS) -> None:
        """Let them all arrive again."""

    def plan_redis_crash(self, t_ms: int, cause: str) -> None:
        """Prepare for a crash at a moment that is known beforehand."""

    def crash_redis(self, fault: FaultId = CRASH, cause: str = "process-kill") -> None:
        """Kill Redis; what it knows afterwards is up to its persistence and the cause."""

    def refuse_writes(self, fault: FaultId = READ_ONLY) -> None:
        """Let Redis refuse every write with READONLY; connections stay, and what only reads is answered."""

    def accept_writes(self, fault: FaultId = READ_ONLY) -> None:
        """Let it take writes again, once for each time that it was to refuse them."""

    def plan_failover(self, t_ms: int, lag_ms: int) -> None:
        """Prepare for a failover at a moment that is known beforehand, to a replica that is behind by so much."""

    def fail_over(self, fault: FaultId = FAILOVER, *, lag_ms: int = 0) -> None:
        """Let the primary die and its replica answer in its place, which refuses writes until it is promoted."""

    def promote_replica(self, fault: FaultId = FAILOVER) -> None:
        """Let the replica take writes, once for each failover."""

    def begin_database_failure(
        self, fault: FaultId, failure: Failure, rate: float = 1.0, effect: str | None = None
    ) -> None:
        """Make calls to the database fail: all, or those for one effect."""

    def end_database_failure(self, fault: FaultId) -> None:
        """Let calls to the database succeed again."""

    def slow_database(self, fault: FaultId, latency_ms: int) -> None:
        """Slow down every call to the database."""

    def restore_database_speed(self, fault: FaultId) -> None:
        """Remove the extra time again."""

    def fault_began(self, fault: FaultId, **more: object) -> None:
        """Write into the trace that a fault has begun which no other verb writes down."""

    def fault_ended(self, fault: FaultId) -> None:
        """Write into the trace that it has ended."""

    def on_step(self, hook: StepHook[P]) -> None:
        """Ask ``hook`` at every step of every job whether the process dies there."""

    def on_attempt(self, hook: ErrorHook) -> None:
        """Ask ``hook`` before and after the effect of every attempt whether its handler raises an error there."""

    def on_hang(self, hook: HangHook) -> None:
        """Ask ``hook`` before and after the effect of every attempt whether its handler hangs there."""


class Setting(NamedTuple):
    """Where one fault of a scenario strikes.

    Attributes:
        name: The fault's own, such as ``fault:2:worker-crash``; its random numbers are drawn under it.
        last_arrival_ms: When the last job is offered, ms since the run began.
    """

    name: str
    injector: FaultInjector[Any]
    streams: RandomNumbers
    last_arrival_ms: int
