"""`resume`: hand out jobs again."""

from typing import ClassVar, Literal

from sim.operator_verbs.base import ManagedQueue, OnQueue
from sim.operator_verbs.by_hand import QueueButton


class Resume(OnQueue):
    """Let workers take jobs again."""

    order: ClassVar[int] = 70
    by_hand: ClassVar[QueueButton | None] = QueueButton("Resume", "resumed {queue}", when="paused")

    do: Literal["resume"]

    def act(self, queue: ManagedQueue, job_id: str) -> object:
        """Do it to the queue."""
        return queue.resume()
