"""`resume`: hand out jobs again."""

from typing import Literal

from sim.operator_verbs.base import ManagedQueue, OnQueue


class Resume(OnQueue):
    """Hand out jobs again."""

    do: Literal["resume"]

    def act(self, queue: ManagedQueue, job_id: str) -> object:
        """Do it to the queue."""
        return queue.resume()
