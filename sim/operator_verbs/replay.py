"""`replay`: put one dead letter back in line with fresh attempts."""

from typing import Literal

from sim.operator_verbs.base import ManagedQueue, OnDeadLetters, OnJob


class Replay(OnDeadLetters, OnJob):
    """Put one dead letter back in line with fresh attempts; an `id` is its id in the dead letter queue."""

    do: Literal["replay"]

    def act(self, queue: ManagedQueue, job_id: str) -> object:
        """Do it to the dead letter."""
        return queue.replay(job_id)
