"""`handler-error`: handlers raise errors of their own, by chance or in named jobs."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from sim.faults.base import RandomDraw
from sim.faults.handler_fault import HandlerFault
from sim.faults.injector import InjectedError, Setting
from sim.faults.window import FaultKind, Window


def _label(event: Mapping[str, Any], _process: str) -> str:
    error = event.get("error")
    return f"handlers raise {error} errors" if error else "handlers raise errors"


class HandlerError(HandlerFault):
    """The handler raises an error of its own, before its effect."""

    order: ClassVar[int] = 80
    about: ClassVar[str] = "The handler fails with a transient error, in this share of the attempts."
    draft: ClassVar[str] = "rate: 0.3"
    not_by_hand: ClassVar[str] = (
        "whether an attempt fails is drawn before the run; make the database refuse calls instead"
    )
    window: ClassVar[Window | None] = Window(FaultKind.HANDLER, _label, "handlers begin to fail", "handlers work again")
    for_real: ClassVar[str] = "The handler raises it in its Node process"
    strikes_handlers: ClassVar[bool] = True

    kind: Literal["handler-error"]
    error: Literal["transient", "permanent"] = "transient"
    """`transient`: another attempt may succeed; `permanent`: every attempt fails."""

    def arrange(self, setting: Setting) -> None:
        """Let the attempts that the fault means fail before their effect."""
        strikes = self.strikes(setting)

        def hook(queue: str, job: str, attempt: int) -> InjectedError | None:
            if not strikes(queue, job, attempt):
                return None
            if self.error == "permanent":
                return InjectedError(permanent=True, message="this will never work (injected)")
            return InjectedError(permanent=False, message="this did not work this time (injected)")

        setting.injector.on_attempt(hook)
        self.tell_windows(setting, error=self.error)

    @property
    def standing_label(self) -> str | None:
        """How it is named where it lasts for the whole run."""
        return f"handlers raise {self.error} errors" if self.at is None else None

    @classmethod
    def random(cls, draw: RandomDraw) -> dict[str, Any]:
        """Draw the fields besides ``kind`` for a random scenario."""
        return cls.random_attempts(draw) | draw.sometimes(0.4, error=draw.one("transient", "permanent"))
