"""`purge`: throw one dead letter away."""

from typing import ClassVar, Literal

from sim.operator_verbs.base import ManagedQueue, OnDeadLetters, OnJob
from sim.operator_verbs.by_hand import QueueButton


class Purge(OnDeadLetters, OnJob):
    """Delete one dead letter; an `id` is its id in the dead letter queue."""

    order: ClassVar[int] = 110
    by_hand: ClassVar[QueueButton | None] = QueueButton("Purge", "purged dead job {id} of {queue}", views=("dead",))

    do: Literal["purge"]

    def act(self, queue: ManagedQueue, job_id: str) -> object:
        """Do it to the dead letter."""
        return queue.purge(job_id)
