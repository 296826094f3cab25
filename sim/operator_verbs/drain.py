"""`drain`: throw away everything that waits."""

from typing import Any, ClassVar, Literal

from sim.operator_verbs.base import ManagedQueue, OnQueue, RandomDraw
from sim.operator_verbs.by_hand import QueueButton
from sim.yaml_files.fields import Switch


class Drain(OnQueue):
    """Delete all waiting jobs."""

    job_event: ClassVar[str | None] = "removed"
    order: ClassVar[int] = 80
    by_hand: ClassVar[QueueButton | None] = QueueButton(
        "Drain", "drained {jobs} of {queue}", confirm="Delete all waiting jobs of {queue}?"
    )

    do: Literal["drain"]
    delayed: Switch = True
    """Whether to delete delayed jobs too; Bull's own `empty()` always does."""

    def act(self, queue: ManagedQueue, job_id: str) -> object:
        """Do it to the queue."""
        return queue.drain(delayed=self.delayed)

    @classmethod
    def random(cls, draw: RandomDraw) -> dict[str, Any]:
        """With delayed jobs, without them, or unsaid."""
        return draw.sometimes(0.5, delayed=draw.chance(0.5))

    @property
    def not_for_real(self) -> str | None:
        """Bull's own `empty()` takes no argument."""
        reason = "delayed: Bull's empty() always takes the delayed jobs too; leave delayed out, or on"
        return None if self.delayed else reason
