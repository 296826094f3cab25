"""`machine-pause`: all workers stand still together; a fault that is there in a test alone."""

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar, Literal

from sim.faults.base import RandomDraw, Timed
from sim.faults.by_hand import Arguments, Hands, HandVerb
from sim.faults.injector import FaultId, Setting
from sim.faults.window import FaultKind, Window
from sim.yaml_files.fields import PositiveDuration


def _label(_event: Mapping[str, Any], process: str) -> str:
    return f"machine of {process} paused"


def _pause(hands: Hands, _arguments: Arguments) -> str:
    for injector in hands.values():
        for process in injector.processes("workers"):
            injector.freeze(process, FaultId("machine-pause", "workers"))
    return "paused the machine"


class MachinePause(Timed):
    """The machine of all workers stands still."""

    order: ClassVar[int] = 25
    about: ClassVar[str] = "The machine stands still, with all workers."
    draft: ClassVar[str] = "at: {at}\nduration: 20s"
    by_hand: ClassVar[tuple[HandVerb, ...]] = (
        HandVerb("pause-machine", "Pause the machine", "anything", _pause, lambda _injector, _process: True),
    )
    window: ClassVar[Window | None] = Window(FaultKind.OTHER, _label, "its machine stops", "its machine goes on")
    never_real: ClassVar[str] = "the machine that would stop is this one; freeze the workers instead"

    kind: Literal["machine-pause"]
    duration: PositiveDuration
    """How long it stands still."""

    def arrange(self, setting: Setting) -> None:
        """Stop all workers, and let them go on."""
        injector = setting.injector
        for t_ms in self.times(setting):
            for process in injector.processes("workers"):
                injector.at(t_ms, partial(injector.freeze, process, self.identity()))
                injector.at(t_ms + self.duration, partial(injector.resume, process, self.identity()))

    @classmethod
    def random(cls, draw: RandomDraw) -> dict[str, Any]:
        """Draw the fields besides ``kind`` for a random scenario."""
        return {"duration": draw.duration, **draw.times()}
