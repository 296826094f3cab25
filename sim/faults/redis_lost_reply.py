"""`redis-lost-reply`: Redis carries a command out, and its answer gets lost with the connection."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, Any, ClassVar, Literal, Self, get_args

from pydantic import AfterValidator, Field, model_validator

from sim.faults.base import RandomDraw, Timed
from sim.faults.by_hand import Arguments, Choice, Hands, HandVerb, Question, Refused
from sim.faults.injector import Answered, FaultId, Setting
from sim.faults.window import FaultKind, Window
from sim.yaml_files.fields import PositiveDuration, Share

COMMANDS: tuple[Answered, ...] = get_args(Answered)
LOST_BY_HAND = FaultId("redis-lost-reply", name="by hand")
_WORDS = {"add": "to a submit", "pop": "that brings a job", "complete": "to a completion"}


def _lose(hands: Hands, arguments: Arguments) -> str:
    command = arguments["command"]
    if command not in COMMANDS:
        raise Refused(f"{command!r} is no kind of command; there are: {', '.join(COMMANDS)}")
    if hands["queue"].loses_replies(LOST_BY_HAND):
        raise Refused("a reply is about to get lost already")
    for injector in hands.values():
        losing = Losing([command], 1, partial(injector.end_losing_replies, None, LOST_BY_HAND))
        injector.begin_losing_replies(losing.of, None, LOST_BY_HAND)
    return f"the next reply {_WORDS[command]} gets lost, with its connection"


class Losing:
    """Which answers get lost, in one window of a fault.

    Args:
        commands: Kinds of commands.
        count: How many answers get lost; None for any number.
        over: Is called when they have.
        chance: Tells of an answer to a process whether it is struck, by the process and the answer's number there.
    """

    def __init__(
        self,
        commands: Sequence[str],
        count: int | None,
        over: Callable[[], object],
        chance: Callable[[str, int], bool] = lambda _process, _number: True,
    ) -> None:
        self._commands = frozenset(commands)
        self._left = count
        self._over = over
        self._chance = chance
        self._answers: dict[str, int] = {}

    def of(self, process: str) -> Callable[[str], bool]:
        """Return what tells of each answer to a process whether it gets lost."""
        return partial(self._loses, process)

    def _loses(self, process: str, command: str) -> bool:
        if command not in self._commands or self._left == 0:
            return False
        number = self._answers[process] = self._answers.get(process, 0) + 1
        if not self._chance(process, number):
            return False
        if self._left is not None:
            self._left -= 1
            if not self._left:
                self._over()
        return True


def _once_each(commands: list[Answered]) -> list[Answered]:
    if len(set(commands)) < len(commands):
        raise ValueError("give each kind of command once")
    return commands


class RedisLostReply(Timed):
    """Redis carries a command out, and the connection breaks before its answer arrives; the client sends it again."""

    order: ClassVar[int] = 48
    about: ClassVar[str] = "Redis carries commands out and the replies get lost; clients send the commands again."
    draft: ClassVar[str] = (
        "at: {at}\ncount: 3                      # so many replies from then on\n"
        "commands: [add, complete]     # to submits, to what brings a worker a job (pop), to completions"
    )
    by_hand: ClassVar[tuple[HandVerb, ...]] = (
        HandVerb(
            "lose-redis-reply",
            "Lose the next reply",
            "redis",
            _lose,
            lambda injector, _: not injector.loses_replies(LOST_BY_HAND),
            (
                Question(
                    "command",
                    "A lost reply is one",
                    lambda _redis: tuple(Choice(command, _WORDS[command]) for command in COMMANDS),
                    "complete",
                ),
            ),
        ),
    )
    window: ClassVar[Window | None] = Window(
        FaultKind.REPLIES,
        lambda _event, process: f"replies to {process} get lost" if process else "replies get lost",
        "replies of Redis get lost",
        "no more replies of Redis get lost",
        overlap="merged",
    )
    for_real: ClassVar[str] = "The process reaches redis-server through a proxy that breaks the connection at the reply"
    breaks_ways: ClassVar[bool] = True
    weight: ClassVar[int] = 2

    kind: Literal["redis-lost-reply"]
    target: str | None = None
    """Whose replies get lost; default: everybody's."""
    commands: Annotated[list[Answered], Field(min_length=1), AfterValidator(_once_each)] | None = None
    """Replies to what: `add` (a submit), `pop` (what brings a worker a job), `complete` (a success); default: all."""
    rate: Share = 1
    """Chance that a reply gets lost."""
    count: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """How many replies get lost at most."""
    duration: PositiveDuration | None = None
    """For how long replies get lost; default: until `count` has been reached."""

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if self.count is None and self.duration is None:
            raise ValueError("give count: (how many replies get lost) or duration: (for how long), or both")
        return self

    def arrange(self, setting: Setting) -> None:
        """Arrange for the window or windows."""
        injector = setting.injector
        for number, t_ms in enumerate(self.times(setting), 1):
            fault = self.identity(f"{setting.name}.{number}")
            struck: list[Any] = [None] if self.target is None else injector.processes(self.target)
            end = partial(_end, injector, struck, fault)
            losing = Losing(self.commands or COMMANDS, self.count, end, partial(self._strikes, setting, fault.name))
            for process in struck:
                injector.at(t_ms, partial(injector.begin_losing_replies, losing.of, process, fault))
            if self.duration is not None:
                injector.at(t_ms + self.duration, end)

    def _strikes(self, setting: Setting, name: str, process: str, number: int) -> bool:
        return self.rate >= 1 or setting.streams.unit(name, process, number) < self.rate

    @property
    def not_for_real(self) -> list[str]:
        """By chance, other replies would get lost than in the simulation."""
        if self.rate >= 1:
            return []
        return ["rate: which replies get lost is drawn as they come; give count: instead, without rate:"]

    @classmethod
    def random(cls, draw: RandomDraw) -> dict[str, Any]:
        """Draw the fields besides ``kind`` for a random scenario."""
        commands = draw.one(["add"], ["pop"], ["complete"], ["add", "complete"], ["pop", "complete", "add"])
        ends = draw.one(
            {"count": draw.whole(1, 4)}, {"duration": draw.duration}, {"count": 2, "duration": draw.duration}
        )
        return {
            "commands": commands,
            **ends,
            **draw.sometimes(0.5, rate=draw.one(0, 0.1, 0.5, 1)),
            **draw.sometimes(0.5, target=draw.target()),
            **draw.times(),
        }


def _end(injector: Any, struck: list[Any], fault: FaultId) -> None:
    for process in struck:
        injector.end_losing_replies(process, fault)
