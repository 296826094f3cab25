"""`purge`: throw one dead letter away."""

from typing import Literal

from sim.operator_verbs.base import ManagedQueue, OnDeadLetters, OnJob


class Purge(OnDeadLetters, OnJob):
    """Throw one dead letter away; an `id` is its id in the dead letter queue."""

    do: Literal["purge"]

    def act(self, queue: ManagedQueue, job_id: str) -> object:
        """Do it to the dead letter."""
        return queue.purge(job_id)
