"""`slow-database`: every call takes longer for a while."""

from functools import partial
from typing import Any, ClassVar, Literal

from sim.core.durations import format_duration, parse_duration
from sim.faults.base import RandomDraw, Timed
from sim.faults.by_hand import Arguments, Choice, Hands, HandVerb, Question, Refused
from sim.faults.injector import FaultId, Setting
from sim.faults.window import FaultKind, Window
from sim.yaml_files.fields import PositiveDuration

SLOWED_BY_HAND = FaultId("slow-database", name="slowed by hand")
"""The slowness of the database that a person began."""


def _slow(hands: Hands, arguments: Arguments) -> str:
    latency_ms = parse_duration(arguments["latency"])
    if not latency_ms:
        raise Refused("latency must be longer than 0s")
    if hands["queue"].is_database_slowed(SLOWED_BY_HAND.name):
        raise Refused("the database is already slowed by hand; restore its speed first")
    for injector in hands.values():
        injector.slow_database(SLOWED_BY_HAND, latency_ms)
    return f"slowed every call to the database by {format_duration(latency_ms)}"


def _restore_speed(hands: Hands, _arguments: Arguments) -> str:
    if not hands["queue"].is_database_slowed(SLOWED_BY_HAND.name):
        raise Refused("the database was not slowed by hand; slowness from the scenario ends by itself")
    for injector in hands.values():
        injector.restore_database_speed(SLOWED_BY_HAND)
    return "restored the speed of the database"


_LATENCIES = (Choice("100ms", "100 ms"), Choice("1s", "1 s"), Choice("5s", "5 s"), Choice("30s", "30 s"))


class SlowDatabase(Timed):
    """Every call to the application's database takes longer."""

    order: ClassVar[int] = 70
    about: ClassVar[str] = "The database answers, but slowly."
    draft: ClassVar[str] = "at: {at}\nduration: 10s\nlatency: 500ms                # added to every call"
    by_hand: ClassVar[tuple[HandVerb, ...]] = (
        HandVerb(
            "slow-database",
            "Slow",
            "database",
            _slow,
            lambda injector, _: not injector.is_database_slowed(SLOWED_BY_HAND.name),
            (Question("latency", "A slow database adds", lambda _redis: _LATENCIES, "5s", "per call"),),
            slot="speed",
        ),
        HandVerb(
            "restore-database-speed",
            "Full speed",
            "database",
            _restore_speed,
            lambda injector, _: injector.is_database_slowed(SLOWED_BY_HAND.name),
            slot="speed",
        ),
    )
    window: ClassVar[Window | None] = Window(
        FaultKind.DATABASE, lambda _event, _process: "database slow", "the database fails", "the database works again"
    )
    for_real: ClassVar[str] = "The database answers later"
    strikes_handlers: ClassVar[bool] = True

    kind: Literal["slow-database"]
    duration: PositiveDuration
    latency: PositiveDuration
    """Added to every call."""

    def arrange(self, setting: Setting) -> None:
        """Arrange for the window or windows."""
        injector = setting.injector
        for number, t_ms in enumerate(self.times(setting), 1):
            fault = self.identity(f"{setting.name}.{number}")
            injector.at(t_ms, partial(injector.slow_database, fault, self.latency))
            injector.at(t_ms + self.duration, partial(injector.restore_database_speed, fault))

    @property
    def slows_calls_ms(self) -> int:
        """By how much it lengthens one call to the database, ms."""
        return self.latency

    @classmethod
    def random(cls, draw: RandomDraw) -> dict[str, Any]:
        """Draw the fields besides ``kind`` for a random scenario."""
        return {"duration": draw.duration, "latency": draw.ms(1, 6_000), **draw.times()}
