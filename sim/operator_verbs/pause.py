"""`pause`: let workers finish what they have and take nothing new."""

from typing import Literal

from sim.operator_verbs.base import ManagedQueue, OnQueue


class Pause(OnQueue):
    """Let workers finish what they have and take nothing new."""

    do: Literal["pause"]

    def act(self, queue: ManagedQueue, job_id: str) -> object:
        """Do it to the queue."""
        return queue.pause()
