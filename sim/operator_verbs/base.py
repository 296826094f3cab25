"""What every operator's verb has: its target, what it does, what it records of jobs, and how it is done for real."""

from collections.abc import Callable
from typing import Annotated, ClassVar, Literal, Protocol, Self

from pydantic import AfterValidator, Field, model_validator

from sim.yaml_files.fields import Duration, JobName, Model

JobState = Literal["waiting", "active", "completed", "failed", "delayed", "paused"]
"""As Bull's queue management names them."""


class ManagedQueue(Protocol):
    """A queue's management functions, as verbs use them; ``sim.engine.queue_handle.QueueHandle`` is one."""

    def retry(self, job_id: str) -> object:
        """Put one failed job back in line."""

    def retry_all(self) -> object:
        """Put every failed job back in line."""

    def promote(self, job_id: str) -> object:
        """Put one delayed job in line now."""

    def remove(self, job_id: str) -> object:
        """Take one job out."""

    def clean(self, grace: str | int, state: JobState, limit: int) -> object:
        """Take out the jobs of a state whose age is above ``grace``, in ms."""

    def pause(self) -> object:
        """Hand out no more jobs."""

    def resume(self) -> object:
        """Hand out jobs again."""

    def drain(self, *, delayed: bool) -> object:
        """Throw away what waits."""

    def replay(self, job_id: str) -> object:
        """Put one dead letter back in line."""

    def replay_all(self) -> object:
        """Put every dead letter back in line."""

    def purge(self, job_id: str) -> object:
        """Throw one dead letter away."""

    def purge_all(self) -> object:
        """Throw every dead letter away."""


def _without_line_ends(text: str) -> str:
    if "\n" in text or "\t" in text:
        raise ValueError("must be one line")
    return text


JobId = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_without_line_ends)]


class OperatorVerb(Model):
    """One step of an operator, at its moment.

    Attributes:
        job_event: The kind of event written for each job that it is done to; None where it concerns no single job.
        on_dead_letters: Whether it works on dead letters, which ``dead_letter: on`` of the queue makes.
        at_call_time: Whether it writes the time of its call also when the call has waited for Redis; the others have to
            fetch the job first, so that theirs is the time when Redis answered.
    """

    job_event: ClassVar[str | None] = None
    on_dead_letters: ClassVar[bool] = False
    at_call_time: ClassVar[bool] = False

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
    """By name: the latest id that the queue gave this job."""
    queue: str | None = None
    """With `id`: the queue that has it."""
    id: JobId | None = None
    """By id, which starts again at 1 when Redis loses everything."""

    @model_validator(mode="after")
    def _one_job(self) -> Self:
        if (self.job is None) == (self.id is None) or (self.queue is None) != (self.id is None):
            raise ValueError("give either job: (such as email-17) or queue: with id:, and not both")
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
