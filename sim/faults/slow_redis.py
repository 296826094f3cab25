"""`slow-redis`: commands to Redis and their answers are under way for longer."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, Literal

from sim.core.durations import format_duration, parse_duration
from sim.faults.base import RandomDraw, Timed
from sim.faults.by_hand import Arguments, Choice, Hands, HandVerb, Question, Refused
from sim.faults.injector import FaultId, Setting
from sim.faults.schedule import RandomNumbers
from sim.faults.window import FaultKind, Window
from sim.yaml_files.distributions import ExponentialTime, TimeDistribution, UniformTime
from sim.yaml_files.fields import MAX_MS, PositiveDuration

SLOWED_BY_HAND = FaultId("slow-redis", name="slowed by hand")


def _slow(hands: Hands, arguments: Arguments) -> str:
    latency_ms = parse_duration(arguments["latency"])
    if not latency_ms:
        raise Refused("latency must be longer than 0s")
    if hands["queue"].is_redis_slowed(SLOWED_BY_HAND):
        raise Refused("Redis is already slowed by hand; restore its speed first")
    for injector in hands.values():
        injector.slow_redis(lambda _process: lambda: latency_ms, None, SLOWED_BY_HAND)
    return f"slowed every command to Redis by {format_duration(latency_ms)}"


def _restore_speed(hands: Hands, _arguments: Arguments) -> str:
    if not hands["queue"].is_redis_slowed(SLOWED_BY_HAND):
        raise Refused("Redis was not slowed by hand; slowness from the scenario ends by itself")
    for injector in hands.values():
        injector.restore_redis_speed(None, SLOWED_BY_HAND)
    return "restored the speed of Redis"


_LATENCIES = (Choice("200ms", "200 ms"), Choice("2s", "2 s"), Choice("10s", "10 s"), Choice("40s", "40 s"))


class SlowRedis(Timed):
    """Every command to Redis takes longer: half of the latency until Redis has it, half until its answer is back."""

    order: ClassVar[int] = 47
    about: ClassVar[str] = "Redis answers, but slowly, to everybody or to a process behind a bad network."
    draft: ClassVar[str] = (
        "at: {at}\nduration: 1m\nlatency: 200ms                # of each command, half of it there and half back\n"
        "# target: {queue}-1            # only this process; default: everybody"
    )
    by_hand: ClassVar[tuple[HandVerb, ...]] = (
        HandVerb(
            "slow-redis",
            "Slow",
            "redis",
            _slow,
            lambda injector, _: not injector.is_redis_slowed(SLOWED_BY_HAND),
            (Question("latency", "A slow Redis adds", lambda _redis: _LATENCIES, "2s", "per command"),),
            slot="speed",
        ),
        HandVerb(
            "restore-redis-speed",
            "Full speed",
            "redis",
            _restore_speed,
            lambda injector, _: injector.is_redis_slowed(SLOWED_BY_HAND),
            slot="speed",
        ),
    )
    window: ClassVar[Window | None] = Window(
        FaultKind.SLOW,
        lambda _event, process: f"Redis slow for {process}" if process else "Redis slow",
        "Redis becomes slow",
        "Redis is fast again",
        overlap="merged",
    )
    for_real: ClassVar[str] = "The process reaches redis-server through a proxy that passes everything on later"
    breaks_ways: ClassVar[bool] = True
    weight: ClassVar[int] = 3

    kind: Literal["slow-redis"]
    target: str | None = None
    """Whose commands are slow; default: everybody's."""
    duration: PositiveDuration
    latency: PositiveDuration | TimeDistribution
    """How long a command and its answer are under way, for each command."""

    def arrange(self, setting: Setting) -> None:
        """Arrange for the window or windows."""
        injector = setting.injector
        for number, t_ms in enumerate(self.times(setting), 1):
            fault = self.identity(f"{setting.name}.{number}")
            latency = partial(_latency_of, self.latency, setting.streams, fault.name)
            struck: list[Any] = [None] if self.target is None else injector.processes(self.target)
            for process in struck:
                injector.at(t_ms, partial(injector.slow_redis, latency, process, fault))
                injector.at(t_ms + self.duration, partial(injector.restore_redis_speed, process, fault))

    @classmethod
    def random(cls, draw: RandomDraw) -> dict[str, Any]:
        """Draw the fields besides ``kind`` for a random scenario."""
        latency = draw.one(
            draw.ms(1, 3_000),
            draw.ms(1, 60_000),
            {"kind": "exponential", "mean": draw.ms(1, 5_000)},
            {"kind": "uniform", "min": "0s", "max": draw.ms(1, 5_000)},
            {"kind": "lognormal", "median": draw.ms(1, 2_000)},
        )
        return {
            "duration": draw.duration,
            "latency": latency,
            **draw.sometimes(0.5, target=draw.target()),
            **draw.times(),
        }


def _latency_of(latency: int | TimeDistribution, streams: RandomNumbers, fault: str, process: str) -> Callable[[], int]:
    """Return what draws the latencies of one process's commands, ms, one after the other."""
    if isinstance(latency, int):
        return lambda: latency
    generator = streams.generator(f"latency:{fault}:{process}")
    if isinstance(latency, ExponentialTime):
        draw: Callable[[], float] = partial(generator.exponential, latency.mean)
    elif isinstance(latency, UniformTime):
        draw = partial(generator.uniform, latency.min, latency.max)
    else:
        draw = partial(generator.lognormal, math.log(latency.median), latency.sigma)
    return lambda: min(MAX_MS, round(draw()))
