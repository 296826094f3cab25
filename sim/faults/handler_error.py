"""`handler-error`: handlers raise errors of their own, by chance or in named jobs."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from sim.faults.base import RandomDraw
from sim.faults.handler_fault import HandlerFault
from sim.faults.injector import EffectPlace, EffectStep, InjectedError, Setting, is_meant
from sim.faults.window import FaultKind, Window


def _label(event: Mapping[str, Any], _process: str) -> str:
    return _errors(event.get("error"), event.get("step"))


def _errors(error: str | None, step: str | None) -> str:
    """Name what handlers raise, and where if that is not before their effect."""
    told = f"handlers raise {error} errors" if error else "handlers raise errors"
    return f"{told} after their effect" if step == "after-effect" else told


class HandlerError(HandlerFault):
    """The handler raises an error of its own, before its effect or after it."""

    order: ClassVar[int] = 80
    about: ClassVar[str] = "The handler fails with a transient error, in this share of the attempts."
    draft: ClassVar[str] = "rate: 0.3\nstep: before-effect        # after-effect: the effect has happened, and stays"
    not_by_hand: ClassVar[str] = (
        "whether an attempt fails is drawn before the run; make the database refuse calls instead"
    )
    window: ClassVar[Window | None] = Window(FaultKind.HANDLER, _label, "handlers begin to fail", "handlers work again")
    for_real: ClassVar[str] = "The handler raises it in its Node process"
    strikes_handlers: ClassVar[bool] = True

    kind: Literal["handler-error"]
    error: Literal["transient", "permanent"] = "transient"
    """`transient`: another attempt may succeed; `permanent`: every attempt fails."""
    step: EffectStep = "before-effect"
    """Where it raises; `after-effect`: the effect has happened, and stays."""

    def arrange(self, setting: Setting) -> None:
        """Let the attempts that the fault means fail."""
        strikes = self.strikes(setting)

        def hook(step: EffectStep, effect: EffectPlace, queue: str, job: str, attempt: int) -> InjectedError | None:
            if step != self.step or not is_meant(self.effect, step, effect) or not strikes(queue, job, attempt):
                return None
            if self.error == "permanent":
                return InjectedError(permanent=True, message="this will never work (injected)")
            return InjectedError(permanent=False, message="this did not work this time (injected)")

        setting.injector.on_attempt(hook)
        self.tell_windows(setting, error=self.error, step=None if self.step == "before-effect" else self.step)

    @property
    def standing_label(self) -> str | None:
        """How it is named where it lasts for the whole run."""
        return _errors(self.error, self.step) if self.at is None else None

    @classmethod
    def random(cls, draw: RandomDraw) -> dict[str, Any]:
        """Draw the fields besides ``kind`` for a random scenario."""
        return cls.random_attempts(draw) | draw.sometimes(
            0.4, error=draw.one("transient", "permanent"), step=draw.one("before-effect", "after-effect")
        )
