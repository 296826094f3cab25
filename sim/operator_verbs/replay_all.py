"""`replay-all`: put every dead letter back in line with fresh attempts, the oldest first."""

from typing import Literal

from sim.operator_verbs.base import ManagedQueue, OnDeadLetters, OnQueue


class ReplayAll(OnDeadLetters, OnQueue):
    """Put every dead letter back in line with fresh attempts, the oldest first."""

    do: Literal["replay-all"]

    def act(self, queue: ManagedQueue, job_id: str) -> object:
        """Do it to the queue."""
        return queue.replay_all()
