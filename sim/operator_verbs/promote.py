"""`promote`: put one delayed job in line now."""

from typing import ClassVar, Literal

from sim.operator_verbs.base import ManagedQueue, OnJob
from sim.operator_verbs.by_hand import QueueButton


class Promote(OnJob):
    """Move one delayed job to the waiting jobs now."""

    job_event: ClassVar[str | None] = "promoted"
    order: ClassVar[int] = 30
    by_hand: ClassVar[QueueButton | None] = QueueButton("Promote", "promoted job {id} of {queue}", views=("delayed",))

    do: Literal["promote"]

    def act(self, queue: ManagedQueue, job_id: str) -> object:
        """Do it to the job."""
        return queue.promote(job_id)
