"""The application process of in-process mode: it runs each job itself, inside the request that wants it done."""

from collections import Counter, deque
from itertools import count

from sim.engine.arrivals import Arrival
from sim.engine.attempt import HandlerCall
from sim.engine.clock import EPOCH_MS
from sim.engine.iterations import Iterations
from sim.engine.job_timeout import JobTimeout, Relieved, TimedOut
from sim.engine.process import Process, Steps
from sim.engine.run_context import RunContext
from sim.engine.service_times import service_times
from sim.handlers.base import JobInput
from sim.handlers.errors import PermanentError, TransientError
from sim.queue.repeat import next_time_ms
from sim.queue.timeout import timeout_of
from sim.results.trace import EventKind
from sim.scenario.workload import Workload

NAME = "application"


class _Place:
    """One of the jobs that may run at a time; a handler that has timed out gives it away."""

    __slots__ = ("is_given_away",)

    def __init__(self) -> None:
        self.is_given_away = False


class InProcessApplication(Process):
    """Immediate, synchronous, without retry and without any record: what is in progress dies with the process.

    It has no use for Redis. It keeps a queue's `timeout`: so long its caller waits, and then hears an error.

    Source: reliability-model.md, In-Process Mode.
    """

    def __init__(self, run: RunContext) -> None:
        super().__init__(run.time, NAME)
        self.scenario = run.scenario
        self.recorder = run.recorder
        self.runner = run.runner
        self.errors = run.errors
        self._waiting: deque[Arrival] = deque()
        self._held: dict[str, None] = {}
        self._waiting_of: Counter[str] = Counter()
        self._held_of: Counter[str] = Counter()
        self._handlers = {name: config.job for name, config in run.scenario.queues.items()}
        self._drawn = {
            name: service_times(name, config, run.streams)
            for name, config in run.scenario.queues.items()
            if config.service_drawn == "per-attempt"
        }
        allowed = run.scenario.application.concurrency
        self._iterations = Iterations(run.scenario, run.streams)
        self._scheduled = [entry for entry in run.scenario.workload if entry.schedules]
        self.timers = 0
        """Schedules that go on: none when the process is down."""
        self._slots = None if allowed == "unlimited" else int(allowed)

    def start(self) -> None:
        """Start as a new process, with an empty memory."""
        super().start()
        self._forget_all()
        self.recorder.world(EventKind.WORKER_STARTED, self.name, generation=self.generation)
        for entry in self._scheduled:
            self.timers += 1
            self.spawn(self._timer(entry))

    def _timer(self, entry: Workload) -> Steps:
        """Run a job whenever a schedule says so, as a timer in the process does; times that it misses are gone."""
        schedule = entry.schedules[min(self.generation, len(entry.schedules)) - 1]
        for _ in count() if schedule.limit is None else range(schedule.limit):
            made_ms = EPOCH_MS + self.clock_shifts.total_ms + self.env.now
            due_ms = next_time_ms(made_ms, schedule.options)
            if due_ms is None or (schedule.end is not None and due_ms > EPOCH_MS + schedule.end):
                break
            yield self.env.timeout(due_ms - made_ms)
            yield from self.until_thawed()
            if self.closing:
                break
            name, service_ms = self._iterations.next(entry.queue)
            number, now_ms = self._iterations.number_of(entry), self.env.now
            self.recorder.offered(entry.queue, name, self._iterations.offer(entry.queue))
            self.submit(Arrival(name, entry.queue, number, now_ms, service_ms, True, entry, None, None))
        self.timers -= 1

    def die(self) -> None:
        """Die at once; nobody is left who knows of the jobs it held."""
        self._forget_all()
        super().die()

    def _forget_all(self) -> None:
        self.timers = 0
        self._waiting.clear()
        self._held.clear()
        self._waiting_of.clear()
        self._held_of.clear()

    @property
    def holds(self) -> list[str]:
        """The jobs that it is running or keeps waiting."""
        return list(self._held)

    def holds_of(self, queue: str) -> tuple[int, int]:
        """Count the jobs of one queue that it keeps waiting, and those that it is running."""
        waiting = self._waiting_of[queue]
        return waiting, self._held_of[queue] - waiting

    def submit(self, arrival: Arrival) -> None:
        """Take a job over and run it; refuse it while the process is down."""
        if not self.alive or self.closing:
            more = {"error": "connect ECONNREFUSED: the application is down"}
            self.recorder.job(arrival.queue, arrival.name, EventKind.REJECTED, "producer", more)
            return
        self.recorder.job(arrival.queue, arrival.name, EventKind.ENQUEUED, self.name)
        self._held[arrival.name] = None
        self._held_of[arrival.queue] += 1
        if self._slots is None or self.running < self._slots:
            self.running += 1
            self.spawn(self._run(arrival))
        else:
            self._waiting.append(arrival)
            self._waiting_of[arrival.queue] += 1

    def _run(self, arrival: Arrival | None) -> Steps:
        """Run one job, if any, then those that waited for its place."""
        place = _Place()
        try:
            current = arrival
            while current is not None:
                yield from self._attempt(current, place)
                current = self._next_after(current)
        except Relieved:
            return
        finally:
            if not place.is_given_away:
                self.running -= 1
        if self.closing:
            self.leave_if_done()

    def _next_after(self, arrival: Arrival) -> Arrival | None:
        """Let go of a job of which its caller has heard, and return the one that has waited longest."""
        del self._held[arrival.name]
        self._held_of[arrival.queue] -= 1
        if not self._waiting:
            return None
        arrival = self._waiting.popleft()
        self._waiting_of[arrival.queue] -= 1
        return arrival

    def _attempt(self, arrival: Arrival, place: _Place) -> Steps:
        """Run the handler once; an error goes straight back to the caller."""
        yield from self.until_thawed()
        config, handler = self.scenario.queues[arrival.queue], self._handlers[arrival.queue]
        attempt = self.recorder.started(arrival.queue, arrival.name, self.name)
        job = JobInput(
            arrival.name,
            handler.sample_data(arrival.number, valid=arrival.valid),
            config.idempotency_key,
        )
        limit = None if config.timeout is None else self._limit(arrival, job, attempt, place)
        try:
            service_ms = self._service_ms(arrival, attempt)
            yield from self.runner.run(self, HandlerCall(arrival.queue, handler.handle, job, attempt, service_ms))
        except (TransientError, PermanentError) as error:
            if limit is not None:
                limit.handler_ended(error)
            self._fail(arrival, job, attempt, error)
            return
        finally:
            if limit is not None:
                limit.over = True
        if limit is not None:
            limit.handler_ended()
        self.recorder.attempt(arrival.queue, arrival.name, EventKind.COMPLETED, attempt, self.name)

    def _service_ms(self, arrival: Arrival, attempt: int) -> int:
        times = self._drawn.get(arrival.queue)
        if times is None:
            return arrival.service_ms
        times.remember(arrival.name, arrival.service_ms, arrival.workload)
        return times.of(arrival.name, attempt)

    def _fail(self, arrival: Arrival, job: JobInput, attempt: int, error: Exception) -> None:
        """Let the caller hear of an error."""
        more = {"error": str(error), "permanent": isinstance(error, PermanentError)}
        self.recorder.attempt(arrival.queue, arrival.name, EventKind.ATTEMPT_FAILED, attempt, self.name, more)
        more = {"reason": str(error), "kept": False}
        self.recorder.attempt(arrival.queue, arrival.name, EventKind.FAILED, attempt, self.name, more)
        with self.errors.of_call(arrival.queue, arrival.name, attempt, self.name, error, job.data) as note:
            note.became("failed", 0)

    def _limit(self, arrival: Arrival, job: JobInput, attempt: int, place: _Place) -> JobTimeout | None:
        """Start the timeout of a call; when it is over, the next job has the place of this one."""
        timeout = timeout_of(self.scenario.queues[arrival.queue].timeout)
        if timeout is None:
            return None

        def take_over(error: TimedOut) -> Steps:
            place.is_given_away = True
            self._fail(arrival, job, attempt, error)
            yield from self._run(self._next_after(arrival))

        return JobTimeout(self, self.recorder, (arrival.queue, arrival.name, attempt), timeout, take_over)
