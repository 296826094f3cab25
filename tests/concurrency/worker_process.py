"""A worker in a process of its own.

``python -m tests.concurrency.worker_process SOCKET JOURNAL TOKEN MAX_STALLED DEAD_LETTERS``, the last being 1 or 0.

It does in real time what Bull's workers do: pops and locks in two steps or in one, takes the next job together with a
completion, extends locks, promotes due jobs and looks for stalled ones. What it did stands in its journal, with the
time of the Redis server before or after each step, in microseconds.
"""

import signal
import sys
import time
from typing import Any

import redis

from sim.queue.dequeue import LockParams, dequeue, lock_popped, pop_waiting
from sim.queue.errors import FinishRefused
from sim.queue.finish import ErrorText, FailureRules, complete_job, fail_job
from sim.queue.job import Job
from sim.queue.keys import QueueKeys
from sim.queue.locks import extend_lock
from sim.queue.promote import promote_due_jobs
from sim.queue.semantics import BULL
from sim.queue.stalled import check_stalled_jobs
from tests.concurrency.journal import Journal
from tests.concurrency.workload import EXTEND_EVERY_MS, LOCK_MS, NAP_MS, QUEUES, STALLED_INTERVAL_MS, plan_of

PROMOTE_EVERY_S = 0.01
IDLE_S = 0.005


class Worker:
    """Takes jobs one after the other until it is told to end."""

    def __init__(self, socket: str, journal_path: str, token: str, max_stalled: int, dead_letters: bool) -> None:
        self.client: Any = redis.Redis(unix_socket_path=socket, decode_responses=True)
        self.journal = Journal(journal_path)
        self.lock_params = LockParams(token, LOCK_MS)
        self.max_stalled = max_stalled
        self.dead = {name: keys.dead_letters() if dead_letters else None for name, keys in QUEUES.items()}
        self.ending = False
        self._popped = 0
        self._promote_at = 0.0
        self._check_at = 0.0
        signal.signal(signal.SIGTERM, self._end)

    def _end(self, *_: object) -> None:
        self.ending = True

    def run(self) -> None:
        """Work."""
        while not self.ending:
            idle = True
            for keys in QUEUES.values():
                self._timers()
                job = self._next(keys)
                while job is not None:
                    idle = False
                    job = self._work(keys, job)
                    self._timers()
            if idle:
                time.sleep(IDLE_S)

    def _server_us(self) -> int:
        seconds, micros = self.client.time()
        return int(seconds) * 1_000_000 + int(micros)

    def _timers(self) -> None:
        now = time.monotonic()
        if now >= self._promote_at:
            self._promote_at = now + PROMOTE_EVERY_S
            for keys in QUEUES.values():
                promote_due_jobs(self.client, keys, now_ms=_now_ms())
        if now >= self._check_at:
            self._check_at = now + STALLED_INTERVAL_MS / 1_000
            for keys in QUEUES.values():
                check = check_stalled_jobs(
                    self.client,
                    keys,
                    now_ms=_now_ms(),
                    max_stalled=self.max_stalled,
                    interval_ms=STALLED_INTERVAL_MS,
                    dead=self.dead[keys.name],
                )
                if check.stalled or check.failed:
                    self.journal.write("stalled", queue=keys.name, stalled=check.stalled, failed=check.failed)

    def _next(self, keys: QueueKeys) -> Job | None:
        self._popped += 1
        before = self._server_us()
        if self._popped % 3:
            job = dequeue(self.client, keys, self.lock_params, now_ms=_now_ms())
            return self._note_taken(keys, job, "take", before)
        job_id = pop_waiting(self.client, keys)
        if job_id is None:
            return None
        job = lock_popped(self.client, keys, job_id, self.lock_params, now_ms=_now_ms())
        return self._note_taken(keys, job, "pop", before)

    def _note_taken(self, keys: QueueKeys, job: Any, how: str, before: int) -> Job | None:
        if job is None:
            return None
        assert isinstance(job, Job)
        token = self.lock_params.token
        self.journal.write(
            "taken", queue=keys.name, job=job.id, token=token, how=how, before=before, after=self._server_us()
        )
        return job

    def _work(self, keys: QueueKeys, job: Job) -> Job | None:
        """Run one job and return the next, if one came with its completion."""
        plan = plan_of(job.data["n"])
        if plan.nap and job.stalled_counter == 0:
            time.sleep(NAP_MS / 1_000)
        else:
            self._work_for(keys, job, plan.work_ms)
        if job.attempts_made < plan.failures:
            self._fail(keys, job, "not yet")
            return None
        self.journal.write("effect", queue=keys.name, job=job.id)
        before = self._server_us()
        self.journal.write("ending", queue=keys.name, job=job.id, how="complete", before=before)
        try:
            done = complete_job(
                self.client, keys, job, self.lock_params, now_ms=_now_ms(), fetch_next=job.data["n"] % 2 == 0
            )
        except FinishRefused as refusal:
            self.journal.write("refused", queue=keys.name, job=job.id, why=str(refusal), after=self._server_us())
            self._fail(keys, job, str(refusal))
            return None
        self.journal.write("ended", queue=keys.name, job=job.id, how="completed", evicted=done.evicted)
        return self._note_taken(keys, done.next_job, "next", before)

    def _work_for(self, keys: QueueKeys, job: Job, work_ms: int) -> None:
        while work_ms > 0:
            step_ms = min(work_ms, EXTEND_EVERY_MS)
            time.sleep(step_ms / 1_000)
            work_ms -= step_ms
            if work_ms > 0:
                before = self._server_us()
                if extend_lock(self.client, keys, job.id, self.lock_params):
                    self.journal.write("extended", queue=keys.name, job=job.id, before=before)

    def _fail(self, keys: QueueKeys, job: Job, message: str) -> None:
        self.journal.write("ending", queue=keys.name, job=job.id, how="fail", before=self._server_us())
        try:
            error, rules = ErrorText(message, "-"), FailureRules(BULL, dead=self.dead[keys.name])
            failed = fail_job(self.client, keys, job, self.lock_params, error, rules, now_ms=_now_ms())
        except FinishRefused as refusal:
            self.journal.write("refused", queue=keys.name, job=job.id, why=str(refusal), after=self._server_us())
        else:
            self.journal.write("ended", queue=keys.name, job=job.id, how=failed.verdict, evicted=failed.evicted)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


if __name__ == "__main__":
    Worker(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5] == "1").run()
