"""`poison-job`: every worker that runs this job dies of it."""

from collections.abc import Callable
from typing import Any, ClassVar, Literal, Self

from pydantic import model_validator

from sim.faults.base import EffectName, Fault, JobNames, RandomDraw
from sim.faults.injector import Death, EffectPlace, Named, Setting, Step, is_meant
from sim.yaml_files.fields import Duration


class PoisonJob(Fault):
    """A job that kills every process that runs it."""

    order: ClassVar[int] = 30
    about: ClassVar[str] = "The job kills every worker that runs it."
    draft: ClassVar[str] = "jobs: [{queue}-1]               # the first job submitted\nrestart_after: 5s"
    not_by_hand: ClassVar[str] = "what kills the worker is in the job itself; crash the worker that runs it instead"
    no_window: ClassVar[str] = "the process's own events, worker-crashed and worker-started, show it"
    for_real: ClassVar[str] = "SIGKILL to whichever process runs the job"

    kind: Literal["poison-job"]
    jobs: JobNames
    step: Literal["before-effect", "after-effect-before-ack"] = "before-effect"
    """The step of the attempt at which it kills."""
    effect: EffectName | None = None
    """Of several effects that the scenario lists, the one before which it kills; default: the first."""
    restart_after: Duration | None = 1_000
    """Time until a new process replaces the dead one; `null` means never."""

    @model_validator(mode="after")
    def _before_an_effect(self) -> Self:
        if self.effect is not None and self.step != "before-effect":
            raise ValueError("effect: goes with step: before-effect")
        return self

    def arrange(self, setting: Setting) -> None:
        """Let every process that brings one of the jobs to the step die there."""
        jobs = frozenset(self.jobs)

        def hook(step: Step, _process: Named, _queue: str, job: str, effect: EffectPlace | None) -> Death | None:
            meant = step == self.step and job in jobs and is_meant(self.effect, step, effect)
            return Death(self.restart_after) if meant else None

        setting.injector.on_step(hook)

    @property
    def restarts_ms(self) -> int:
        """How long a process that it kills stays away, ms."""
        return self.restart_after or 0

    def kills(self, processes: Callable[[str], int], random_times: int) -> int:
        """Guess how many processes will have to be replaced."""
        return 2 * len(self.jobs)

    @classmethod
    def random(cls, draw: RandomDraw) -> dict[str, Any]:
        """Draw the fields besides ``kind`` for a random scenario."""
        fatal = draw.sometimes(0.5, step=draw.one("before-effect", "after-effect-before-ack"))
        return {"jobs": draw.jobs, **(fatal or draw.effect), **draw.restart}
