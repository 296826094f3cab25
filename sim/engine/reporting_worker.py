"""How a worker reports that an attempt failed, to the queue and to the error log."""

from collections.abc import Mapping
from functools import partial

from redis.exceptions import ResponseError

from sim.engine.failures import FailureNote
from sim.engine.process import Steps
from sim.engine.queue_parts import QueueParts
from sim.engine.redis_server import CommandFailed, RedisServer
from sim.engine.run_context import RunContext
from sim.engine.slow_calls import note_unheard_failure
from sim.engine.stack_trace import short_stack
from sim.engine.worker_process import WorkerProcess
from sim.handlers.errors import PermanentError
from sim.queue.backoff import Strategy
from sim.queue.dequeue import LockParams
from sim.queue.errors import FinishRefused
from sim.queue.finish import ErrorText, Failed, FailureRules, fail_job
from sim.queue.job import Job
from sim.queue.store import Store
from sim.results.trace import EventKind


class ReportingWorker(WorkerProcess):
    """A process that works for one queue and reports what fails."""

    def __init__(self, run: RunContext, name: str, queue: QueueParts, store: Store, server: RedisServer) -> None:
        super().__init__(run, name, queue, store, server)
        self.errors = run.errors

    def report_refusal(self, job: Job, name: str, attempt: int, refusal: Exception) -> Steps:
        """Report an attempt as failed whose success the queue refused to record, as Bull does."""
        yield from self.until_thawed()
        more = {"error": str(refusal)}
        self.recorder.attempt(self.queue.name, name, EventKind.ACK_REJECTED, attempt, self.name, more)
        yield from self.report_failure(job, name, attempt, refusal, refused_before=True)

    def report_failure(
        self, job: Job, name: str, attempt: int, error: Exception, *, refused_before: bool = False
    ) -> Steps:
        """Tell the queue that the attempt failed, and the error log what happened to it."""
        with self.errors.of_job(self.queue.name, name, attempt, self.name, error, job) as note:
            yield from self._tell_of_failure(job, name, attempt, error, note, refused_before=refused_before)

    def _tell_of_failure(
        self, job: Job, name: str, attempt: int, error: Exception, note: FailureNote, *, refused_before: bool
    ) -> Steps:
        """Tell the queue that the attempt failed."""
        queue = self.queue
        permanent = isinstance(error, PermanentError)
        if not refused_before:
            more = {"error": str(error), "permanent": permanent}
            self.recorder.attempt(queue.name, name, EventKind.ATTEMPT_FAILED, attempt, self.name, more)
        if permanent and queue.config.discard_permanent:
            job.discard()
        called_ms = self.env.now
        strategies = None if queue.strategy is None else queue.strategy.of(name, permanent=permanent)
        try:
            failed = yield from self.call(
                partial(
                    self._fail, job, (job.attempts_made, list(job.stacktrace)), self.lock_params, error, strategies
                ),
                "fail",
                partial(note_unheard_failure, self, name),
            )
        except (FinishRefused, CommandFailed, ResponseError) as refusal:
            yield from self.until_thawed()
            if not refused_before:
                more = {"error": str(refusal)}
                self.recorder.attempt(queue.name, name, EventKind.ACK_REJECTED, attempt, self.name, more)
            raise
        note.became(failed.verdict if failed.dead_id is None else "dead-lettered", failed.delay_ms)
        if failed.verdict == "failed":
            more = {"reason": str(error), "kept": job.id not in failed.evicted}
            self.recorder.attempt(queue.name, name, EventKind.FAILED, attempt, self.name, more)
            self.note_evicted(failed.evicted, "failed")
            if failed.dead_id is not None:
                self.note_dead(name, failed.dead_id)
            return
        more = {"delay_ms": failed.delay_ms}
        self.recorder.attempt(queue.name, name, EventKind.RETRY_SCHEDULED, attempt, self.name, more)
        if failed.verdict == "delayed":
            due_ms = self.epoch_ms + called_ms + failed.delay_ms
            queue.promoter.hear(waited=self.env.now > called_ms, due_ms=due_ms)
        else:
            queue.blocked_clients.serve()

    def _fail(
        self,
        job: Job,
        before: tuple[int, list[str]],
        lock_params: LockParams,
        error: Exception,
        strategies: Mapping[str, Strategy] | None,
        *,
        now_ms: int,
    ) -> Failed:
        """Send the failure of an attempt; sent again, it says the same again."""
        job.attempts_made, job.stacktrace = before[0], list(before[1])
        queue, is_heard_at_once = self.queue, self.link.is_open
        failed = fail_job(
            self.store,
            queue.keys,
            job,
            lock_params,
            ErrorText(str(error), short_stack(error)),
            FailureRules(self.semantics, strategies, queue.dead),
            now_ms=now_ms,
        )
        if not is_heard_at_once:  # others hear of the job before this process hears the answer
            if failed.verdict == "delayed":
                queue.promoter.hear(waited=False, due_ms=now_ms + failed.delay_ms)
            elif failed.verdict == "retry":
                queue.blocked_clients.serve()
        return failed
