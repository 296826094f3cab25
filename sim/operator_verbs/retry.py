"""`retry`: put one failed job back in line."""

from typing import ClassVar, Literal

from sim.operator_verbs.base import ManagedQueue, OnJob


class Retry(OnJob):
    """Put one failed job back in line."""

    job_event: ClassVar[str | None] = "retried"

    do: Literal["retry"]

    def act(self, queue: ManagedQueue, job_id: str) -> object:
        """Do it to the job."""
        return queue.retry(job_id)
