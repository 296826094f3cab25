"""A worker process of one queue: slots that run jobs, and the timers that Bull runs beside them."""

from collections.abc import Callable
from functools import partial

from redis.exceptions import ResponseError

from sim.engine.attempt import HandlerCall, Hooks
from sim.engine.event_loop import EventLoop
from sim.engine.job_timeout import JobTimeout, Relieved, TimedOut
from sim.engine.process import Crashed, Steps
from sim.engine.queue_parts import QueueParts
from sim.engine.redis_server import CommandFailed, RedisServer
from sim.engine.reporting_worker import ReportingWorker
from sim.engine.run_context import RunContext
from sim.engine.schedules import note_planned, plan_next
from sim.engine.slow_calls import SlowCalls, SlowDelays, SlowPops
from sim.engine.worker_timers import LockRenewals, Run, look_for_stalled_jobs
from sim.handlers.base import JobInput
from sim.handlers.errors import PermanentError, TransientError
from sim.queue.dequeue import LockParams, RateLimited, dequeue, lock_popped
from sim.queue.errors import FinishRefused, UnknownBackoff, UnreadableOptions
from sim.queue.finish import complete_job
from sim.queue.job import Job
from sim.queue.store import Store, native_form
from sim.results.trace import EventKind

QUIT_WAITS_MS = 500
"""For so long `queue.close()` waits for a blocked pop before it breaks the connection; a job that comes meanwhile runs.

Source: BULL_FACTS 19; redisClientDisconnect of Bull 4.16.5.
"""


