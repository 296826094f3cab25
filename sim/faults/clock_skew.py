"""`clock-skew`: the clock of a process is ahead or behind; delays go by it, and Redis has its own."""

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar, Literal, Self

from pydantic import model_validator

from sim.core.durations import parse_duration
from sim.faults.base import RandomDraw, ScheduledFault
from sim.faults.by_hand import Arguments, Choice, Hands, HandVerb, Question, Refused, struck
from sim.faults.injector import FaultId, Setting
from sim.faults.window import FaultKind, Window
from sim.yaml_files.fields import PositiveDuration, Shift

_BY = (
    Choice("10s", "10 s ahead"),
    Choice("2m", "2 min ahead"),
    Choice("1h", "1 h ahead"),
    Choice("-10s", "10 s behind"),
    Choice("-2m", "2 min behind"),
    Choice("-1h", "1 h behind"),
)


def _by_hand(process: str) -> FaultId:
    return FaultId("clock-skew", process, "moved by hand")


def _how_wrong(by: str) -> str:
    return f"{by[1:]} behind" if by.startswith("-") else f"{by} ahead"


def _move(hands: Hands, arguments: Arguments) -> str:
    process, by = arguments["process"], arguments["by"]
    ms = parse_duration(by.removeprefix("-"))
    if not ms:
        raise Refused("by must not be 0s")
    both = struck(hands, arguments)
    if any(_by_hand(process) in one.clock_shifts for _injector, one in both):
        raise Refused(f"the clock of {process} is moved by hand already; set it right first")
    for injector, one in both:
        injector.move_clock(one, -ms if by.startswith("-") else ms, _by_hand(process))
    return f"moved the clock of {process}; it is {_how_wrong(by)}"


def _set_right(hands: Hands, arguments: Arguments) -> str:
    process = arguments["process"]
    both = struck(hands, arguments)
    if not any(_by_hand(process) in one.clock_shifts for _injector, one in both):
        raise Refused(f"the clock of {process} was not moved by hand; what the scenario moved ends by itself")
    for injector, one in both:
        injector.set_clock_right(one, _by_hand(process))
    return f"set the clock of {process} right"


def _label(event: Mapping[str, Any], process: str) -> str:
    return f"clock of {process} {_how_wrong(str(event.get('by', '')))}"


class ClockSkew(ScheduledFault):
    """The clock of a process is wrong. Delays, backoff and retention by age go by the clocks of the processes."""

    order: ClassVar[int] = 28
    about: ClassVar[str] = (
        "The clock of a process is ahead or behind, and jobs with a delay or a backoff come too early or too late."
    )
    draft: ClassVar[str] = (
        "target: {queue}-1               # a process; {queue} means all of its processes, application the producer\n"
        "by: 2m                        # ahead; -2m: behind\nat: {at}\nduration: 10m"
    )
    by_hand: ClassVar[tuple[HandVerb, ...]] = (
        HandVerb(
            "move-clock",
            "Move clock",
            "process",
            _move,
            lambda _injector, process: process.alive and _by_hand(process.name) not in process.clock_shifts,
            (Question("by", "A moved clock is", lambda _redis: _BY, "2m"),),
            slot="clock",
        ),
        HandVerb(
            "set-clock-right",
            "Set clock right",
            "process",
            _set_right,
            lambda _injector, process: _by_hand(process.name) in process.clock_shifts,
            slot="clock",
        ),
    )
    window: ClassVar[Window | None] = Window(
        FaultKind.CLOCK, _label, "its clock goes wrong", "its clock is right again", detail="by"
    )
    for_real: ClassVar[str] = "`Date.now()` and `new Date()` of the Node process are ahead or behind"
    weight: ClassVar[int] = 2

    kind: Literal["clock-skew"]
    target: str = "workers"
    by: Shift
    """How far its clock is ahead; with a minus sign, behind."""
    duration: PositiveDuration | None = None
    """How long; left out: until the end of the run. With neither `at` nor `mean_interval` it begins with the run."""

    @model_validator(mode="after")
    def _when(self) -> Self:
        if self.at is not None and self.mean_interval is not None:
            raise ValueError("give at: (one time or a list of times) or mean_interval: (random times), but not both")
        if self.duration is None and (self.mean_interval is not None or len(self.moments) > 1):
            raise ValueError("duration: is needed where a clock goes wrong more than once")
        return self

    @property
    def moments(self) -> list[int]:
        """The listed moments; the beginning of the run where nothing is said."""
        return super().moments if self.at is not None or self.mean_interval is not None else [0]

    def arrange(self, setting: Setting) -> None:
        """Arrange for the wrong time; what is wrong from the beginning on is so before anything else happens."""
        injector = setting.injector
        for number, t_ms in enumerate(self.times(setting), 1):
            fault = self.identity(f"{setting.name}.{number}")
            for process in injector.processes(self.target):
                move = partial(injector.move_clock, process, self.by, fault)
                if t_ms:
                    injector.at(t_ms, move)
                else:
                    move()
                if self.duration is not None:
                    injector.at(t_ms + self.duration, partial(injector.set_clock_right, process, fault))

    @property
    def postpones_ms(self) -> int:
        """By how much it may lengthen each wait of a job that is delayed, ms."""
        return abs(self.by)

    @property
    def ahead_at_start_ms(self) -> int:
        """By how much it lets the clocks of its target be ahead when the run begins, ms; negative: behind."""
        return self.by * self.moments.count(0)

    @classmethod
    def random(cls, draw: RandomDraw) -> dict[str, Any]:
        """Draw the fields besides ``kind`` for a random scenario."""
        by = draw.ms(1, 90_000)
        fields = {"target": draw.target(), "by": draw.one(by, f"-{by}")}
        times = draw.sometimes(0.7, duration=draw.duration)
        return fields | (times | draw.times() if times else draw.sometimes(0.5, at=draw.ms(0, 60_000)))
