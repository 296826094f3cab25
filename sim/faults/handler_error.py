"""`handler-error`: handlers raise errors of their own, by chance or in named jobs."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from sim.faults.base import JobNames, RandomDraw, ScheduledFault
from sim.faults.injector import InjectedError, Setting
from sim.faults.window import FaultKind, Window
from sim.yaml_files.fields import PositiveDuration, Share


def _label(event: Mapping[str, Any], _process: str) -> str:
    error = event.get("error")
    return f"handlers raise {error} errors" if error else "handlers raise errors"


class HandlerError(ScheduledFault):
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
    """`transient`: another attempt may succeed; `permanent`: every other one fails too."""
    queues: Annotated[list[str], Field(min_length=1)] | None = None
    """Only jobs of these queues; left out, all."""
    jobs: JobNames | None = None
    """Only these jobs."""
    rate: Share = 1
    """Chance that one attempt fails."""
    first_attempts: Annotated[int, Field(ge=1, le=1_000)] | None = None
    """Only the first so many attempts of a job."""
    duration: PositiveDuration | None = None
    """With `at`: how long. Without `at`: the whole run."""

    @model_validator(mode="after")
    def _window(self) -> Self:
        if self.mean_interval is not None or self.until is not None or self.start:
            raise ValueError("handler-error takes at: with duration:, or neither; use rate: for chance")
        if (self.at is None) != (self.duration is None):
            raise ValueError("at: and duration: belong together")
        return self

    def arrange(self, setting: Setting) -> None:
        """Let the attempts that the fault means fail before their effect.

        Whether one attempt of one job fails depends on the seed, the job and the attempt alone, so both modes see the
        same.
        """
        injector = setting.injector
        windows = [(t_ms, t_ms + (self.duration or 0)) for t_ms in self.moments]
        jobs = None if self.jobs is None else frozenset(self.jobs)

        def hook(queue: str, job: str, attempt: int) -> InjectedError | None:
            if windows and not any(begin <= injector.now_ms < end for begin, end in windows):
                return None
            if self.queues is not None and queue not in self.queues:
                return None
            if jobs is not None and job not in jobs:
                return None
            if self.first_attempts is not None and attempt > self.first_attempts:
                return None
            if self.rate < 1 and setting.streams.unit(setting.name, job, attempt) >= self.rate:
                return None
            if self.error == "permanent":
                return InjectedError(permanent=True, message="this will never work (injected)")
            return InjectedError(permanent=False, message="this did not work this time (injected)")

        injector.on_attempt(hook)
        fault = self.identity(setting.name)
        for begin, end in windows:
            injector.at(begin, lambda: injector.fault_began(fault, error=self.error))
            injector.at(end, lambda: injector.fault_ended(fault))

    @property
    def standing_label(self) -> str | None:
        """How it is named where it lasts for the whole run."""
        return f"handlers raise {self.error} errors" if self.at is None else None

    @classmethod
    def random(cls, draw: RandomDraw) -> dict[str, Any]:
        """Draw the fields besides ``kind`` for a random scenario."""
        window = {"at": draw.moments(), "duration": draw.duration} if draw.chance(0.5) else {}
        return window | draw.sometimes(
            0.4,
            error=draw.one("transient", "permanent"),
            queues=[draw.queue()],
            jobs=draw.jobs,
            rate=draw.one(0, 0.3, 1),
            first_attempts=draw.whole(1, 3),
        )