class QueueWorker(ReportingWorker):
    """A process that called Bull's ``process()`` on one queue."""

    def __init__(self, run: RunContext, name: str, queue: QueueParts, store: Store, server: RedisServer) -> None:
        super().__init__(run, name, queue, store, server)
        self.runner = run.runner
        self.hooks: Hooks = run.faults
        self._drained = True
        self._handle = queue.job.handle
        self._idempotent = queue.config.idempotency_key
        self._renewals = LockRenewals(self)
        self._pops = SlowPops(self)
        self._delays = SlowDelays(self)
        self._calls = SlowCalls(self)
        self._loop: EventLoop | None = None

    def use(self, store: Store) -> None:
        """Send commands there from now on."""
        super().use(store)
        self._dequeue = native_form(store, dequeue)
        self._lock_popped = native_form(store, lock_popped)
        self._complete = native_form(store, complete_job)

    # -- life ---------------------------------------------------------------------------------------------------

    def start(self, age_ms: int = 0) -> None:
        """Start as a new process: look for stalled jobs at once, then run slots and timers.

        Args:
            age_ms: For how long it has been running already: its timers are then under way.
        """
        super().start()
        self.started_ms -= age_ms
        settings = self.queue.settings
        self.lock_params = LockParams(f"{self.name}#{self.generation}", settings.lock_duration)
        self._drained = True
        self._calls.taking = 0
        self._delays.forget()
        self._pops.forget()
        self._loop = EventLoop(self.env, self) if settings.blocking else None
        self._renewals.forget()
        self.recorder.world(EventKind.WORKER_STARTED, self.name, generation=self.generation)
        self.spawn(look_for_stalled_jobs(self))
        for _ in range(settings.concurrency):
            self.spawn(self._slot())
        self.spawn(self._renewals.timer())
        self._delays.watch()
        self.queue.promoter.wake(self)

    def die(self) -> None:
        """Die at once; its blocked pops and its connection go with it."""
        self.queue.blocked_clients.leave(self)
        super().die()

    def _close(self) -> None:
        """Take nothing new, but what still comes to a blocked pop: QUIT waits behind it, and Bull gives up on that."""
        super()._close()
        if self.alive:
            self.spawn(self._break_off_pops())

    def _break_off_pops(self) -> Steps:
        yield self.env.timeout(QUIT_WAITS_MS)
        yield from self.until_thawed()
        self.queue.blocked_clients.break_connection(self)

    @property
    def _is_at_work(self) -> bool:
        return self.running > 0 or self._calls.taking > 0 or self.queue.blocked_clients.is_blocked(self)

    @property
    def _is_disconnecting(self) -> bool:
        return self.queue.blocked_clients.is_blocked(self)

    def _leave_jobs(self) -> Steps:
        """Leave with the job that still came to a blocked pop: it has just begun."""
        yield self.env.moment_over(0)
        yield from self.until_thawed()
        self.leave_if_done()

    def cut_off(self) -> None:
        """Redis forgets the blocked pops of a connection that is gone."""
        if not self.cuts:
            self.queue.blocked_clients.break_connection(self)
        super().cut_off()

    def _stops_now(self) -> None:
        """Redis goes on serving a blocked pop until it times out."""
        self.queue.blocked_clients.note_frozen(self)

    def _goes_on(self) -> None:
        """Look for delayed jobs that became due meanwhile."""
        self.queue.blocked_clients.note_thawed(self)
        super()._goes_on()
        self.queue.promoter.wake(self)
        if self.server.state != "hung":
            self.queue.blocked_clients.serve()

    def promote_slowly(self) -> bool:
        """Look for due jobs where Redis does not answer at once; tell whether it can."""
        can = self.alive and not self.closing and not self.frozen and self.server.state == "up" and self.link.is_slow
        if can:
            self._delays.look()
        return can

    def _came_back(self) -> None:
        self.queue.promoter.wake(self)

    def clock_moved(self) -> None:
        """Go by the new clock; a timer for delayed jobs that runs already goes on as it was set."""
        super().clock_moved()
        self.queue.promoter.go_by_own_clocks()

    def slow_down(self, fault: str, latency: Callable[[], int]) -> None:
        """Let Redis answer it later; the pops that it has there by now time out for good."""
        super().slow_down(fault, latency)
        if self.alive:
            self._pops.watch()
            self._delays.watch()

    # -- slots --------------------------------------------------------------------------------------------------

    def _slot(self, report: Steps | None = None) -> Steps:
        """Take a job, run it, and again; after an error of the queue itself rest for a while.

        Args:
            report: Comes first, where the slot is taken over from a handler that has timed out.
        """
        while report is not None or not self.closing:
            first, report = report, None
            try:
                job = yield from (self._next_job() if first is None else first)
                if self.forced and job is not None:
                    self.spawn(self._leave_jobs())
                while job is not None:
                    job = yield from self._run(job)
                if self.closing:
                    self.leave_if_done()
            except Relieved:
                return
            except (CommandFailed, FinishRefused, UnknownBackoff, ResponseError, ValueError) as error:
                self.note_trouble(error)
                if self.closing:
                    self.leave_if_done()
                    return
                yield self.env.timeout(self.queue.settings.retry_process_delay)
                yield from self.until_thawed()

    def _next_job(self) -> Steps:
        """Return the next job, locked; wait for one as a blocked client of Redis where there is none."""
        queue = self.queue
        if self.frozen:
            yield from self.until_thawed()
        if not self._drained:
            made_ms = self.epoch_ms + self.env.now
            if self.link.is_open:
                taken = self._dequeue(self.store, queue.keys, self.lock_params, now_ms=made_ms, limit=queue.limit)
            else:
                taken = yield from self._calls.next_job(lambda: self._dequeue, made_ms)
            if type(taken) is Job:
                return taken
            self._note_drained(taken)
            if self.frozen:
                yield from self.until_thawed()
        if self.link.is_open:
            arrival = queue.blocked_clients.enter(self)
        else:
            arrival = yield from self._pops.enter()
        job_id = yield arrival
        if not self.link.is_plain:
            job_id = yield from self._pops.hear(job_id)
        if self.frozen:
            yield from self.until_thawed()
        if job_id is None:
            return None
        name = self.recorder.name_of(queue.name, job_id)
        if self.hooks.watches_steps and self.hooks.reaches("between-take-and-lock", self, queue.name, name):
            self.recorder.job(queue.name, name, EventKind.POPPED, self.name)
            raise Crashed
        made_ms = self.epoch_ms + self.env.now
        if self.link.is_open:
            taken = self._lock_popped(
                self.store, queue.keys, job_id, self.lock_params, now_ms=made_ms, limit=queue.limit
            )
        else:
            self.recorder.job(queue.name, name, EventKind.POPPED, self.name)
            taken = yield from self._calls.lock(lambda: self._lock_popped, job_id, made_ms)
        if type(taken) is Job:
            self._drained = False
            return taken
        self._note_drained(taken)
        return None

    def _note_drained(self, taken: Job | RateLimited | None) -> None:
        """Take note that nobody waits, or that the rate limiter held the first back."""
        self._drained = True
        if isinstance(taken, RateLimited):
            queue = self.queue
            name = self.recorder.name_of(queue.name, taken.job_id)
            if taken.is_dropped:
                self.recorder.job(queue.name, name, EventKind.DROPPED, self.name, {"why": "rate limit"})
                return
            more = {"delay_ms": round(taken.delay_ms), "why": "rate limit"}
            self.recorder.job(queue.name, name, EventKind.RETRY_SCHEDULED, self.name, more)
            queue.promoter.wake()

    def _run(self, job: Job) -> Steps:
        """Run one attempt and report its end; return the next job when the report brought one back."""
        queue = self.queue
        if job.options.is_repeated:
            yield from self._plan_next(job)
        name = self.name_of(job)
        attempt = self.recorder.started(queue.name, name, self.name, job.attempts_made)
        run = self._renewals.begin(job.id)
        self.running += 1
        limit = None if job.options.timeout is None else self._limit(job, name, attempt, run)
        try:
            try:
                data = job.data if type(job.data) is dict else {}
                given = JobInput(name, data, self._idempotent)
                call = HandlerCall(queue.name, self._handle, given, attempt, queue.service_ms.of(name, attempt))
                value = yield from self.runner.run(self, call, loop=self._loop)
            except (TransientError, PermanentError) as error:
                if limit is not None:
                    limit.handler_ended(error)
                yield from self.report_failure(job, name, attempt, error)
                return None
            if limit is not None:
                limit.handler_ended()
            made_ms = self.epoch_ms + self.env.now
            try:
                if self.link.is_open:
                    done = self._complete(
                        self.store,
                        queue.keys,
                        job,
                        self.lock_params,
                        now_ms=made_ms,
                        return_value=value,
                        fetch_next=queue.limit is None and not self.closing,
                    )
                else:
                    done = yield from self._calls.complete(lambda: self._complete, job, name, value, made_ms)
            except (FinishRefused, UnreadableOptions, CommandFailed, ResponseError) as refusal:
                yield from self.report_refusal(job, name, attempt, refusal)
                return None
            self.recorder.completed(queue.name, name, attempt, self.name)
            if done.evicted:
                self.recorder.evicted(queue.name, done.evicted, self.name, "completed")
            if self.frozen:
                yield from self.until_thawed()
            return done.next_job
        finally:
            if limit is None or not limit.has_fired:
                self.running -= 1
                run.over = True
            if limit is not None:
                limit.over = True

    def _limit(self, job: Job, name: str, attempt: int, run: Run) -> JobTimeout | None:
        """Start the timeout of an attempt; when it is over, another slot takes the place of the one that runs it."""
        timeout = job.options.timeout
        if timeout is None:
            return None

        def report(error: TimedOut) -> Steps:
            try:
                yield from self.report_failure(job, name, attempt, error)
            finally:
                self.running -= 1
                run.over = True

        def take_over(error: TimedOut) -> Steps:
            return self._slot(report(error))

        return JobTimeout(self, self.recorder, (self.queue.name, name, attempt), timeout, take_over)

    def _plan_next(self, job: Job) -> Steps:
        """Add the job that follows in the schedule of one that was handed out."""
        now_ms = self.made_ms
        plan = partial(plan_next, self.store, self.queue, job, now_ms=now_ms)
        planned = plan() if self.link.is_open else (yield from self.ask(plan))
        note_planned(self.recorder, self.queue, planned, now_ms=now_ms)
