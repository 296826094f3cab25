"""`handler-hang`: handlers wait for what does not come, for a while or for ever, by chance or in named jobs."""

from typing import Any, ClassVar, Literal

from sim.faults.base import RandomDraw
from sim.faults.handler_fault import HandlerFault
from sim.faults.injector import EffectPlace, EffectStep, Hang, Setting, is_meant
from sim.faults.window import FaultKind, Window
from sim.yaml_files.fields import PositiveDuration


class HandlerHang(HandlerFault):
    """The handler waits for an answer that does not come: its slot is taken, and its lock is renewed all the time."""

    order: ClassVar[int] = 85
    about: ClassVar[str] = "The handler hangs before its effect and never returns, in this share of the attempts."
    draft: ClassVar[str] = "rate: 0.1\nhangs_for: null            # never returns; 10m: returns after ten minutes"
    not_by_hand: ClassVar[str] = "which attempts hang is drawn before the run; freeze a worker instead"
    window: ClassVar[Window | None] = Window(
        FaultKind.HANDLER, lambda _event, _process: "handlers hang", "handlers begin to hang", "handlers return again"
    )
    for_real: ClassVar[str] = "The handler in its Node process waits for a promise that settles then, or never"
    strikes_handlers: ClassVar[bool] = True

    kind: Literal["handler-hang"]
    step: EffectStep = "before-effect"
    """Where it hangs; `after-effect`: the effect has happened, and the handler waits for the answer."""
    hangs_for: PositiveDuration | None = None
    """How long; `null`, or left out: for ever."""

    def arrange(self, setting: Setting) -> None:
        """Let the attempts that the fault means hang."""
        strikes = self.strikes(setting)

        def hook(step: EffectStep, effect: EffectPlace, queue: str, job: str, attempt: int) -> Hang | None:
            if step != self.step or not is_meant(self.effect, step, effect) or not strikes(queue, job, attempt):
                return None
            return Hang(self.hangs_for)

        setting.injector.on_hang(hook)
        self.tell_windows(setting)

    @property
    def standing_label(self) -> str | None:
        """How it is named where it lasts for the whole run."""
        return "handlers hang" if self.at is None else None

    @classmethod
    def random(cls, draw: RandomDraw) -> dict[str, Any]:
        """Draw the fields besides ``kind`` for a random scenario."""
        return cls.random_attempts(draw) | draw.sometimes(
            0.5, step=draw.one("before-effect", "after-effect"), hangs_for=draw.one(draw.ms(1, 60_000), None)
        )
