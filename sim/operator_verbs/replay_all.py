"""`replay-all`: put every dead letter back in line with fresh attempts, the oldest first."""

from typing import ClassVar, Literal

from sim.operator_verbs.base import ManagedQueue, OnDeadLetters, OnQueue
from sim.operator_verbs.by_hand import QueueButton


class ReplayAll(OnDeadLetters, OnQueue):
    """Put every dead letter back in its queue with fresh attempts, the oldest first."""

    order: ClassVar[int] = 100
    brings_back: ClassVar[bool] = True
    by_hand: ClassVar[QueueButton | None] = QueueButton(
        "Replay all {jobs} dead letters", "replayed dead {jobs} of {queue}", views=("dead",)
    )

    do: Literal["replay-all"]

    def act(self, queue: ManagedQueue, job_id: str) -> object:
        """Do it to the queue."""
        return queue.replay_all()
