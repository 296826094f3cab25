"""`redis-outage`: Redis cannot be reached for a while; its data stays."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from sim.faults.base import RandomDraw, Timed
from sim.faults.by_hand import Arguments, Hands, HandVerb, Refused
from sim.faults.injector import FaultId, Setting
from sim.faults.window import FaultKind, Window
from sim.yaml_files.fields import PositiveDuration


def _label(event: Mapping[str, Any], _process: str) -> str:
    why = event.get("why", "unreachable")
    return "Redis unreachable" if why == "unreachable" else f"Redis down ({why})"


def _stop(hands: Hands, _arguments: Arguments) -> str:
    if hands["queue"].redis_state == "down":
        raise Refused("Redis is already down")
    for injector in hands.values():
        injector.stop_redis(FaultId("redis-outage"), "stopped by hand")
    return "stopped Redis; it keeps its data"


def _start(hands: Hands, _arguments: Arguments) -> str:
    if hands["queue"].redis_state != "down":
        raise Refused("Redis is already up")
    for injector in hands.values():
        injector.start_redis()
    if hands["queue"].redis_state == "down":
        return "undid one stop of Redis; a fault of the scenario still keeps it down"
    return "started Redis again"


class RedisOutage(Timed):
    """Redis cannot be reached; its data stays."""

    order: ClassVar[int] = 40
    about: ClassVar[str] = "Redis is unreachable for a while, and keeps its data."
    draft: ClassVar[str] = "at: {at}\nduration: 10s"
    by_hand: ClassVar[tuple[HandVerb, ...]] = (
        HandVerb(
            "stop-redis", "Stop", "redis", _stop, lambda injector, _: injector.redis_state != "down", slot="toggle"
        ),
        HandVerb(
            "start-redis", "Start", "redis", _start, lambda injector, _: injector.redis_state == "down", slot="toggle"
        ),
    )
    window: ClassVar[Window | None] = Window(
        FaultKind.REDIS, _label, "Redis goes down", "Redis is up again", "why", "replaced"
    )
    for_real: ClassVar[str] = "The socket of redis-server is removed, and later restored"

    kind: Literal["redis-outage"]
    duration: PositiveDuration
    lost_replies: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """Submits in flight when it goes down: Redis has executed them, but the reply never arrives."""

    def arrange(self, setting: Setting) -> None:
        """Arrange for the outage or outages."""
        injector = setting.injector
        for t_ms in self.times(setting):
            injector.at(t_ms, lambda: injector.stop_redis(self.identity(), lost_replies=self.lost_replies))
            injector.at(t_ms + self.duration, injector.start_redis)

    @property
    def not_for_real(self) -> list[str]:
        """No real server loses replies on command."""
        if not self.lost_replies:
            return []
        return [
            "lost_replies: no real server loses exactly so many replies on command; "
            "leave lost_replies out to rehearse the outage"
        ]

    @classmethod
    def random(cls, draw: RandomDraw) -> dict[str, Any]:
        """Draw the fields besides ``kind`` for a random scenario."""
        lost = draw.sometimes(0.4, lost_replies=draw.whole(0, 4))
        return {"duration": draw.duration, **lost, **draw.times()}
