"""`replay`: put one dead letter back in line with fresh attempts."""

from typing import ClassVar, Literal

from sim.operator_verbs.base import ManagedQueue, OnDeadLetters, OnJob
from sim.operator_verbs.by_hand import QueueButton


class Replay(OnDeadLetters, OnJob):
    """Put one dead letter back in its queue with fresh attempts; an `id` is its id in the dead letter queue."""

    order: ClassVar[int] = 90
    brings_back: ClassVar[bool] = True
    by_hand: ClassVar[QueueButton | None] = QueueButton("Replay", "replayed dead job {id} of {queue}", views=("dead",))

    do: Literal["replay"]

    def act(self, queue: ManagedQueue, job_id: str) -> object:
        """Do it to the dead letter."""
        return queue.replay(job_id)
