"""`purge-all`: throw every dead letter away."""

from typing import Literal

from sim.operator_verbs.base import ManagedQueue, OnDeadLetters, OnQueue


class PurgeAll(OnDeadLetters, OnQueue):
    """Throw every dead letter away."""

    do: Literal["purge-all"]

    def act(self, queue: ManagedQueue, job_id: str) -> object:
        """Do it to the queue."""
        return queue.purge_all()
