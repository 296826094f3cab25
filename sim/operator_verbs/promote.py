"""`promote`: put one delayed job in line now."""

from typing import ClassVar, Literal

from sim.operator_verbs.base import ManagedQueue, OnJob


class Promote(OnJob):
    """Put one delayed job in line now."""

    job_event: ClassVar[str | None] = "promoted"

    do: Literal["promote"]

    def act(self, queue: ManagedQueue, job_id: str) -> object:
        """Do it to the job."""
        return queue.promote(job_id)
