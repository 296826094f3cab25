"""`pause`: let workers finish what they have and take nothing new."""

from typing import ClassVar, Literal

from sim.operator_verbs.base import ManagedQueue, OnQueue
from sim.operator_verbs.by_hand import QueueButton


class Pause(OnQueue):
    """Let workers finish their jobs and take no new ones."""

    order: ClassVar[int] = 60
    by_hand: ClassVar[QueueButton | None] = QueueButton("Pause", "paused {queue}", when="running")

    do: Literal["pause"]

    def act(self, queue: ManagedQueue, job_id: str) -> object:
        """Do it to the queue."""
        return queue.pause()
