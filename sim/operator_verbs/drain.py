"""`drain`: throw away everything that waits."""

from typing import ClassVar, Literal

from sim.operator_verbs.base import ManagedQueue, OnQueue
from sim.yaml_files.fields import Switch


class Drain(OnQueue):
    """Throw away everything that waits."""

    job_event: ClassVar[str | None] = "removed"

    do: Literal["drain"]
    delayed: Switch = True
    """Whether delayed jobs go too; Bull's own `empty()` always takes them."""

    def act(self, queue: ManagedQueue, job_id: str) -> object:
        """Do it to the queue."""
        return queue.drain(delayed=self.delayed)

    @property
    def not_for_real(self) -> str | None:
        """Bull's own `empty()` takes no argument."""
        reason = "delayed: Bull's empty() always takes the delayed jobs too; leave delayed out, or on"
        return None if self.delayed else reason
