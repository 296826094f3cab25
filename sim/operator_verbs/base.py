"""What every operator's verb has: its target, what it does, what it records of jobs, and how it is done for real."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Protocol, Self

from pydantic import AfterValidator, Field, model_validator

from sim.operator_verbs.by_hand import QueueButton
from sim.queue.keys import QueueKeys
from sim.queue.store import Store
from sim.yaml_files.fields import Duration, JobName, Model

JobState = Literal["waiting", "active", "completed", "failed", "delayed", "paused"]
"""As Bull's queue management names them."""


class OperatorTarget(NamedTuple):
    """Jobs that one verb was done to.

    Attributes:
        state: The state that they were taken out of, where the trace is to say so.
    """

    job_ids: Sequence[str]
    state: str | None = None


class RandomDraw(Protocol):
    """Draws values for a random scenario."""

    def one(self, *values: Any) -> Any:
        """Choose one."""

    def whole(self, low: int, high: int) -> int:
        """Choose a number."""

    def ms(self, low: int, high: int) -> str:
        """Choose a duration, as a file says it."""

    def chance(self, rate: float, /) -> bool:
        """Tell whether something is there that is so often there."""

    def sometimes(self, rate: float, /, **values: Any) -> dict[str, Any]:
        """Keep each of the values as often as ``rate`` says."""


Operation = Callable[[Store, QueueKeys, int], Sequence[OperatorTarget]]
"""An operation of the queue, by its store, its keys and the time in epoch ms; returns the jobs that it was done to."""


class ManagedQueue(Protocol):
    """A queue's management functions, as verbs use them; ``sim.engine.queue_handle.QueueHandle`` is one."""

    def perform(self, do: str, operation: Operation) -> object:
        """Do what has no function here, and write it down under the name ``do``."""

    def retry(self, job_id: str) -> object:
        """Put one failed job back in its queue."""

    def retry_all(self) -> object:
        """Put every failed job back in line."""

    def promote(self, job_id: str) -> object:
        """Move one delayed job to the waiting jobs now."""

    def remove(self, job_id: str) -> object:
        """Take one job out."""

    def clean(self, grace: str | int, state: JobState, limit: int) -> object:
        """Take out the jobs of a state whose age is above ``grace``, in ms."""

    def pause(self) -> object:
        """Hand out no more jobs."""

    def resume(self) -> object:
        """Let workers take jobs again."""

    def drain(self, *, delayed: bool) -> object:
        """Throw away what waits."""

    def replay(self, job_id: str) -> object:
        """Put one dead letter back in line."""

    def replay_all(self) -> object:
        """Put every dead letter back in line."""

    def purge(self, job_id: str) -> object:
        """Throw one dead letter away."""

    def purge_all(self) -> object:
        """Delete every dead letter."""


def _without_line_ends(text: str) -> str:
    if "\n" in text or "\t" in text:
        raise ValueError("must be one line")
    return text


JobId = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_without_line_ends)]


class OperatorVerb(Model):
    """One step of an operator, at its moment.

    Attributes:
        order: Its place in lists.
        job_event: The kind of event written for each job that it is done to; None where it concerns no single job.
        on_dead_letters: Whether it works on dead letters, which ``dead_letter: on`` of the queue makes.
        at_call_time: Whether it writes the time of its call also when the call has waited for Redis; the others have to
            fetch the job first, so that theirs is the time when Redis answered.
        brings_back: Whether it brings failed or dead jobs back, so that it counts as a retry by hand.
        by_hand: Its button on the live page; None where ``not_by_hand`` says why there is none.
    """

    order: ClassVar[int] = 1_000
    job_event: ClassVar[str | None] = None
    on_dead_letters: ClassVar[bool] = False
    at_call_time: ClassVar[bool] = False
    brings_back: ClassVar[bool] = False
    by_hand: ClassVar[QueueButton | None] = None
    not_by_hand: ClassVar[str] = ""

    at: Duration
    """The moment."""
    do: str

    @property
    def queue_name(self) -> str:
        """The queue that it is done to."""
        raise NotImplementedError

    @property
    def target(self) -> dict[str, str | None]:
        """The job that it is done to, as the trace names it: ``name`` or ``id``; empty for a whole queue."""
        return {}

    def act(self, queue: ManagedQueue, job_id: str) -> object:
        """Do it.

        Args:
            queue: The queue's management functions.
            job_id: The job or dead letter that it is done to; empty for a whole queue.
        """
        raise NotImplementedError

    @property
    def not_for_real(self) -> str | None:
        """Which key the real Bull cannot do, why, and what can be done instead; None where it can do all."""
        return None

    @classmethod
    def random(cls, draw: RandomDraw) -> dict[str, Any]:
        """Draw its own keys, all that a file can say of them, for a random scenario."""
        return {}

    def for_real(self, real_ms: Callable[[float], float]) -> dict[str, object]:
        """Say what the process that operates the real Bull has to know besides the verb, the queue and the job.

        Args:
            real_ms: Turns simulated milliseconds into real ones.
        """
        return {}


class OnQueue(OperatorVerb):
    """Something done to a whole queue."""

    queue: str

    @property
    def queue_name(self) -> str:
        """The queue that it is done to."""
        return self.queue


class OnJob(OperatorVerb):
    """Something done to one job, which goes by its name or by the id that the queue gave it."""

    job: JobName | None = None
    """The job by name; means the latest id that the queue gave it."""
    queue: str | None = None
    """With `id`: the queue that holds the job."""
    id: JobId | None = None
    """The job by id; ids start again at 1 when Redis loses everything."""

    @model_validator(mode="after")
    def _one_job(self) -> Self:
        if (self.job is None) == (self.id is None) or (self.queue is None) != (self.id is None):
            raise ValueError("give either job: (such as email-17) or queue: with id:, but not both")
        return self

    @property
    def queue_name(self) -> str:
        """The queue that it is done to."""
        return self.queue or (self.job or "").rpartition("-")[0]

    @property
    def target(self) -> dict[str, str | None]:
        """The job that it is done to, as the trace names it: ``name`` or ``id``."""
        return {"id": self.id} if self.job is None else {"name": self.job}


_DEAD_LETTER_IS_NOT_REAL = "do: the real Bull has no dead letter queue"


class OnDeadLetters(OperatorVerb):
    """Something done to dead letters, of which only the simulator has a queue."""

    on_dead_letters: ClassVar[bool] = True

    @property
    def not_for_real(self) -> str | None:
        """The real Bull has no dead letter queue."""
        return _DEAD_LETTER_IS_NOT_REAL
