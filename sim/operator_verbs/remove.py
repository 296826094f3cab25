"""`remove`: take one job out of whatever state it is in, unless a worker is at it."""

from typing import ClassVar, Literal

from sim.operator_verbs.base import ManagedQueue, OnJob
from sim.operator_verbs.by_hand import QueueButton


class Remove(OnJob):
    """Remove one job in any state, unless a worker has locked it."""

    job_event: ClassVar[str | None] = "removed"
    order: ClassVar[int] = 40
    by_hand: ClassVar[QueueButton | None] = QueueButton(
        "Remove",
        "removed job {id} of {queue}",
        views=("waiting", "completed", "failed", "delayed", "paused"),
    )

    do: Literal["remove"]

    def act(self, queue: ManagedQueue, job_id: str) -> object:
        """Do it to the job."""
        return queue.remove(job_id)
