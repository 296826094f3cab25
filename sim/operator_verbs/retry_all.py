"""`retry-all`: put every failed job back in line, the oldest failure first."""

from typing import ClassVar, Literal

from sim.operator_verbs.base import ManagedQueue, OnQueue
from sim.operator_verbs.by_hand import QueueButton


class RetryAll(OnQueue):
    """Put every failed job back in its queue, the oldest failure first."""

    job_event: ClassVar[str | None] = "retried"
    order: ClassVar[int] = 20
    brings_back: ClassVar[bool] = True
    by_hand: ClassVar[QueueButton | None] = QueueButton(
        "Retry all {jobs} failed", "retried {jobs} of {queue}", views=("failed",)
    )

    do: Literal["retry-all"]

    def act(self, queue: ManagedQueue, job_id: str) -> object:
        """Do it to the queue."""
        return queue.retry_all()
