"""`database-failure`: calls are refused, fail in the middle, or are carried out while the answer gets lost."""

from functools import partial
from typing import Any, ClassVar, Literal

from sim.faults.base import EffectName, RandomDraw, Timed
from sim.faults.by_hand import Arguments, Hands, HandVerb, Refused
from sim.faults.injector import Failure, FaultId, Setting
from sim.faults.window import FaultKind, Window
from sim.yaml_files.fields import PositiveDuration, Share

BY_HAND = FaultId("database-failure", name="by hand")
"""The database failure that a person began."""


def _refuse(hands: Hands, _arguments: Arguments) -> str:
    if hands["queue"].is_database_failing(BY_HAND.name):
        raise Refused("the database already refuses calls")
    for injector in hands.values():
        injector.begin_database_failure(BY_HAND, "refuse")
    return "made the database refuse every call"


def _restore(hands: Hands, _arguments: Arguments) -> str:
    if not hands["queue"].is_database_failing(BY_HAND.name):
        raise Refused("no fault was injected into the database by hand; those of the scenario end by themselves")
    for injector in hands.values():
        injector.end_database_failure(BY_HAND)
    return "made the database answer again"


_LABELS = {
    "refuse": "database refuses calls",
    "abort": "database aborts calls",
    "lost-reply": "database loses replies",
}


class DatabaseFailure(Timed):
    """The application's database fails."""

    order: ClassVar[int] = 60
    about: ClassVar[str] = "The database refuses connections for a while."
    draft: ClassVar[str] = "at: {at}\nduration: 10s"
    by_hand: ClassVar[tuple[HandVerb, ...]] = (
        HandVerb(
            "refuse-database",
            "Refuse calls",
            "database",
            _refuse,
            lambda injector, _: not injector.is_database_failing(BY_HAND.name),
            slot="toggle",
        ),
        HandVerb(
            "restore-database",
            "Restore",
            "database",
            _restore,
            lambda injector, _: injector.is_database_failing(BY_HAND.name),
            slot="toggle",
        ),
    )
    window: ClassVar[Window | None] = Window(
        FaultKind.DATABASE,
        lambda event, _process: _LABELS.get(str(event.get("failure")), "database failing"),
        "the database fails",
        "the database works again",
    )
    for_real: ClassVar[str] = "The socket of the database refuses, breaks or loses answers"
    strikes_handlers: ClassVar[bool] = True

    kind: Literal["database-failure"]
    duration: PositiveDuration
    failure: Failure = "refuse"
    """`refuse`: no connection; `abort`: rolled back half-way; `lost-reply`: committed, but the reply is lost."""
    rate: Share = 1
    """Share of calls that fail."""
    effect: EffectName | None = None
    """Of several effects that the scenario lists, the one whose calls fail; default: all calls."""

    def arrange(self, setting: Setting) -> None:
        """Arrange for the window or windows."""
        injector = setting.injector
        for number, t_ms in enumerate(self.times(setting), 1):
            fault = self.identity(f"{setting.name}.{number}")
            injector.at(t_ms, partial(injector.begin_database_failure, fault, self.failure, self.rate, self.effect))
            injector.at(t_ms + self.duration, partial(injector.end_database_failure, fault))

    @classmethod
    def random(cls, draw: RandomDraw) -> dict[str, Any]:
        """Draw the fields besides ``kind`` for a random scenario."""
        more = draw.sometimes(0.7, failure=draw.one("refuse", "abort", "lost-reply"), rate=draw.one(0, 0.3, 1))
        return {"duration": draw.duration, **more, **draw.effect, **draw.times()}
