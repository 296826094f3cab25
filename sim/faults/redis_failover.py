"""`redis-failover`: the primary dies, and a replica takes over that does not have its last writes yet."""

from collections.abc import Mapping
from functools import partial
from itertools import pairwise
from typing import Any, ClassVar, Literal

from sim.core.durations import format_duration, parse_duration
from sim.core.errors import SimError
from sim.faults.base import RandomDraw, Timed
from sim.faults.by_hand import Arguments, Choice, HandInjector, Hands, HandVerb, Question, Refused
from sim.faults.injector import FAILOVER, Setting
from sim.faults.window import FaultKind, Window
from sim.yaml_files.fields import Duration

LAGS = ("0s", "2s", "10s")
"""By how much a replica may be behind that a person lets take over."""
PROMOTED_AFTER_MS = 5_000


def _label(event: Mapping[str, Any], _process: str) -> str:
    lag_ms = event.get("lag_ms", 0)
    lost = f", {format_duration(lag_ms)} lost" if lag_ms else ""
    return f"Redis failover{lost}"


def _lag_ms(arguments: Arguments) -> int:
    lag = arguments.get("lag", "")
    try:
        return parse_duration(lag)
    except SimError as problem:
        raise Refused(f"lag: {problem}") from None


def _fail_over(hands: Hands, arguments: Arguments) -> str:
    lag_ms = _lag_ms(arguments)
    if hands["queue"].redis_state != "up":
        raise Refused(f"Redis is {hands['queue'].redis_state}: no replica takes over now")
    for injector in hands.values():
        injector.fail_over(FAILOVER, lag_ms=lag_ms)
        injector.at(injector.now_ms + PROMOTED_AFTER_MS, partial(injector.promote_replica, FAILOVER))
    lost = f"the last {format_duration(lag_ms)} of writes are lost" if lag_ms else "nothing is lost"
    return f"let a replica take over: {lost}; it takes writes in {format_duration(PROMOTED_AFTER_MS)}"


def _goes_back_to(injector: HandInjector, arguments: Arguments) -> int | None:
    return max(0, injector.now_ms - _lag_ms(arguments))


class RedisFailover(Timed):
    """The primary dies and a replica answers in its place; what had not reached the replica is lost."""

    order: ClassVar[int] = 54
    about: ClassVar[str] = (
        "The primary dies and a replica takes over: the writes of the last `lag` are lost, and it refuses new ones "
        "(READONLY) until it is promoted."
    )
    draft: ClassVar[str] = "at: {at}\nduration: 5s                    # READONLY until it is promoted\nlag: 2s"
    by_hand: ClassVar[tuple[HandVerb, ...]] = (
        HandVerb(
            "fail-over",
            "Fail over",
            "redis",
            _fail_over,
            lambda injector, _: injector.redis_state == "up",
            (
                Question(
                    "lag",
                    "A replica takes over that is behind by",
                    lambda _redis: tuple(Choice(lag, lag) for lag in LAGS),
                    "2s",
                ),
            ),
            slot="failover",
            goes_back_to=_goes_back_to,
        ),
    )
    window: ClassVar[Window | None] = Window(
        FaultKind.READ_ONLY, _label, "a replica of Redis takes over", "the replica takes writes", overlap="merged"
    )
    for_real: ClassVar[str] = (
        "A second redis-server follows the first through a proxy, which is closed `lag` before; the first is killed, "
        "and the second gets `REPLICAOF NO ONE` after `duration`"
    )
    weight: ClassVar[int] = 2

    kind: Literal["redis-failover"]
    duration: Duration = PROMOTED_AFTER_MS
    """How long the replica refuses writes with READONLY, until it is promoted."""
    lag: Duration = 0
    """By how much the replica is behind: writes of this time were acknowledged, and are lost."""

    def arrange(self, setting: Setting) -> None:
        """Arrange for the failover or failovers, and for keeping the data that each replica has."""
        injector = setting.injector
        for t_ms in self.times(setting):
            injector.plan_failover(t_ms, self.lag)
            injector.at(t_ms, partial(injector.fail_over, FAILOVER, lag_ms=self.lag))
            injector.at(t_ms + self.duration, partial(injector.promote_replica, FAILOVER))

    @property
    def not_for_real(self) -> list[str]:
        """Each failover needs a replica that was there before its lag began."""
        reasons = []
        if self.mean_interval is not None:
            reasons.append("mean_interval: a replica has to know when to fall behind; give the moments with at")
        times = self.moments
        if any(later - earlier < self.duration + self.lag for earlier, later in pairwise(times)):
            reasons.append("at: a failover comes before the one before is over and its lag has passed; put them apart")
        return reasons

    @classmethod
    def random(cls, draw: RandomDraw) -> dict[str, Any]:
        """Draw the fields besides ``kind`` for a random scenario."""
        return {**draw.sometimes(0.7, duration=draw.ms(0, 20_000), lag=draw.ms(0, 20_000)), **draw.times()}
