"""`retry-all`: put every failed job back in line, the oldest failure first."""

from typing import ClassVar, Literal

from sim.operator_verbs.base import ManagedQueue, OnQueue


class RetryAll(OnQueue):
    """Put every failed job back in line, the oldest failure first."""

    job_event: ClassVar[str | None] = "retried"

    do: Literal["retry-all"]

    def act(self, queue: ManagedQueue, job_id: str) -> object:
        """Do it to the queue."""
        return queue.retry_all()
