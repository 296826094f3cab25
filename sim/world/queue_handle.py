"""One queue of a world, to look at and to operate as an administrator would."""

from sim.core.clock import Clock
from sim.core.errors import UnknownName
from sim.jobqueue.dead_letter import DeadLetter, dead_letters, purge_all, purge_job, replay_all, replay_job
from sim.jobqueue.dead_lettering import Move
from sim.jobqueue.getters import STATES, State, get_job, job_counts, job_ids
from sim.jobqueue.job import Job
from sim.jobqueue.manual_retry import retry_failed_jobs, retry_job
from sim.jobqueue.pause import pause_queue, resume_queue
from sim.jobqueue.store import Store
from sim.ledger.events import Event
from sim.world.queue_parts import QueueParts
from sim.world.recorder import Recorder


class QueueHandle:
    """The queue management of one queue; jobs go by the ids that the queue gave them."""

    def __init__(self, store: Store, parts: QueueParts, clock: Clock, recorder: Recorder) -> None:
        self._store = store
        self._parts = parts
        self._clock = clock
        self._recorder = recorder

    @property
    def counts(self) -> dict[State, int]:
        """How many jobs are in each state."""
        return job_counts(self._store, self._parts.keys)

    def jobs(self, state: State) -> list[Job]:
        """List the jobs in a state, as Bull lists them: those in line by who runs next, finished ones newest first.

        Raises:
            UnknownName: There is no such state.
        """
        if state not in STATES:
            raise UnknownName("state", state, list(STATES))
        found = (
            get_job(self._store, self._parts.keys, job_id) for job_id in job_ids(self._store, self._parts.keys, state)
        )
        return [job for job in found if job is not None]

    def job(self, job_id: str) -> Job:
        """Read one job.

        Raises:
            UnknownName: The queue has no job of this id.
        """
        job = get_job(self._store, self._parts.keys, job_id)
        if job is None:
            raise UnknownName("job", job_id, [])
        return job

    def retry(self, job_id: str) -> None:
        """Put one failed job back in line.

        Raises:
            RetryRefused: It is locked, does not exist or has not failed.
        """
        retry_job(self._store, self._parts.keys, job_id, now_ms=self._clock.now_ms)
        self._note_retried([job_id])

    def retry_all(self) -> list[str]:
        """Put every failed job back in line, the oldest failure first, and return their ids."""
        retried = retry_failed_jobs(self._store, self._parts.keys)
        self._note_retried(retried)
        return retried

    @property
    def dead(self) -> list[DeadLetter]:
        """The jobs in the queue's dead letter queue, the oldest first."""
        return dead_letters(self._store, self._parts.keys)

    def replay(self, job_id: str) -> str:
        """Put one dead letter back in line with fresh attempts, and return the id that it has there.

        Args:
            job_id: Its id in the dead letter queue.

        Raises:
            NoDeadLetter: There is none of this id.
        """
        move = replay_job(self._store, self._parts.keys, job_id, now_ms=self._clock.now_ms)
        self._note_replayed([move])
        return move.job_id

    def replay_all(self) -> list[str]:
        """Put every dead letter back in line with fresh attempts, the oldest first, and return their ids there."""
        moves = replay_all(self._store, self._parts.keys, now_ms=self._clock.now_ms)
        self._note_replayed(moves)
        return [move.job_id for move in moves]

    def purge(self, job_id: str) -> None:
        """Throw one dead letter away, with everything that is known of the job.

        Args:
            job_id: Its id in the dead letter queue.

        Raises:
            NoDeadLetter: There is none of this id.
        """
        purge_job(self._store, self._parts.keys, job_id)
        self._note_purged([job_id])

    def purge_all(self) -> list[str]:
        """Throw every dead letter away, and return the ids that they had, the oldest first."""
        purged = purge_all(self._store, self._parts.keys)
        self._note_purged(purged)
        return purged

    def pause(self) -> None:
        """Let workers finish what they have and take nothing new."""
        pause_queue(self._store, self._parts.keys)

    def resume(self) -> None:
        """Hand out jobs again."""
        resume_queue(self._store, self._parts.keys)
        self._parts.room.serve()

    def _note_retried(self, job_ids: list[str]) -> None:
        queue = self._parts.name
        for job_id in job_ids:
            name = self._recorder.name_of(queue, job_id)
            self._recorder.job(queue, name, Event.RETRIED, "operator", {"id": job_id})
        self._parts.room.serve()

    def _note_replayed(self, moves: list[Move]) -> None:
        queue = self._parts.name
        for move in moves:
            name = self._recorder.dead_letter(queue, self._parts.keys.dead_letters().name, move.dead_id)
            self._recorder.learn(queue, move.job_id, name)
            more = {"id": move.job_id, "dead_id": move.dead_id}
            self._recorder.job(queue, name, Event.REPLAYED, "operator", more)
        self._parts.room.serve()

    def _note_purged(self, dead_ids: list[str]) -> None:
        queue = self._parts.name
        for dead_id in dead_ids:
            name = self._recorder.dead_letter(queue, self._parts.keys.dead_letters().name, dead_id)
            self._recorder.job(queue, name, Event.PURGED, "operator", {"id": dead_id})
