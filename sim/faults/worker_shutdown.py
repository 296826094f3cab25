"""`worker-shutdown`: processes are told to stop, as a deploy does, and are given some time for their jobs."""

from functools import partial
from typing import Any, ClassVar, Literal

from sim.core.durations import format_duration
from sim.faults.base import RandomDraw, Timed
from sim.faults.by_hand import Arguments, Choice, Hands, HandVerb, Question, Refused, struck
from sim.faults.injector import FaultId, Setting, Shutdown
from sim.faults.window import FaultKind, Window
from sim.yaml_files.fields import Duration

GRACE_MS = 30_000
RESTART_AFTER_MS = 1_000
Close = Literal["wait", "force", "none"]
_CLOSES: dict[str, Close] = {"wait": "wait", "force": "force", "none": "none"}
_ASKS_HOW = Question(
    "close",
    "A process that is shut down",
    lambda _redis: (
        Choice("wait", "ends its jobs"),
        Choice("force", "leaves its jobs"),
        Choice("none", "dies at once"),
    ),
    "wait",
)


def _shut_down(hands: Hands, arguments: Arguments) -> str:
    both, fault = struck(hands, arguments), FaultId("worker-shutdown", arguments["process"])
    close = _CLOSES.get(arguments.get("close", "wait"))
    if close is None:
        raise Refused(f"close must be {', '.join(_CLOSES)}")
    if all(process.is_shutting_down or not process.alive for _injector, process in both):
        raise Refused(f"{arguments['process']} is down, or shutting down already")
    for injector, process in both:
        injector.shut_down(process, fault, Shutdown(GRACE_MS, RESTART_AFTER_MS, close))
    grace, later = format_duration(GRACE_MS), format_duration(RESTART_AFTER_MS)
    told = f"told {arguments['process']} to shut down; "
    if close == "none":
        return f"{told}it died at once, and starts again after {later}"
    killed = f"killed after {grace}, " if close == "wait" else "it leaves its jobs, "
    return f"{told}{killed}starts again {later} after it has gone"


class WorkerShutdown(Timed):
    """A process is told to stop (SIGTERM). It takes nothing new, ends its jobs, and is killed if they take too long."""

    order: ClassVar[int] = 15
    about: ClassVar[str] = (
        "A deploy: processes are told to stop, end the jobs they have, and are replaced. Worst if a job takes longer "
        "than the grace time."
    )
    draft: ClassVar[str] = (
        "target: {queue}                 # all of the queue's processes; {queue}-1: one\n"
        "at: {at}\ngrace: 30s\nrestart_after: 5s"
    )
    by_hand: ClassVar[tuple[HandVerb, ...]] = (
        HandVerb(
            "shut-down-worker",
            "Shut down",
            "process",
            _shut_down,
            lambda _injector, process: process.alive and not process.is_shutting_down,
            (_ASKS_HOW,),
            optional=("close",),
        ),
    )
    window: ClassVar[Window | None] = Window(
        FaultKind.SHUTDOWN, lambda _event, process: f"{process} shutting down", "is told to stop", "has ended its jobs"
    )
    for_real: ClassVar[str] = (
        "SIGTERM to the process, which calls `queue.close()` or `close(true)`, and SIGKILL after the grace time"
    )

    kind: Literal["worker-shutdown"]
    target: str = "workers"
    grace: Duration | None = GRACE_MS
    """How long it has for the jobs it runs before it is killed; `null`: as long as they take. Kubernetes gives 30 s."""
    restart_after: Duration | None = RESTART_AFTER_MS
    """How long after it has gone a new process takes its place; `null` means never."""
    close: Close = "wait"
    """What the process does when it is told: `wait` for its jobs (`queue.close()`); `force`: close the connections, and
    leave its jobs (`close(true)`); `none`: nothing handles SIGTERM, so that it dies at once, as Node does."""
    stagger: Duration = 0
    """How long after one process of the target the next one is told to stop: a rolling deploy."""

    def arrange(self, setting: Setting) -> None:
        """Arrange for the deploy or deploys."""
        injector, how = setting.injector, Shutdown(self.grace, self.restart_after, self.close)
        for t_ms in self.times(setting):
            for place, process in enumerate(injector.processes(self.target)):
                shut_down = partial(injector.shut_down, process, self.identity(), how)
                injector.at(t_ms + place * self.stagger, shut_down)

    @property
    def restarts_ms(self) -> int:
        """How long a process that it stops stays away, ms."""
        return (self.restart_after or 0) + (self.grace or 0)

    def kills(self, processes: Any, random_times: int) -> int:
        """Guess how many processes will have to be replaced."""
        if self.restart_after is None:
            return 0
        times = 1 if self.mean_interval is None else random_times
        count: int = processes(self.target)
        return count * max(times, len(self.moments))

    @classmethod
    def random(cls, draw: RandomDraw) -> dict[str, Any]:
        """Draw the fields besides ``kind`` for a random scenario."""
        some = draw.sometimes(0.5, grace=draw.one(draw.ms(0, 60_000), None), stagger=draw.ms(0, 20_000))
        some |= draw.sometimes(0.4, close=draw.one("wait", "force", "none"))
        return {"target": draw.target(), **draw.restart, **some, **draw.times()}
