"""`worker-freeze`: a process is frozen, longer than its locks perhaps, and then goes on as if nothing had happened."""

from functools import partial
from typing import Any, ClassVar, Literal

from sim.faults.base import RandomDraw, Timed
from sim.faults.by_hand import Arguments, Hands, HandVerb, Refused, struck
from sim.faults.injector import FaultId, Setting
from sim.faults.window import FaultKind, Window
from sim.yaml_files.fields import PositiveDuration


def _freeze(hands: Hands, arguments: Arguments) -> str:
    both, fault = struck(hands, arguments), FaultId("worker-freeze", arguments["process"])
    target = hands["queue"].processes(arguments["process"])[0]
    if not target.alive or target.frozen:
        raise Refused(f"{target.name} is {'already frozen' if target.frozen else 'down'}")
    for injector, process in both:
        injector.freeze(process, fault)
    return f"froze {arguments['process']}"


def _thaw(hands: Hands, arguments: Arguments) -> str:
    both, fault = struck(hands, arguments), FaultId("worker-freeze", arguments["process"])
    if not any(process.frozen for _injector, process in both):
        raise Refused(f"{arguments['process']} is not frozen")
    for injector, process in both:
        injector.resume(process, fault)
    return f"resumed {arguments['process']}"


class WorkerFreeze(Timed):
    """A process freezes (as by SIGSTOP, a long garbage collection or a paused machine) and resumes later."""

    order: ClassVar[int] = 20
    about: ClassVar[str] = (
        "A process is frozen, timers included, then continues where it was. Worst if longer than the lock of 30 s."
    )
    draft: ClassVar[str] = (
        "target: {queue}-1               # a process; {queue} means all of its processes\nat: {at}\nduration: 45s"
    )
    by_hand: ClassVar[tuple[HandVerb, ...]] = (
        HandVerb(
            "freeze-worker",
            "Freeze",
            "process",
            _freeze,
            lambda _injector, process: process.alive and not process.frozen,
        ),
        HandVerb(
            "resume-worker",
            "Resume",
            "process",
            _thaw,
            lambda _injector, process: process.alive and process.frozen,
        ),
    )
    window: ClassVar[Window | None] = Window(
        FaultKind.FROZEN, lambda _event, process: f"{process} frozen", "freezes", "goes on", overlap="merged"
    )
    for_real: ClassVar[str] = "SIGSTOP to the process, and SIGCONT"
    weight: ClassVar[int] = 2

    kind: Literal["worker-freeze"]
    target: str = "workers"
    duration: PositiveDuration
    """How long it is frozen."""

    def arrange(self, setting: Setting) -> None:
        """Arrange for the freeze or freezes."""
        injector = setting.injector
        for t_ms in self.times(setting):
            for process in injector.processes(self.target):
                injector.at(t_ms, partial(injector.freeze, process, self.identity()))
                injector.at(t_ms + self.duration, partial(injector.resume, process, self.identity()))

    @classmethod
    def random(cls, draw: RandomDraw) -> dict[str, Any]:
        """Draw the fields besides ``kind`` for a random scenario."""
        return {"target": draw.target(), "duration": draw.duration, **draw.times()}
