"""What every fault is made of: when it strikes, whom, and what its file tells the rest of the program.

A fault strikes at listed moments (`at`) or at random ones (`mean_interval`, in a window from `start` to `until`).
A target is a queue's workers (`email`), one process (`email-2`), the in-process `application`, or `workers` (all).
In in-process mode there are no workers: what strikes a worker there strikes the application, which runs the jobs.
"""

from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Protocol, Self

from pydantic import Field, model_validator

from sim.faults.by_hand import HandVerb
from sim.faults.injector import FaultId, Setting
from sim.faults.schedule import random_times
from sim.faults.window import Window
from sim.yaml_files.fields import CoarseDuration, Duration, JobName, Model

JobNames = Annotated[list[JobName], Field(min_length=1, max_length=10_000)]
EffectName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}(\.[1-9][0-9]{0,3})?$", examples=["send", "send.3"])]
"""`send`, or of an effect with `times`, `send.3`."""
FaultTimes = Duration | Annotated[list[Duration], Field(min_length=1, max_length=10_000)]


class RandomDraw(Protocol):
    """Draws values for a random scenario.

    Attributes:
        restart: ``restart_after`` with some value, or nothing.
        jobs: One or two names of jobs.
        step: A step of an attempt.
        duration: Up to 50 s.
        effect: ``effect`` with the name of a listed one, or nothing.
    """

    restart: dict[str, Any]
    jobs: list[str]
    step: str
    duration: str
    effect: dict[str, Any]

    def one(self, *values: Any) -> Any:
        """Choose one."""

    def whole(self, low: int, high: int) -> int:
        """Choose a number."""

    def ms(self, low: int, high: int) -> str:
        """Choose a duration, as a file says it."""

    def chance(self, rate: float) -> bool:
        """Tell whether something is there that is so often there."""

    def sometimes(self, rate: float, /, **values: Any) -> dict[str, Any]:
        """Keep each of the values as often as ``rate`` says."""

    def target(self) -> str:
        """Choose a process, a queue or a group."""

    def queue(self) -> str:
        """Choose a queue."""

    def moments(self) -> Any:
        """Choose one moment or several."""

    def times(self) -> dict[str, Any]:
        """Choose when a fault strikes: ``at``, or ``mean_interval`` and what goes with it."""


class Fault(Model):
    """One entry of a scenario's `faults`; each kind has a model of its own, distinguished by `kind`.

    Attributes:
        order: Where the kind stands in lists, from small to large.
        about: What it is, in a sentence; ``new`` and docs/faults.md say so.
        draft: Its lines in a new scenario; ``{queue}`` and ``{at}`` are filled in.
        by_hand: What a person can do with it on the live page; empty where ``not_by_hand`` says why not.
        window: How it shows between ``fault-began`` and ``fault-ended``; None where ``no_window`` says why not.
        for_real: How a rehearsal does it; empty where ``never_real`` says why it cannot.
        strikes_handlers: Whether only the project's own handlers feel it, so that ``rehearse --own`` refuses it.
        breaks_ways: Whether it strikes the way of its target to Redis, or of everybody; a rehearsal puts a proxy there.
        weight: How often random scenarios choose it.
    """

    order: ClassVar[int] = 1_000
    about: ClassVar[str] = ""
    draft: ClassVar[str] = ""
    by_hand: ClassVar[tuple[HandVerb, ...]] = ()
    not_by_hand: ClassVar[str] = ""
    window: ClassVar[Window | None] = None
    no_window: ClassVar[str] = ""
    for_real: ClassVar[str] = ""
    never_real: ClassVar[str] = ""
    strikes_handlers: ClassVar[bool] = False
    breaks_ways: ClassVar[bool] = False
    weight: ClassVar[int] = 1

    kind: str

    def arrange(self, setting: Setting) -> None:
        """Let it happen in a run; called once, before the run begins."""
        raise NotImplementedError

    def identity(self, name: str = "") -> FaultId:
        """Say which fault it is, for the verbs that write its beginning and its end into the trace.

        Args:
            name: Tells windows of the fault apart; empty where it strikes one process.
        """
        return FaultId(self.kind, getattr(self, "target", None), name)

    @property
    def standing_label(self) -> str | None:
        """How it is named where it lasts for the whole run, of which the trace has no beginning; None where not."""
        return None

    @classmethod
    def random(cls, draw: RandomDraw) -> dict[str, Any]:
        """Draw the fields besides ``kind`` for a random scenario."""
        raise NotImplementedError

    @property
    def not_for_real(self) -> list[str]:
        """What a rehearsal cannot do of it: which key, why, and what can be done instead."""
        return [f"kind: {self.never_real}"] if self.never_real else []

    @property
    def slows_calls_ms(self) -> int:
        """By how much it lengthens one call to the database, ms; a run without a duration waits for that."""
        return 0

    @property
    def postpones_ms(self) -> int:
        """By how much it may lengthen each wait of a job that is delayed, ms."""
        return 0

    @property
    def ahead_at_start_ms(self) -> int:
        """By how much it lets the clocks of its target be ahead when the run begins, ms; negative: behind."""
        return 0

    @property
    def restarts_ms(self) -> int:
        """How long a process that it kills stays away, ms."""
        return 0

    @property
    def loads_ms(self) -> int:
        """How long Redis reads its data after it, ms."""
        return 0

    def kills(self, processes: Callable[[str], int], random_times: int) -> int:
        """Guess how many processes will have to be replaced.

        Args:
            processes: How many processes a target names.
            random_times: How often to count a fault that strikes at random moments.
        """
        return 0


class ScheduledFault(Fault):
    """When a fault strikes: at listed moments, or at random ones."""

    at: FaultTimes | None = None
    """The moment or moments."""
    mean_interval: CoarseDuration | None = None
    """Mean interval between random faults."""
    start: Duration = 0
    """Start of the random faults."""
    until: Duration | None = None
    """End of the random faults; default: when the last job is offered."""

    @property
    def moments(self) -> list[int]:
        """The listed moments, sorted; empty when the fault strikes at random ones."""
        if self.at is None:
            return []
        return sorted(self.at) if isinstance(self.at, list) else [self.at]

    def times(self, setting: Setting) -> list[int]:
        """List the moments at which the fault strikes in a run, listed or random, ms since the run began, in order."""
        if self.mean_interval is None:
            return self.moments
        until_ms = setting.last_arrival_ms if self.until is None else self.until
        return random_times(self.mean_interval, self.start, until_ms, setting.streams, setting.name)


class Timed(ScheduledFault):
    """A fault that strikes at times: `at` or `mean_interval` is required."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.at is None) == (self.mean_interval is None):
            raise ValueError(
                "give either at: (one time or a list of times) or mean_interval: (random times), but not both"
            )
        return self
