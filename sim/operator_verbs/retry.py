"""`retry`: put one failed job back in line."""

from typing import ClassVar, Literal

from sim.operator_verbs.base import ManagedQueue, OnJob
from sim.operator_verbs.by_hand import QueueButton


class Retry(OnJob):
    """Put one failed job back in its queue."""

    job_event: ClassVar[str | None] = "retried"
    order: ClassVar[int] = 10
    brings_back: ClassVar[bool] = True
    by_hand: ClassVar[QueueButton | None] = QueueButton("Retry", "retried job {id} of {queue}", views=("failed",))

    do: Literal["retry"]

    def act(self, queue: ManagedQueue, job_id: str) -> object:
        """Do it to the job."""
        return queue.retry(job_id)
