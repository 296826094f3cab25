"""What faults of handlers have in common: which attempts they strike, and when."""

from collections.abc import Callable
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from sim.faults.base import EffectName, JobNames, RandomDraw, ScheduledFault
from sim.faults.injector import Setting
from sim.yaml_files.fields import PositiveDuration, Share


class HandlerFault(ScheduledFault):
    """A fault of the handlers themselves: in some attempts, for the whole run or for a while."""

    queues: Annotated[list[str], Field(min_length=1)] | None = None
    """Only jobs of these queues; default: all."""
    jobs: JobNames | None = None
    """Only these jobs."""
    rate: Share = 1
    """Chance that it strikes one attempt."""
    first_attempts: Annotated[int, Field(ge=1, le=1_000)] | None = None
    """Only this many first attempts of a job."""
    effect: EffectName | None = None
    """Of several effects that the scenario lists, the one at which it strikes; default: before the first, or after the
    last."""
    duration: PositiveDuration | None = None
    """With `at`: how long it lasts. Without `at`: the whole run."""

    @model_validator(mode="after")
    def _window(self) -> Self:
        if self.mean_interval is not None or self.until is not None or self.start:
            raise ValueError(f"{self.kind} takes either at: with duration:, or neither; for random ones use rate:")
        if (self.at is None) != (self.duration is None):
            raise ValueError("at: and duration: go together; give both or neither")
        return self

    def strikes(self, setting: Setting) -> Callable[[str, str, int], bool]:
        """Return what tells whether it strikes an attempt, by queue, job and number of the attempt, at this moment.

        That depends on the seed, the job and the attempt alone, so both modes see the same.
        """
        injector = setting.injector
        windows = [(t_ms, t_ms + (self.duration or 0)) for t_ms in self.moments]
        jobs = None if self.jobs is None else frozenset(self.jobs)

        def strikes(queue: str, job: str, attempt: int) -> bool:
            if windows and not any(begin <= injector.now_ms < end for begin, end in windows):
                return False
            if self.queues is not None and queue not in self.queues:
                return False
            if jobs is not None and job not in jobs:
                return False
            if self.first_attempts is not None and attempt > self.first_attempts:
                return False
            return self.rate >= 1 or setting.streams.unit(setting.name, job, attempt) < self.rate

        return strikes

    def tell_windows(self, setting: Setting, **more: object) -> None:
        """Let the trace tell when it begins and ends, where it does not last for the whole run."""
        injector, fault = setting.injector, self.identity(setting.name)
        for t_ms in self.moments:
            injector.at(t_ms, lambda: injector.fault_began(fault, **more))
            injector.at(t_ms + (self.duration or 0), lambda: injector.fault_ended(fault))

    @classmethod
    def random_attempts(cls, draw: RandomDraw) -> dict[str, Any]:
        """Draw which attempts it strikes, for a random scenario."""
        window = {"at": draw.moments(), "duration": draw.duration} if draw.chance(0.5) else {}
        return (
            window
            | draw.effect
            | draw.sometimes(
                0.4,
                queues=[draw.queue()],
                jobs=draw.jobs,
                rate=draw.one(0, 0.3, 1),
                first_attempts=draw.whole(1, 3),
            )
        )
