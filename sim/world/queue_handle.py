"""One queue of a world, to look at and to operate as an administrator would."""

from sim.core.clock import Clock
from sim.core.durations import parse_duration
from sim.core.errors import UnknownName
from sim.jobqueue.clean import clean_jobs
from sim.jobqueue.drain import drain_queue
from sim.jobqueue.getters import STATES, State, get_job, job_counts, job_ids, job_state
from sim.jobqueue.job import Job
from sim.jobqueue.manual_retry import retry_failed_jobs, retry_job
from sim.jobqueue.pause import pause_queue, resume_queue
from sim.jobqueue.promote import promote_job
from sim.jobqueue.remove import remove_job
from sim.jobqueue.store import Store
from sim.world.deeds import Touched, note_deed
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

    def id_of(self, job: str) -> str:
        """Return the latest id that the queue gave an offer such as ``email-17``.

        Raises:
            UnknownName: It gave it none, or has forgotten it and given the id to another.
        """
        job_id = self._recorder.id_of(self._parts.name, job)
        if job_id is None:
            raise UnknownName("job", job, [])
        return job_id

    def retry(self, job_id: str) -> None:
        """Put one failed job back in line.

        Raises:
            RetryRefused: It is locked, does not exist or has not failed.
        """
        retry_job(self._store, self._parts.keys, job_id, now_ms=self._clock.now_ms)
        self._note("retry", Touched([job_id]))

    def retry_all(self) -> list[str]:
        """Put every failed job back in line, the oldest failure first, and return their ids."""
        retried = retry_failed_jobs(self._store, self._parts.keys)
        self._note("retry-all", Touched(retried))
        return retried

    def promote(self, job_id: str) -> None:
        """Put one delayed job in line now, behind everything that waits.

        Raises:
            NotDelayed: It is not among the delayed jobs.
        """
        promote_job(self._store, self._parts.keys, job_id)
        self._note("promote", Touched([job_id]))

    def remove(self, job_id: str) -> None:
        """Take one job out of whatever state it is in.

        Raises:
            JobLocked: A worker is at it.
            UnknownName: The queue has no job of this id.
        """
        state = job_state(self._store, self._parts.keys, job_id)
        if state == "stuck":
            self.job(job_id)
        remove_job(self._store, self._parts.keys, job_id)
        self._note("remove", Touched([job_id], state))

    def clean(self, grace: str | int = 0, state: State = "completed", limit: int = 0) -> list[str]:
        """Take out the jobs of one state that are older than ``grace``, and return their ids.

        Args:
            grace: ``"1h"``, or milliseconds.
            limit: At most so many; 0 means all. With a limit no delayed job is found, as in Bull.

        Raises:
            DurationError: The text is not a duration.
            UnknownName: There is no such state.
        """
        if state not in STATES:
            raise UnknownName("state", state, list(STATES))
        grace_ms = parse_duration(grace) if isinstance(grace, str) else grace
        keys, now_ms = self._parts.keys, self._clock.now_ms
        cleaned = clean_jobs(self._store, keys, state, now_ms=now_ms, grace_ms=grace_ms, limit=limit)
        self._note("clean", Touched(cleaned, state))
        return cleaned

    def pause(self) -> None:
        """Let workers finish what they have and take nothing new."""
        pause_queue(self._store, self._parts.keys)
        self._note("pause")

    def resume(self) -> None:
        """Hand out jobs again."""
        resume_queue(self._store, self._parts.keys)
        self._note("resume")

    def drain(self, *, delayed: bool = True) -> list[str]:
        """Throw away everything that waits, and return its ids; as in Bull this ends a pause.

        Args:
            delayed: Whether delayed jobs go too; their hashes stay, as in Bull.
        """
        drained = drain_queue(self._store, self._parts.keys, delayed=delayed)
        everyone = [*drained.waiting, *drained.delayed]
        self._note("drain", Touched(drained.waiting, "waiting"), Touched(drained.delayed, "delayed"))
        return everyone

    def _note(self, do: str, *jobs: Touched) -> None:
        """Write a deed down, then let those who wait have what stands in line now."""
        queue = self._parts.name
        note_deed(self._recorder, queue, do, list(jobs), lambda job_id: self._recorder.name_of(queue, job_id))
        self._parts.room.serve()
