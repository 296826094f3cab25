"""Writes the ledger, and knows which offer stands behind an id of the queue."""

from typing import Any, Protocol

from sim.ledger.events import Event, Ledger, Record


class RunTime(Protocol):
    """Anything that knows how far a run is: SimPy's environment, or the scaled clock of a rehearsal."""

    @property
    def now(self) -> float:
        """Milliseconds since the run began."""


_record = tuple.__new__
"""Makes a record from its fields in a third of the time that its own constructor takes."""


class Recorder:
    """The ledger's pen.

    The queue knows jobs by ids, which start again at 1 when Redis loses everything; the ledger knows them by the names
    of their offers, which never repeat.
    """

    def __init__(self, env: RunTime, ledger: Ledger) -> None:
        self._env = env
        self._append = ledger.records.append
        self._names: dict[tuple[str, str], str] = {}
        self._starts: dict[str, int] = {}
        self._known: set[str] = set()

    def world(self, event: Event, worker: str | None = None, **more: Any) -> None:
        """Write down something that concerns no single job."""
        self._append(_record(Record, (int(self._env.now), None, None, event, 0, worker, more or None)))

    def job(
        self, queue: str, job: str, event: Event, worker: str | None = None, more: dict[str, Any] | None = None
    ) -> None:
        """Write down something that happened to a job; the attempt is the latest one that started."""
        self._append(_record(Record, (int(self._env.now), queue, job, event, self._starts.get(job, 0), worker, more)))

    def attempt(
        self,
        queue: str,
        job: str,
        event: Event,
        attempt: int,
        worker: str,
        more: dict[str, Any] | None = None,
    ) -> None:
        """Write down something that happened in one attempt."""
        self._append(_record(Record, (int(self._env.now), queue, job, event, attempt, worker, more)))

    def offered(self, queue: str, job: str, more: dict[str, Any] | None = None) -> None:
        """Write down a new job."""
        self._known.add(job)
        self._append(_record(Record, (int(self._env.now), queue, job, Event.OFFERED, 0, "producer", more)))

    def accepted(self, queue: str, job: str, job_id: str, delay_ms: int = 0) -> None:
        """Write down that the queue has the job, and under which id."""
        self._names[queue, job_id] = job
        more: dict[str, Any] = {"id": job_id}
        if delay_ms:
            more["delay_ms"] = delay_ms
        self.job(queue, job, Event.ACCEPTED, "producer", more)

    def started(self, queue: str, job: str, worker: str, more: dict[str, Any] | None = None) -> int:
        """Write down the start of a handler and return which attempt it is, from 1."""
        attempt = self._starts.get(job, 0) + 1
        self._starts[job] = attempt
        self._append(_record(Record, (int(self._env.now), queue, job, Event.STARTED, attempt, worker, more)))
        return attempt

    def name_of(self, queue: str, job_id: str) -> str:
        """Return the offer behind an id; a job that nobody offered (put there by hand) becomes an offer now."""
        name = self._names.get((queue, job_id))
        if name is None:
            name = f"{queue}#{job_id}"
            if name not in self._known:
                self.offered(queue, name, {"by": "hand"})
            self.accepted(queue, name, job_id)
        return name

    def learn(self, queue: str, job_id: str, job: str) -> None:
        """Take note of the offer behind an id without writing anything down."""
        self._names[queue, job_id] = job

    def dead_letter(self, queue: str, dead_queue: str, dead_id: str) -> str:
        """Return the offer behind an id of a dead letter queue; one that nobody offered becomes an offer now.

        Args:
            queue: The queue that the dead letter queue belongs to.
        """
        name = self._names.get((dead_queue, dead_id))
        if name is None:
            name = self._names[dead_queue, dead_id] = f"{dead_queue}#{dead_id}"
            if name not in self._known:
                self.offered(queue, name, {"by": "hand"})
            self.job(queue, name, Event.ACCEPTED, "producer", {"id": dead_id})
        return name

    def is_known(self, job: str) -> bool:
        """Tell whether a job of this name was offered."""
        return job in self._known

    def ids(self) -> list[tuple[str, str, str]]:
        """List queue, id and offer of every job that the queue was given."""
        return [(queue, job_id, name) for (queue, job_id), name in self._names.items()]
