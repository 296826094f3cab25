"""What the slots and the timers of a worker process share: its queue, its locks, and what they write down."""

from sim.engine.client_process import ClientProcess
from sim.engine.queue_parts import QueueParts
from sim.engine.redis_server import RedisServer
from sim.engine.run_context import RunContext
from sim.queue.dequeue import LockParams
from sim.queue.job import Job
from sim.queue.store import Store
from sim.results.trace import EventKind

WORKER_CONNECTIONS = 3
"""One for commands, one for its blocked pop, one for news of delayed jobs. Source: docs/bull-facts.md, section 28."""


class WorkerProcess(ClientProcess):
    """A process that works for one queue."""

    def __init__(self, run: RunContext, name: str, queue: QueueParts, store: Store, server: RedisServer) -> None:
        super().__init__(run, name, server)
        self.connections = WORKER_CONNECTIONS
        self.queue = queue
        self.use(store)
        self.streams = run.streams
        self.lock_params = LockParams(name, queue.settings.lock_duration)

    def use(self, store: Store) -> None:
        """Send commands there from now on."""
        self.store = store

    @property
    def can_promote(self) -> bool:
        """Whether it could move a due job at this moment."""
        return self.alive and not self.closing and not self.frozen and self.link.is_open

    def promote_slowly(self) -> bool:
        """Look for due jobs where Redis does not answer at once; tell whether it can."""
        return False

    def name_of(self, job: Job) -> str:
        """Return the offer's name: what the job's data says if that was offered, else what its id stands for."""
        data = job.data
        claimed = data.get("job") if type(data) is dict else None
        if type(claimed) is str and self.recorder.is_known(claimed):
            return claimed
        return self.recorder.name_of(self.queue.name, job.id)

    def note_evicted(self, job_ids: list[str], finished_set: str) -> None:
        """Write down which finished jobs retention removed."""
        self.recorder.evicted(self.queue.name, job_ids, self.name, finished_set)

    def note_dead(self, name: str, dead_id: str) -> None:
        """Write down that a job went to the dead letter queue, and remember the id that it has there."""
        queue = self.queue
        self.recorder.map_id(queue.keys.dead_letters().name, dead_id, name)
        self.recorder.job(queue.name, name, EventKind.DEAD_LETTERED, self.name, {"id": dead_id})

    def note_unheard(self, name: str, command: str) -> None:
        """Write down that Redis has carried out a command for a job, and that its answer did not arrive."""
        self.recorder.job(self.queue.name, name, EventKind.REPLY_LOST, self.name, {"command": command})

    def note_trouble(self, error: Exception) -> None:
        """Write down an error of the queue itself."""
        self.recorder.world(EventKind.WORKER_ERROR, self.name, error=str(error))
