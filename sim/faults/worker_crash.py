"""`worker-crash`: a process dies at a time, or at a step of a job; another may take its place."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from sim.core.durations import format_duration, parse_duration
from sim.faults.base import EffectName, JobNames, RandomDraw, ScheduledFault
from sim.faults.by_hand import Arguments, Choice, Hands, HandVerb, Question, Refused, struck
from sim.faults.injector import Death, EffectPlace, Named, Setting, Step, is_meant
from sim.yaml_files.fields import Duration


def _crash(hands: Hands, arguments: Arguments) -> str:
    after_ms = parse_duration(arguments["restart_after"]) if arguments.get("restart_after") else None
    both = struck(hands, arguments)
    if not any(process.alive for _injector, process in both):
        raise Refused(f"{arguments['process']} is already down")
    for injector, process in both:
        injector.crash(process, after_ms)
    later = "; it will not restart" if after_ms is None else f", starts again after {format_duration(after_ms)}"
    return f"crashed {arguments['process']}{later}"


def _restart(hands: Hands, arguments: Arguments) -> str:
    both = struck(hands, arguments)
    if all(process.alive for _injector, process in both):
        raise Refused(f"{arguments['process']} is running; crash it first")
    for injector, process in both:
        injector.restart(process)
    return f"started {arguments['process']} again"


_AFTER = (Choice("", "never"), Choice("1s", "after 1 s"), Choice("5s", "after 5 s"), Choice("30s", "after 30 s"))


class WorkerCrash(ScheduledFault):
    """A process dies as if by SIGKILL: at a given time, at a step of a job, or on the n-th job it takes."""

    order: ClassVar[int] = 10
    about: ClassVar[str] = "A process dies as by SIGKILL; a new one replaces it."
    draft: ClassVar[str] = (
        "target: {queue}-1               # a process; {queue} means all of its processes\nat: {at}\nrestart_after: 5s"
    )
    by_hand: ClassVar[tuple[HandVerb, ...]] = (
        HandVerb(
            "crash-worker",
            "Crash",
            "process",
            _crash,
            lambda _injector, process: process.alive,
            (Question("restart_after", "A crashed worker starts again", lambda _redis: _AFTER, "5s"),),
            optional=("restart_after",),
        ),
        HandVerb("restart-worker", "Start", "process", _restart, lambda _injector, process: not process.alive),
    )
    no_window: ClassVar[str] = "the process's own events, worker-crashed and worker-started, show it"
    for_real: ClassVar[str] = "SIGKILL to the process"
    weight: ClassVar[int] = 2

    kind: Literal["worker-crash"]
    target: str = "workers"
    step: Step | None = None
    """With `on_job` or `jobs`: the step at which to die; default: before the effect."""
    effect: EffectName | None = None
    """Of several effects that the scenario lists, the one before which to die; default: the first."""
    on_job: Annotated[int, Field(ge=1)] | None = None
    """Die the n-th time that the target reaches the step, counted over the whole run."""
    jobs: JobNames | None = None
    """These jobs, the first time each reaches the step."""
    restart_after: Duration | None = 1_000
    """Time until a new process replaces it; `null` means never."""

    @model_validator(mode="after")
    def _one_cause(self) -> Self:
        timed = (self.at is not None) + (self.mean_interval is not None)
        stepped = (self.on_job is not None) + (self.jobs is not None)
        if timed + stepped != 1:
            raise ValueError("give exactly one of at:, mean_interval:, on_job: and jobs:")
        if timed and self.step is not None:
            raise ValueError("step: goes with on_job: or jobs:; a crash at a given time hits whatever step is running")
        if self.effect is not None and (timed or self.step not in (None, "before-effect")):
            raise ValueError("effect: goes with on_job: or jobs:, and with step: before-effect")
        return self

    def arrange(self, setting: Setting) -> None:
        """Arrange for the crash or crashes."""
        injector = setting.injector
        targets = injector.processes(self.target)
        if self.on_job is None and self.jobs is None:
            for t_ms in self.times(setting):
                for process in targets:
                    injector.at(t_ms, partial(injector.crash, process, self.restart_after))
            return
        wanted = self.step or "before-effect"
        reached = 0
        died_in: set[str] = set()

        def hook(step: Step, process: Named, _queue: str, job: str, effect: EffectPlace | None) -> Death | None:
            nonlocal reached
            if step != wanted or process not in targets or not is_meant(self.effect, step, effect):
                return None
            reached += 1
            if self.jobs is not None:
                if job not in self.jobs or job in died_in:
                    return None
                died_in.add(job)
            elif reached != self.on_job:
                return None
            return Death(self.restart_after)

        injector.on_step(hook)

    @property
    def restarts_ms(self) -> int:
        """How long a process that it kills stays away, ms."""
        return self.restart_after or 0

    def kills(self, processes: Callable[[str], int], random_times: int) -> int:
        """Guess how many processes will have to be replaced."""
        if self.restart_after is None:
            return 0
        times = 1 if self.mean_interval is None else random_times
        each = 1 if self.jobs or self.on_job else processes(self.target)
        return each * max(1, len(self.jobs or ())) * max(times, len(self.moments))

    @classmethod
    def random(cls, draw: RandomDraw) -> dict[str, Any]:
        """Draw the fields besides ``kind`` for a random scenario."""
        who = {"target": draw.target(), **draw.restart}
        when: dict[str, Any] = draw.one(
            draw.times(),
            {"on_job": draw.whole(1, 5)} | draw.sometimes(0.7, step=draw.step),
            {"jobs": draw.jobs} | draw.sometimes(0.7, step=draw.step),
            {"jobs": draw.jobs} | draw.effect,
        )
        return {**who, **when}
