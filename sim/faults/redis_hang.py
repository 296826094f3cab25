"""`redis-hang`: Redis answers nothing for a while; its connections stay."""

from functools import partial
from typing import Any, ClassVar, Literal

from sim.faults.base import RandomDraw, Timed
from sim.faults.by_hand import Arguments, Hands, HandVerb, Refused
from sim.faults.injector import FaultId, Setting
from sim.faults.window import FaultKind, Window
from sim.yaml_files.fields import PositiveDuration

HUNG_BY_HAND = FaultId("redis-hang", name="by hand")


def _hang(hands: Hands, _arguments: Arguments) -> str:
    if hands["queue"].redis_state != "up":
        raise Refused(f"Redis is {hands['queue'].redis_state} already")
    for injector in hands.values():
        injector.hang_redis(HUNG_BY_HAND)
    return "let Redis hang: it answers nothing, and its connections stay"


def _resume(hands: Hands, _arguments: Arguments) -> str:
    if not hands["queue"].is_redis_hung(HUNG_BY_HAND):
        raise Refused("Redis does not hang by hand; a hang from the scenario ends by itself")
    for injector in hands.values():
        injector.resume_redis(HUNG_BY_HAND)
    return "let Redis go on, with everything that was sent meanwhile"


class RedisHang(Timed):
    """Redis answers nothing, as one that is frozen or busy does; connections stay, and what is sent waits in them."""

    order: ClassVar[int] = 46
    about: ClassVar[str] = (
        "Redis hangs: its connections stay, and it answers nothing. Worst if longer than the lock of 30 s."
    )
    draft: ClassVar[str] = "at: {at}\nduration: 40s"
    by_hand: ClassVar[tuple[HandVerb, ...]] = (
        HandVerb(
            "hang-redis",
            "Hang",
            "redis",
            _hang,
            lambda injector, _: injector.redis_state == "up",
            slot="hang",
        ),
        HandVerb(
            "resume-redis",
            "Go on",
            "redis",
            _resume,
            lambda injector, _: injector.is_redis_hung(HUNG_BY_HAND),
            slot="hang",
        ),
    )
    window: ClassVar[Window | None] = Window(
        FaultKind.REDIS, lambda _event, _process: "Redis hangs", "Redis hangs", "Redis answers again"
    )
    for_real: ClassVar[str] = "SIGSTOP to redis-server, and SIGCONT"
    weight: ClassVar[int] = 2

    kind: Literal["redis-hang"]
    duration: PositiveDuration
    """How long it answers nothing."""

    def arrange(self, setting: Setting) -> None:
        """Arrange for the hang or hangs."""
        injector = setting.injector
        for number, t_ms in enumerate(self.times(setting), 1):
            fault = self.identity(f"{setting.name}.{number}")
            injector.at(t_ms, partial(injector.hang_redis, fault))
            injector.at(t_ms + self.duration, partial(injector.resume_redis, fault))

    @classmethod
    def random(cls, draw: RandomDraw) -> dict[str, Any]:
        """Draw the fields besides ``kind`` for a random scenario."""
        return {"duration": draw.duration, **draw.times()}
