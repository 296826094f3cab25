"""`redis-crash`: Redis dies and is started again, with the data that its persistence policy has kept."""

from typing import Any, ClassVar, Literal, get_args

from sim.core.durations import format_duration
from sim.faults.base import RandomDraw, Timed
from sim.faults.by_hand import Arguments, Choice, Hands, HandVerb, Question, RedisSettings, Refused
from sim.faults.injector import FaultId, Setting
from sim.faults.window import FaultKind, Window
from sim.yaml_files.fields import Duration, PositiveDuration

Cause = Literal["process-kill", "power-loss"]
CAUSES: tuple[str, ...] = get_args(Cause)
"""What may end Redis: its process, or the power of its machine."""
CRASH_REDIS = "crash-redis"
FSYNC_MS = 1_000
"""``aof-everysec`` brings the log to the disk this often."""


def _crash(hands: Hands, arguments: Arguments) -> str:
    cause, queue_mode = arguments["cause"], hands["queue"]
    if cause not in CAUSES:
        raise Refused(f"{cause!r} is not a cause of a crash; there are: {', '.join(CAUSES)}")
    if queue_mode.redis_state == "down":
        raise Refused("Redis is already down")
    point_ms = queue_mode.restore_point_ms(cause)
    for injector in hands.values():
        injector.crash_redis(FaultId("redis-crash"), cause)
    if point_ms == queue_mode.now_ms:
        left = "it has lost nothing"
    else:
        left = f"it goes back to {format_duration(point_ms)}" if point_ms else "it has lost everything"
    return f"crashed Redis ({cause}, {queue_mode.persistence}): {left}"


_WORDS = {"process-kill": "its process is killed", "power-loss": "the power fails"}


def crash_choices(redis: RedisSettings) -> tuple[Choice, ...]:
    """List every cause, with what Redis will know afterwards; ``restore_point_ms`` decides it."""
    return tuple(Choice(cause, f"{_WORDS[cause]}: {_kept(redis, cause)}") for cause in CAUSES)


def _kept(redis: RedisSettings, cause: str) -> str:
    if redis.persistence == "none":
        return "all is lost"
    if redis.persistence == "rdb":
        return f"back to the last snapshot, one every {format_duration(redis.save_interval)}"
    if redis.persistence == "aof-everysec" and cause == "power-loss":
        return f"up to {format_duration(FSYNC_MS)} is lost"
    return "nothing is lost"


class RedisCrash(Timed):
    """The Redis process or its machine dies; `redis.persistence` decides which data survives."""

    order: ClassVar[int] = 50
    about: ClassVar[str] = "Redis is killed and restarts; redis.persistence decides which data survives."
    draft: ClassVar[str] = "at: {at}\nduration: 2s"
    by_hand: ClassVar[tuple[HandVerb, ...]] = (
        HandVerb(
            CRASH_REDIS,
            "Crash",
            "redis",
            _crash,
            lambda injector, _: injector.redis_state != "down",
            (Question("cause", "Redis ({persistence}) crashes because", crash_choices, "process-kill"),),
            slot="crash",
            goes_back_to=lambda injector, arguments: injector.restore_point_ms(arguments.get("cause", "")),
        ),
    )
    window: ClassVar[Window | None] = Window(
        FaultKind.REDIS,
        lambda event, _process: f"Redis down ({event.get('why')})",
        "Redis goes down",
        "Redis is up again",
        "why",
        "replaced",
    )
    for_real: ClassVar[str] = "SIGKILL to redis-server; a new one starts with its files"
    weight: ClassVar[int] = 2

    kind: Literal["redis-crash"]
    duration: PositiveDuration
    """Time until it is started again."""
    cause: Cause = "process-kill"
    """A killed process keeps what reached the operating system; a power loss keeps only what reached the disk."""
    loading: Duration = 0
    """How long it loads its data after the start, refusing every command with LOADING."""

    def arrange(self, setting: Setting) -> None:
        """Arrange for the crash or crashes, and for keeping the data that each goes back to."""
        injector = setting.injector
        for t_ms in self.times(setting):
            injector.plan_redis_crash(t_ms, self.cause)
            injector.at(t_ms, lambda: injector.crash_redis(self.identity(), self.cause))
            injector.at(t_ms + self.duration, lambda: injector.start_redis(loading_ms=self.loading))

    @property
    def not_for_real(self) -> list[str]:
        """No power is cut, and how long a real server loads is up to its data."""
        reasons = []
        if self.cause == "power-loss":
            reasons.append(
                "cause: a power loss cannot be done to a real machine from here; "
                "process-kill kills redis-server for real"
            )
        if self.loading:
            reasons.append(
                "loading: how long redis-server loads is up to its data; leave loading out to rehearse the crash"
            )
        return reasons

    @property
    def loads_ms(self) -> int:
        """How long Redis reads its data after it, ms."""
        return self.loading

    @classmethod
    def random(cls, draw: RandomDraw) -> dict[str, Any]:
        """Draw the fields besides ``kind`` for a random scenario."""
        more = draw.sometimes(0.6, cause=draw.one("process-kill", "power-loss"), loading=draw.ms(0, 10_000))
        return {"duration": draw.duration, **more, **draw.times()}
