"""One queue of a world, to look at and to operate as an administrator would."""

from sim.core.clock import Clock
from sim.core.durations import parse_duration
from sim.core.errors import UnknownName
from sim.engine.operator_actions import record_operator_action
from sim.engine.queue_parts import QueueParts
from sim.engine.recorder import Recorder
from sim.operator_verbs.base import Operation, OperatorTarget
from sim.queue.clean import clean_jobs
from sim.queue.dead_letter import DeadLetter, dead_letters, purge_all, purge_job, replay_all, replay_job
from sim.queue.dead_lettering import Move
from sim.queue.drain import drain_queue
from sim.queue.getters import STATES, State, get_job, job_counts, job_ids, job_state
from sim.queue.job import Job
from sim.queue.keys import QueueKeys
from sim.queue.manual_retry import retry_failed_jobs, retry_job
from sim.queue.pause import pause_queue, resume_queue
from sim.queue.promote import promote_job
from sim.queue.remove import remove_job
from sim.queue.store import Store
from sim.results.trace import EventKind


class QueueHandle:
    """Operator actions on one queue; jobs are named by the ids that the queue gave them."""

    def __init__(self, store: Store, parts: QueueParts, clock: Clock, recorder: Recorder) -> None:
        self._store = store
        self._parts = parts
        self._clock = clock
        self._recorder = recorder

    @property
    def keys(self) -> QueueKeys:
        """The names of the queue's keys, to look at them in Redis itself."""
        return self._parts.keys

    @property
    def has_dead_letters(self) -> bool:
        """Whether jobs that are given up go to a dead letter queue."""
        return self._parts.dead is not None

    @property
    def counts(self) -> dict[State, int]:
        """How many jobs are in each state."""
        return job_counts(self._store, self._parts.keys)

    def jobs(self, state: State) -> list[Job]:
        """List the jobs in a state in Bull's order: waiting ones by who runs next, finished ones newest first.

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
            UnknownName: It gave it none, or has forgotten it and reused the id.
        """
        job_id = self._recorder.id_of(self._parts.name, job)
        if job_id is None:
            raise UnknownName("job", job, [])
        return job_id

    def perform(self, do: str, operation: Operation) -> list[str]:
        """Do an operation of the queue that has no function here, and return the ids of the jobs it was done to.

        Args:
            do: The verb of ``sim/operator_verbs`` that the trace calls it by.
            operation: Gets the store, the queue's keys and the time in epoch ms, and returns the jobs.
        """
        targets = operation(self._store, self._parts.keys, self._clock.now_ms)
        self._note(do, *targets)
        return [job_id for some in targets for job_id in some.job_ids]

    def retry(self, job_id: str) -> None:
        """Put one failed job back in its queue.

        Raises:
            RetryRefused: It is locked, does not exist or has not failed.
        """
        retry_job(self._store, self._parts.keys, job_id, now_ms=self._clock.now_ms)
        self._note("retry", OperatorTarget([job_id]))

    def retry_all(self) -> list[str]:
        """Put every failed job back in its queue, the oldest failure first, and return their ids."""
        retried = retry_failed_jobs(self._store, self._parts.keys)
        self._note("retry-all", OperatorTarget(retried))
        return retried

    @property
    def dead(self) -> list[DeadLetter]:
        """The jobs in the queue's dead letter queue, the oldest first."""
        return dead_letters(self._store, self._parts.keys)

    def dead_id_of(self, job: str) -> str:
        """Return the latest id that an offer such as ``email-17`` got in the dead letter queue.

        Raises:
            UnknownName: It was never there.
        """
        dead_id = self._recorder.id_of(self._parts.keys.dead_letters().name, job)
        if dead_id is None:
            raise UnknownName("dead letter", job, [])
        return dead_id

    def replay(self, job_id: str) -> str:
        """Put one dead letter back in its queue with fresh attempts, and return its new id.

        Args:
            job_id: Its id in the dead letter queue.

        Raises:
            NoDeadLetter: There is none of this id.
        """
        move = replay_job(self._store, self._parts.keys, job_id, now_ms=self._clock.now_ms)
        self._note_replayed("replay", [move])
        return move.job_id

    def replay_all(self) -> list[str]:
        """Put every dead letter back in its queue with fresh attempts, the oldest first, and return their new ids."""
        moves = replay_all(self._store, self._parts.keys, now_ms=self._clock.now_ms)
        self._note_replayed("replay-all", moves)
        return [move.job_id for move in moves]

    def purge(self, job_id: str) -> None:
        """Delete one dead letter, with everything that is known about the job.

        Args:
            job_id: Its id in the dead letter queue.

        Raises:
            NoDeadLetter: There is none of this id.
        """
        purge_job(self._store, self._parts.keys, job_id)
        self._note_purged("purge", [job_id])

    def purge_all(self) -> list[str]:
        """Delete every dead letter, and return the ids that they had, the oldest first."""
        purged = purge_all(self._store, self._parts.keys)
        self._note_purged("purge-all", purged)
        return purged

    def promote(self, job_id: str) -> None:
        """Move one delayed job to the waiting jobs now, behind all others.

        Raises:
            NotDelayed: It is not among the delayed jobs.
        """
        promote_job(self._store, self._parts.keys, job_id)
        self._note("promote", OperatorTarget([job_id]))

    def remove(self, job_id: str) -> None:
        """Remove one job, whatever state it is in.

        Raises:
            JobLocked: A worker has locked it.
            UnknownName: The queue has no job of this id.
        """
        state = job_state(self._store, self._parts.keys, job_id)
        if state == "stuck":
            self.job(job_id)
        remove_job(self._store, self._parts.keys, job_id)
        self._note("remove", OperatorTarget([job_id], state))

    def clean(self, grace: str | int = 0, state: State = "completed", limit: int = 0) -> list[str]:
        """Remove the jobs of one state that are older than ``grace``, and return their ids.

        Args:
            grace: ``"1h"``, or milliseconds.
            state: ``completed``, ``failed``, ``waiting``, ``delayed``, ``active`` or ``paused``.
            limit: Maximum number of jobs; 0 means all. With a limit no delayed job is found, as in Bull.

        Raises:
            DurationError: The text is not a duration.
            UnknownName: There is no such state.
        """
        if state not in STATES:
            raise UnknownName("state", state, list(STATES))
        grace_ms = parse_duration(grace) if isinstance(grace, str) else grace
        keys, now_ms = self._parts.keys, self._clock.now_ms
        cleaned = clean_jobs(self._store, keys, state, now_ms=now_ms, grace_ms=grace_ms, limit=limit)
        self._note("clean", OperatorTarget(cleaned, state))
        return cleaned

    def pause(self) -> None:
        """Let workers finish their jobs and take no new ones."""
        pause_queue(self._store, self._parts.keys)
        self._note("pause")

    def resume(self) -> None:
        """Let workers take jobs again."""
        resume_queue(self._store, self._parts.keys)
        self._note("resume")

    def drain(self, *, delayed: bool = True) -> list[str]:
        """Delete all waiting jobs, and return their ids; as in Bull this ends a pause.

        Args:
            delayed: Whether delayed jobs go too; their hashes stay, as in Bull.
        """
        drained = drain_queue(self._store, self._parts.keys, delayed=delayed)
        everyone = [*drained.waiting, *drained.delayed]
        self._note("drain", OperatorTarget(drained.waiting, "waiting"), OperatorTarget(drained.delayed, "delayed"))
        return everyone

    def _note(self, do: str, *jobs: OperatorTarget) -> None:
        """Write down what was done, then let those who wait have what stands in line now."""
        queue = self._parts.name
        record_operator_action(
            self._recorder, queue, do, list(jobs), lambda job_id: self._recorder.name_of(queue, job_id)
        )
        self._parts.blocked_clients.serve()

    def _note_replayed(self, do: str, moves: list[Move]) -> None:
        queue = self._parts.name
        self._recorder.operator(queue, EventKind.OPERATOR_ACTED, {"do": do, "jobs": len(moves)})
        for move in moves:
            name = self._recorder.dead_letter(queue, self._parts.keys.dead_letters().name, move.dead_id)
            self._recorder.map_id(queue, move.job_id, name)
            more = {"id": move.job_id, "dead_id": move.dead_id}
            self._recorder.job(queue, name, EventKind.REPLAYED, "operator", more)
        self._parts.blocked_clients.serve()

    def _note_purged(self, do: str, dead_ids: list[str]) -> None:
        queue = self._parts.name
        self._recorder.operator(queue, EventKind.OPERATOR_ACTED, {"do": do, "jobs": len(dead_ids)})
        for dead_id in dead_ids:
            name = self._recorder.dead_letter(queue, self._parts.keys.dead_letters().name, dead_id)
            self._recorder.job(queue, name, EventKind.PURGED, "operator", {"id": dead_id})
