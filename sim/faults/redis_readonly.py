"""`redis-readonly`: Redis refuses every write for a while, and answers everything else."""

from typing import Any, ClassVar, Literal

from sim.faults.base import RandomDraw, Timed
from sim.faults.by_hand import Arguments, Hands, HandVerb, Refused
from sim.faults.injector import READ_ONLY, Setting
from sim.faults.window import FaultKind, Window
from sim.yaml_files.fields import PositiveDuration


def _refuse(hands: Hands, _arguments: Arguments) -> str:
    if hands["queue"].redis_state == "read-only":
        raise Refused("Redis is already read-only")
    for injector in hands.values():
        injector.refuse_writes()
    return "made Redis read-only; connections stay"


def _accept(hands: Hands, _arguments: Arguments) -> str:
    if hands["queue"].redis_state != "read-only":
        raise Refused("Redis is not read-only")
    for injector in hands.values():
        injector.accept_writes()
    if hands["queue"].redis_state == "read-only":
        return "undid one cause; another fault still keeps Redis read-only"
    return "let Redis take writes again"


class RedisReadonly(Timed):
    """Redis refuses every write with READONLY, as a primary does that was made a replica; its data stays."""

    order: ClassVar[int] = 52
    about: ClassVar[str] = "Redis refuses every write for a while (READONLY). Connections and data stay."
    draft: ClassVar[str] = "at: {at}\nduration: 10s"
    by_hand: ClassVar[tuple[HandVerb, ...]] = (
        HandVerb(
            "refuse-writes",
            "Make read-only",
            "redis",
            _refuse,
            lambda injector, _: injector.redis_state == "up",
            slot="writes",
        ),
        HandVerb(
            "accept-writes",
            "Accept writes",
            "redis",
            _accept,
            lambda injector, _: injector.redis_state == "read-only",
            slot="writes",
        ),
    )
    window: ClassVar[Window | None] = Window(
        FaultKind.READ_ONLY,
        lambda _event, _process: "Redis read-only",
        "Redis refuses writes",
        "Redis takes writes again",
        overlap="merged",
    )
    for_real: ClassVar[str] = "`REPLICAOF` a server that is not there, and `REPLICAOF NO ONE`"

    kind: Literal["redis-readonly"]
    duration: PositiveDuration
    """How long it refuses writes."""

    def arrange(self, setting: Setting) -> None:
        """Arrange for the time or times in which it is read-only."""
        injector = setting.injector
        for t_ms in self.times(setting):
            injector.at(t_ms, lambda: injector.refuse_writes(READ_ONLY))
            injector.at(t_ms + self.duration, lambda: injector.accept_writes(READ_ONLY))

    @classmethod
    def random(cls, draw: RandomDraw) -> dict[str, Any]:
        """Draw the fields besides ``kind`` for a random scenario."""
        return {"duration": draw.duration, **draw.times()}
