"""`clean`: take out the jobs of one state that are old enough."""

from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field

from sim.operator_verbs.base import JobState, ManagedQueue, OnQueue, RandomDraw
from sim.operator_verbs.by_hand import QueueButton
from sim.yaml_files.fields import Duration


class Clean(OnQueue):
    """Remove old jobs of one state."""

    job_event: ClassVar[str | None] = "removed"
    at_call_time: ClassVar[bool] = True
    order: ClassVar[int] = 50
    by_hand: ClassVar[QueueButton | None] = QueueButton(
        "Clean",
        "cleaned {jobs} that were {state} from {queue}",
        views=("completed", "failed", "delayed"),
        confirm="Remove all {jobs} {view} jobs?",
        view_is="state",
        may={"grace": "older_than"},
    )

    do: Literal["clean"]
    state: JobState = "completed"
    older_than: Duration = 0
    """Minimum age of a job: since it finished, else since its last start, else since it was added."""
    limit: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """Maximum number of jobs; 0 means all. With a limit Bull never finds a delayed job."""

    def act(self, queue: ManagedQueue, job_id: str) -> object:
        """Do it to the queue."""
        return queue.clean(self.older_than, self.state, self.limit)

    @classmethod
    def random(cls, draw: RandomDraw) -> dict[str, Any]:
        """Some state, age and limit, or none of them."""
        limit = draw.whole(0, 3)
        return draw.sometimes(0.6, state=draw.one(*get_args(JobState)), older_than=draw.ms(0, 20_000), limit=limit)

    def for_real(self, real_ms: Callable[[float], float]) -> dict[str, object]:
        """Say what Bull's own ``clean`` is called with."""
        return {"state": self.state, "grace": round(real_ms(self.older_than)), "limit": self.limit}
