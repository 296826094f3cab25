"""Writes the trace, and knows which arrival stands behind an id of the queue."""

from array import array
from collections.abc import Callable, Collection
from functools import cache
from typing import Any, Protocol

from sim.engine.job_ids import JobIds
from sim.handlers.base import Effect
from sim.results.facts import JobFacts, offered_facts, tells_of
from sim.results.trace import Event, EventKind, Trace


class RunTime(Protocol):
    """Anything that knows how far a run is: SimPy's environment, or the scaled clock of a rehearsal."""

    @property
    def now(self) -> int:
        """Milliseconds since the run began."""


class Names(Protocol):
    """Knows which offer stands behind an id of the queue."""

    def name_of(self, queue: str, job_id: str) -> str:
        """Return the offer behind an id."""

    def dead_letter(self, queue: str, dead_queue: str, dead_id: str) -> str:
        """Return the offer behind an id of a dead letter queue."""


_record = tuple.__new__
"""Makes a record from its fields in a third of the time that its own constructor takes."""


@cache
def _saying(field: str, value: Any) -> dict[str, Any]:
    """Return one dictionary for the ``more`` of all events that say the same; nobody changes an event."""
    return {field: value}


class Recorder:
    """Writes the trace; it keeps the facts of every job as its events come, also where the trace keeps no records.

    The queue knows jobs by ids, which start again at 1 when Redis loses everything; the trace knows them by the names
    of their offers, which never repeat.

    Args:
        tell: Is told of every event; None where nobody wants to hear.
        tidy: Is called now and then, while no event of a job is half written.
    """

    def __init__(
        self, env: RunTime, mode: str, tell: Callable[[Event], object] | None, tidy: Callable[[], object]
    ) -> None:
        self._env = env
        self._append = tell
        self._tidy = tidy
        self._tells = tells_of(mode)
        self._facts: dict[str, JobFacts] = {}
        self._done: dict[str, set[str]] = {}
        self._names: dict[str, dict[str, str]] = {}
        self._ids: dict[str, JobIds] = {}
        self._numbers: dict[str, int] = {}
        self._order = array("H")

    @classmethod
    def into(cls, env: RunTime, trace: Trace) -> "Recorder":
        """Return one that writes into a trace and tells nobody else."""
        return cls(env, trace.mode, trace.records.append if trace.kept else None, trace.put_aside)

    def world(self, event: EventKind, worker: str | None = None, **more: Any) -> None:
        """Write down something that concerns no single job."""
        if self._append is not None:
            self._append(_record(Event, (self._env.now, None, None, event, 0, worker, more or None)))
            self._tidy()

    def operator(self, queue: str, event: EventKind, more: dict[str, Any]) -> None:
        """Write down something that an operator did, or could not do, to a queue."""
        if self._append is not None:
            self._append(_record(Event, (self._env.now, queue, None, event, 0, "operator", more)))
            self._tidy()

    def job(
        self, queue: str, job: str, event: EventKind, worker: str | None = None, more: dict[str, Any] | None = None
    ) -> None:
        """Write down something that happened to a job; the attempt is the latest one that started."""
        t_ms = self._env.now
        facts = self._facts[job]
        tell = self._tells.get(event)
        if tell is not None:
            tell(facts, t_ms, more)
        if self._append is not None:
            self._append(_record(Event, (t_ms, queue, job, event, facts.attempts, worker, more)))

    def attempt(
        self,
        queue: str,
        job: str,
        event: EventKind,
        attempt: int,
        worker: str,
        more: dict[str, Any] | None = None,
    ) -> None:
        """Write down something that happened in one attempt."""
        t_ms = self._env.now
        tell = self._tells.get(event)
        if tell is not None:
            tell(self._facts[job], t_ms, more)
        if self._append is not None:
            self._append(_record(Event, (t_ms, queue, job, event, attempt, worker, more)))

    def offered(self, queue: str, job: str, more: dict[str, Any] | None = None) -> None:
        """Write down a new job."""
        t_ms = self._env.now
        self._facts[job] = JobFacts(job, queue, t_ms) if more is None else offered_facts(queue, job, t_ms, more)
        if self._append is not None:
            self._append(_record(Event, (t_ms, queue, job, EventKind.OFFERED, 0, "producer", more)))
            self._tidy()

    def enqueued(self, queue: str, job: str, job_id: str, delay_ms: int = 0) -> None:
        """Write down that the queue has the job, and under which id."""
        names = self._names.get(queue)
        if names is None or job_id in names or queue in self._ids:
            self.map_id(queue, job_id, job)
        else:
            names[job_id] = job
            self._order.append(self._numbers[queue])
        facts = self._facts[job]
        facts.enqueued = True
        if delay_ms:
            facts.delay_ms = delay_ms
        if self._append is not None:
            more: dict[str, Any] = {"id": job_id}
            if delay_ms:
                more["delay_ms"] = delay_ms
            t_ms = self._env.now
            self._append(_record(Event, (t_ms, queue, job, EventKind.ENQUEUED, facts.attempts, "producer", more)))

    def ignored(self, queue: str, job: str, job_id: str) -> None:
        """Write down that a job of this id was there already, so that the queue added nothing.

        It may be the same job, which was sent a second time because the first reply had been lost.
        """
        more = {"id": job_id}
        if (standing := self.known_name(queue, job_id)) is not None:
            more["job"] = standing
        self.job(queue, job, EventKind.IGNORED, "producer", more)

    def completed(self, queue: str, job: str, attempt: int, worker: str) -> None:
        """Write down that an attempt succeeded."""
        t_ms = self._env.now
        self._facts[job].ended_ms = t_ms
        if self._append is not None:
            self._append(_record(Event, (t_ms, queue, job, EventKind.COMPLETED, attempt, worker, None)))

    def took_effect(self, queue: str, job: str, attempt: int, worker: str, effect: Effect) -> None:
        """Write down that something outside the queue changed; of several effects, also how many are still missing."""
        t_ms, facts = self._env.now, self._facts[job]
        if effect.name:
            done = self._done.setdefault(job, set())
            done.add(effect.name)
            more = {"system": effect.system, "effect": effect.name, "missing": effect.of - len(done)}
            self.attempt(queue, job, EventKind.EFFECT, attempt, worker, more)
            return
        if facts.first_effect_ms is None:
            facts.first_effect_ms = t_ms
        if self._append is not None:
            more = _saying("system", effect.system)
            self._append(_record(Event, (t_ms, queue, job, EventKind.EFFECT, attempt, worker, more)))

    def recognised(self, queue: str, job: str, attempt: int, worker: str, effect: Effect) -> None:
        """Write down that an idempotency key stopped a further effect."""
        more = {"system": effect.system, "effect": effect.name} if effect.name else {"system": effect.system}
        self.attempt(queue, job, EventKind.EFFECT_DEDUPLICATED, attempt, worker, more)

    def evicted(self, queue: str, job_ids: list[str], worker: str, finished_set: str) -> None:
        """Write down which finished jobs retention removed."""
        names, append, t_ms = self._names.get(queue, {}), self._append, self._env.now
        more = _saying("from", finished_set)
        for job_id in job_ids:
            job = names.get(job_id) or self.name_of(queue, job_id)
            facts = self._facts[job]
            facts.evicted_from = finished_set
            if append is not None:
                append(_record(Event, (t_ms, queue, job, EventKind.EVICTED, facts.attempts, worker, more)))

    def started(self, queue: str, job: str, worker: str, attempts_made: int | None = None) -> int:
        """Write down the start of a handler and return which attempt it is, from 1.

        Args:
            attempts_made: How many attempts have failed, as the queue counts them.
        """
        more = None if attempts_made is None else _saying("attempts_made", attempts_made)
        facts = self._facts[job]
        facts.attempts = attempt = facts.attempts + 1
        if self._append is not None:
            self._append(_record(Event, (self._env.now, queue, job, EventKind.STARTED, attempt, worker, more)))
        return attempt

    def name_of(self, queue: str, job_id: str) -> str:
        """Return the offer behind an id; a job that nobody offered (put there by hand) becomes an offer now."""
        try:
            return self._names[queue][job_id]
        except KeyError:
            name = f"{queue}#{job_id}"
            if name not in self._facts:
                self.offered(queue, name, {"by": "hand"})
            self.enqueued(queue, name, job_id)
            return name

    def id_of(self, queue: str, job: str) -> str | None:
        """Return the latest id that the queue gave an offer; None where it has none, or lost it to another offer."""
        if queue not in self._names:
            return None
        ids = self._ids.get(queue)
        if ids is None:
            ids = self._ids[queue] = JobIds(self._names[queue])
        return ids.latest(job)

    def known_name(self, queue: str, job_id: str) -> str | None:
        """Return the offer behind an id, or None; nothing is written down."""
        return self._names.get(queue, {}).get(job_id)

    def map_id(self, queue: str, job_id: str, job: str) -> None:
        """Take note of the offer behind an id without writing anything down."""
        names = self._names.get(queue)
        if names is None:
            names = self._names[queue] = {}
            self._numbers[queue] = len(self._numbers)
        if queue in self._ids:
            self._ids[queue].map(job_id, job)
        known = len(names)
        names[job_id] = job
        if len(names) > known:
            self._order.append(self._numbers[queue])

    def dead_letter(self, queue: str, dead_queue: str, dead_id: str) -> str:
        """Return the offer behind an id of a dead letter queue; one that nobody offered becomes an offer now.

        Args:
            queue: The queue that the dead letter queue belongs to.
        """
        name = self._names.get(dead_queue, {}).get(dead_id)
        if name is None:
            name = f"{dead_queue}#{dead_id}"
            self.map_id(dead_queue, dead_id, name)
            if name not in self._facts:
                self.offered(queue, name, {"by": "hand"})
            self.job(queue, name, EventKind.ENQUEUED, "producer", {"id": dead_id})
        return name

    def is_known(self, job: str) -> bool:
        """Tell whether a job of this name was offered."""
        return job in self._facts

    def ids(self) -> list[tuple[str, str, str]]:
        """List queue, id and offer of every job that the queue was given, in the order in which the ids came up."""
        queues = list(self._names)
        walks = [iter(names.items()) for names in self._names.values()]
        return [(queues[number], *next(walks[number])) for number in self._order]

    @property
    def facts(self) -> Collection[JobFacts]:
        """What the events so far tell of every job, in the order of the offers."""
        return self._facts.values()


class ReadOnlyNames:
    """The recorder's names, for whoever only looks: a job that nobody offered gets a name and becomes no offer."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def name_of(self, queue: str, job_id: str) -> str:
        """Return the offer behind an id."""
        return self._recorder.known_name(queue, job_id) or f"{queue}#{job_id}"

    def dead_letter(self, queue: str, dead_queue: str, dead_id: str) -> str:
        """Return the offer behind an id of a dead letter queue."""
        return self._recorder.known_name(dead_queue, dead_id) or f"{dead_queue}#{dead_id}"
