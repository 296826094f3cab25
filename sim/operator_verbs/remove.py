"""`remove`: take one job out of whatever state it is in, unless a worker is at it."""

from typing import ClassVar, Literal

from sim.operator_verbs.base import ManagedQueue, OnJob


class Remove(OnJob):
    """Take one job out of whatever state it is in, unless a worker is at it."""

    job_event: ClassVar[str | None] = "removed"

    do: Literal["remove"]

    def act(self, queue: ManagedQueue, job_id: str) -> object:
        """Do it to the job."""
        return queue.remove(job_id)
