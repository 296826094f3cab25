"""The application process of in-process mode: it runs each job itself, inside the request that wants it done."""

from collections import Counter, deque

from sim.engine.arrivals import Arrival
from sim.engine.attempt import HandlerCall
from sim.engine.process import Process, Steps
from sim.engine.run_context import RunContext
from sim.handlers.base import JobInput
from sim.handlers.errors import PermanentError, TransientError
from sim.results.trace import EventKind

NAME = "application"


class InProcessApplication(Process):
    """Immediate, synchronous, without retry and without any record: what is in progress dies with the process.

    It has no use for Redis.

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
        allowed = run.scenario.application.concurrency
        self._slots = None if allowed == "unlimited" else int(allowed)

    def start(self) -> None:
        """Start as a new process, with an empty memory."""
        super().start()
        self._forget_all()
        self.recorder.world(EventKind.WORKER_STARTED, self.name, generation=self.generation)

    def die(self) -> None:
        """Die at once; nobody is left who knows of the jobs it held."""
        self._forget_all()
        super().die()

    def _forget_all(self) -> None:
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

    def _run(self, arrival: Arrival) -> Steps:
        """Run one job, then those that waited for its place."""
        try:
            current: Arrival | None = arrival
            while current is not None:
                yield from self._attempt(current)
                del self._held[current.name]
                self._held_of[current.queue] -= 1
                current = self._next()
        finally:
            self.running -= 1
        if self.closing:
            self.leave_if_done()

    def _next(self) -> Arrival | None:
        if not self._waiting:
            return None
        arrival = self._waiting.popleft()
        self._waiting_of[arrival.queue] -= 1
        return arrival

    def _attempt(self, arrival: Arrival) -> Steps:
        """Run the handler once; an error goes straight back to the caller."""
        yield from self.until_thawed()
        config, handler = self.scenario.queues[arrival.queue], self._handlers[arrival.queue]
        attempt = self.recorder.started(arrival.queue, arrival.name, self.name)
        job = JobInput(
            arrival.name,
            handler.sample_data(arrival.number, valid=arrival.valid),
            config.idempotency_key,
        )
        try:
            call = HandlerCall(arrival.queue, handler.handle, job, attempt, arrival.service_ms)
            yield from self.runner.run(self, call)
        except (TransientError, PermanentError) as error:
            more = {"error": str(error), "permanent": isinstance(error, PermanentError)}
            self.recorder.attempt(arrival.queue, arrival.name, EventKind.ATTEMPT_FAILED, attempt, self.name, more)
            more = {"reason": str(error), "kept": False}
            self.recorder.attempt(arrival.queue, arrival.name, EventKind.FAILED, attempt, self.name, more)
            with self.errors.of_call(arrival.queue, arrival.name, attempt, self.name, error, job.data) as note:
                note.became("failed", 0)
            return
        self.recorder.attempt(arrival.queue, arrival.name, EventKind.COMPLETED, attempt, self.name)
