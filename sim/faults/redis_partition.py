"""`redis-partition`: some processes cannot reach Redis for a while; for all others it is there."""

from functools import partial
from typing import Any, ClassVar, Literal

from sim.faults.base import RandomDraw, Timed
from sim.faults.by_hand import Arguments, Hands, HandVerb, Refused, struck
from sim.faults.injector import FaultId, Setting
from sim.faults.window import FaultKind, Window
from sim.yaml_files.fields import PositiveDuration


def _cut_off(hands: Hands, arguments: Arguments) -> str:
    fault = FaultId("redis-partition", arguments["process"])
    for injector, process in struck(hands, arguments):
        injector.cut_off(process, fault)
    return f"cut {arguments['process']} off from Redis"


def _reconnect(hands: Hands, arguments: Arguments) -> str:
    both, fault = struck(hands, arguments), FaultId("redis-partition", arguments["process"])
    if not any(process.cuts for _injector, process in both):
        raise Refused(f"{arguments['process']} is not cut off from Redis")
    for injector, process in both:
        injector.reconnect(process, fault)
    return f"let {arguments['process']} reach Redis again"


class RedisPartition(Timed):
    """Some processes cannot reach Redis: their connections break, and new ones are refused until it is over."""

    order: ClassVar[int] = 45
    about: ClassVar[str] = (
        "A process is cut off from Redis while the others are not. Worst if longer than the lock of 30 s."
    )
    draft: ClassVar[str] = (
        "target: {queue}-1               # a process; {queue} means all of its processes, application the producer\n"
        "at: {at}\nduration: 45s"
    )
    by_hand: ClassVar[tuple[HandVerb, ...]] = (
        HandVerb(
            "cut-off-process",
            "Cut off",
            "process",
            _cut_off,
            lambda _injector, process: process.alive and not process.cuts,
        ),
        HandVerb("reconnect-process", "Reconnect", "process", _reconnect, lambda _injector, process: process.cuts > 0),
    )
    window: ClassVar[Window | None] = Window(
        FaultKind.CUT_OFF,
        lambda _event, process: f"{process} cut off from Redis",
        "is cut off from Redis",
        "reaches Redis again",
        overlap="merged",
    )
    for_real: ClassVar[str] = "The process reaches redis-server through a proxy, which is closed and opened again"
    breaks_ways: ClassVar[bool] = True
    weight: ClassVar[int] = 2

    kind: Literal["redis-partition"]
    target: str = "workers"
    duration: PositiveDuration
    """How long it cannot reach Redis."""

    def arrange(self, setting: Setting) -> None:
        """Arrange for the partition or partitions."""
        injector = setting.injector
        for t_ms in self.times(setting):
            for process in injector.processes(self.target):
                injector.at(t_ms, partial(injector.cut_off, process, self.identity()))
                injector.at(t_ms + self.duration, partial(injector.reconnect, process, self.identity()))

    @classmethod
    def random(cls, draw: RandomDraw) -> dict[str, Any]:
        """Draw the fields besides ``kind`` for a random scenario."""
        return {"target": draw.target(), "duration": draw.duration, **draw.times()}
