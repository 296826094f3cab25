"""The application process of in-process mode: it runs each job itself, inside the request that wants it done."""

from collections import deque

from sim.handlers.catalogue import HANDLERS
from sim.handlers.errors import PermanentError, TransientError
from sim.handlers.job_input import JobInput
from sim.ledger.events import Event
from sim.scenario.schema import Scenario
from sim.world.attempt import AttemptRunner
from sim.world.clock import SimulatedTime
from sim.world.error_log import ErrorLog
from sim.world.offers import Offer
from sim.world.process import Process, Steps
from sim.world.recorder import Recorder

NAME = "application"


class InProcessApplication(Process):
    """Immediate, synchronous, without retry and without any record: what is in progress dies with the process.

    It has no use for Redis.

    Source: reliability-model.md, In-Process Mode.
    """

    def __init__(
        self, env: SimulatedTime, scenario: Scenario, recorder: Recorder, runner: AttemptRunner, errors: ErrorLog
    ) -> None:
        super().__init__(env, NAME)
        self.scenario = scenario
        self.recorder = recorder
        self.runner = runner
        self.errors = errors
        self._waiting: deque[Offer] = deque()
        self._held: dict[str, None] = {}
        allowed = scenario.application.concurrency
        self._slots = None if allowed == "unlimited" else int(allowed)

    def start(self) -> None:
        """Start as a new process, with an empty memory."""
        super().start()
        self._waiting.clear()
        self._held.clear()
        self.recorder.world(Event.WORKER_STARTED, self.name, generation=self.generation)

    def die(self) -> None:
        """Die at once; nobody is left who knows of the jobs it held."""
        self._waiting.clear()
        self._held.clear()
        super().die()

    @property
    def holds(self) -> list[str]:
        """The jobs that it is running or keeps waiting."""
        return list(self._held)

    def holds_of(self, queue: str) -> tuple[int, int]:
        """Count the jobs of one queue that it keeps waiting, and those that it is running."""
        waiting = sum(offer.queue == queue for offer in self._waiting)
        held = sum(name.rpartition("-")[0] == queue for name in self._held)
        return waiting, held - waiting

    def submit(self, offer: Offer) -> None:
        """Take a job over and run it; refuse it while the process is down."""
        if not self.alive:
            more = {"error": "connect ECONNREFUSED: the application is down"}
            self.recorder.job(offer.queue, offer.name, Event.REJECTED, "producer", more)
            return
        self.recorder.job(offer.queue, offer.name, Event.ACCEPTED, self.name)
        self._held[offer.name] = None
        if self._slots is None or self.running < self._slots:
            self.running += 1
            self.spawn(self._run(offer))
        else:
            self._waiting.append(offer)

    def _run(self, offer: Offer) -> Steps:
        """Run one job, then those that waited for its place."""
        try:
            current: Offer | None = offer
            while current is not None:
                yield from self._attempt(current)
                self._held.pop(current.name, None)
                current = self._waiting.popleft() if self._waiting else None
        finally:
            self.running -= 1

    def _attempt(self, offer: Offer) -> Steps:
        """Run the handler once; an error goes straight back to the caller."""
        yield from self.until_thawed()
        config = self.scenario.queues[offer.queue]
        attempt = self.recorder.started(offer.queue, offer.name, self.name)
        job = JobInput(
            offer.name, HANDLERS[config.handler].sample_data(offer.number, valid=offer.valid), config.idempotency_key
        )
        try:
            yield from self.runner.run(self, offer.queue, config.handler, job, attempt, offer.service_ms)
        except (TransientError, PermanentError) as error:
            more = {"error": str(error), "permanent": isinstance(error, PermanentError)}
            self.recorder.attempt(offer.queue, offer.name, Event.ATTEMPT_FAILED, attempt, self.name, more)
            more = {"reason": str(error), "kept": False}
            self.recorder.attempt(offer.queue, offer.name, Event.FAILED, attempt, self.name, more)
            with self.errors.of_call(offer.queue, offer.name, attempt, self.name, error, job.data) as note:
                note.became("failed", 0)
            return
        self.recorder.attempt(offer.queue, offer.name, Event.COMPLETED, attempt, self.name)
