"""`purge-all`: throw every dead letter away."""

from typing import ClassVar, Literal

from sim.operator_verbs.base import ManagedQueue, OnDeadLetters, OnQueue
from sim.operator_verbs.by_hand import QueueButton


class PurgeAll(OnDeadLetters, OnQueue):
    """Delete every dead letter."""

    order: ClassVar[int] = 120
    by_hand: ClassVar[QueueButton | None] = QueueButton(
        "Purge all",
        "purged dead {jobs} of {queue}",
        views=("dead",),
        confirm="Delete all {jobs} dead letters?",
    )

    do: Literal["purge-all"]

    def act(self, queue: ManagedQueue, job_id: str) -> object:
        """Do it to the queue."""
        return queue.purge_all()
