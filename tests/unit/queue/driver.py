"""A queue held by the hand of a test: short verbs, a clock that the test moves, and the keys to look at."""

from typing import Any

from sim.core.clock import ManualClock
from sim.queue.dequeue import LockParams, dequeue
from sim.queue.finish import Completed, ErrorText, Failed, FailureRules, complete_job, fail_job
from sim.queue.job import Job, JobOptions
from sim.queue.keys import QueueKeys
from sim.queue.promote import promote_due_jobs
from sim.queue.semantics import BULL
from sim.queue.stalled import StalledCheck, check_stalled_jobs
from sim.queue.submit import add_job

LOCK_MS = 30_000
INTERVAL_MS = 30_000


class Driver:
    """One queue, its store and its clock."""

    def __init__(self, store: Any, clock: ManualClock) -> None:
        self.store = store
        self.clock = clock
        self.keys = QueueKeys("q")
        self.lock_params = LockParams("worker", LOCK_MS)
        self.other = LockParams("other", LOCK_MS)

    def add(self, **options: Any) -> str:
        """Add a job and return its id."""
        return add_job(self.store, self.keys, {}, JobOptions(**options), now_ms=self.clock.now_ms).job_id

    def take(self, lock_params: LockParams | None = None) -> Job:
        """Take the next job, which must be there."""
        job = dequeue(self.store, self.keys, lock_params or self.lock_params, now_ms=self.clock.now_ms)
        assert isinstance(job, Job)
        return job

    def complete(self, job: Job, lock_params: LockParams | None = None, **more: Any) -> Completed:
        """Complete a job."""
        return complete_job(
            self.store, self.keys, job, lock_params or self.lock_params, now_ms=self.clock.now_ms, **more
        )

    def fail(self, job: Job, lock_params: LockParams | None = None, message: str = "boom", **more: Any) -> Failed:
        """Fail an attempt, with Bull's backoff unless told otherwise."""
        rules = FailureRules(**{"semantics": BULL, **more})
        error, now_ms = ErrorText(message, "Error: boom"), self.clock.now_ms
        return fail_job(self.store, self.keys, job, lock_params or self.lock_params, error, rules, now_ms=now_ms)

    def check(self, max_stalled: int = 1, **more: Any) -> StalledCheck:
        """Look for stalled jobs, as if the interval had passed."""
        self.store.delete(self.keys.stalled_check)
        return check_stalled_jobs(
            self.store, self.keys, now_ms=self.clock.now_ms, max_stalled=max_stalled, interval_ms=INTERVAL_MS, **more
        )

    def expire_lock(self, job_id: str) -> None:
        """Take a lock away as its expiry would; a real Redis cannot be told that time has passed."""
        self.store.delete(self.keys.lock(job_id))

    def crash(self, job_id: str, max_stalled: int = 1, **more: Any) -> StalledCheck:
        """Let the holder of a job die: its lock expires, one check marks the job, the next acts."""
        self.check(max_stalled, **more)
        self.expire_lock(job_id)
        return self.check(max_stalled, **more)

    def die(self, **options: Any) -> str:
        """Add a job and let it fail for good into the dead letter queue; return its id there."""
        self.add(**options)
        dead_id = self.fail(self.take(), dead=self.keys.dead_letters()).dead_id
        assert dead_id is not None
        return dead_id

    def promote(self) -> list[str]:
        """Promote what is due now."""
        return promote_due_jobs(self.store, self.keys, now_ms=self.clock.now_ms).job_ids

    @property
    def line(self) -> list[str]:
        """Waiting jobs, the next to run first."""
        waiting: list[str] = self.store.lrange(self.keys.wait, 0, -1)
        return waiting[::-1]

    def hash(self, job_id: str) -> dict[str, str]:
        """A job's hash."""
        fields: dict[str, str] = self.store.hgetall(self.keys.job(job_id))
        return fields

    def failed(self) -> list[str]:
        """The failed set, oldest first."""
        members: list[str] = self.store.zrange(self.keys.failed, 0, -1)
        return members
