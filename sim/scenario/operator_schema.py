"""What an operator does during a run: one model for each verb, told apart by `do`.

An operator works on queues, so in in-process mode nothing happens. What is done while Redis is away fails with the
semantics `documented`, and waits for Redis with `bull-4.16`.
"""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from sim.scenario.fault_schema import JobName
from sim.yaml_files.fields import Duration, Model, Switch


def _without_line_ends(text: str) -> str:
    if "\n" in text or "\t" in text:
        raise ValueError("must be one line")
    return text


JobId = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_without_line_ends)]


class OnQueue(Model):
    """Something done to a whole queue."""

    at: Duration
    """The moment."""
    queue: str

    @property
    def queue_name(self) -> str:
        """The queue that it is done to."""
        return self.queue


class OnJob(Model):
    """Something done to one job, which goes by its offer's name or by the id that the queue gave it."""

    at: Duration
    """The moment."""
    job: JobName | None = None
    """By name: the latest id that the queue gave this offer."""
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


class Retry(OnJob):
    """Put one failed job back in line."""

    do: Literal["retry"]


class RetryAll(OnQueue):
    """Put every failed job back in line, the oldest failure first."""

    do: Literal["retry-all"]


class Promote(OnJob):
    """Put one delayed job in line now."""

    do: Literal["promote"]


class Remove(OnJob):
    """Take one job out of whatever state it is in, unless a worker is at it."""

    do: Literal["remove"]


class Clean(OnQueue):
    """Take out the jobs of one state that are old enough."""

    do: Literal["clean"]
    state: Literal["waiting", "active", "completed", "failed", "delayed", "paused"] = "completed"
    older_than: Duration = 0
    """Age of a job: since it finished, else since its last start, else since its add."""
    limit: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """At most so many; 0 means all. With a limit Bull never finds a delayed job."""


class Pause(OnQueue):
    """Let workers finish what they have and take nothing new."""

    do: Literal["pause"]


class Resume(OnQueue):
    """Hand out jobs again."""

    do: Literal["resume"]


class Drain(OnQueue):
    """Throw away everything that waits."""

    do: Literal["drain"]
    delayed: Switch = True
    """Whether delayed jobs go too; Bull's own `empty()` always takes them."""


class Replay(OnJob):
    """Put one dead letter back in line with fresh attempts; an `id` is its id in the dead letter queue."""

    do: Literal["replay"]


class ReplayAll(OnQueue):
    """Put every dead letter back in line with fresh attempts, the oldest first."""

    do: Literal["replay-all"]


class Purge(OnJob):
    """Throw one dead letter away; an `id` is its id in the dead letter queue."""

    do: Literal["purge"]


class PurgeAll(OnQueue):
    """Throw every dead letter away."""

    do: Literal["purge-all"]


ON_DEAD_LETTERS = (Replay, ReplayAll, Purge, PurgeAll)
"""The verbs that need `dead_letter: on` of their queue."""

OperatorStep = Annotated[
    Retry | RetryAll | Promote | Remove | Clean | Pause | Resume | Drain | Replay | ReplayAll | Purge | PurgeAll,
    Field(discriminator="do"),
]
