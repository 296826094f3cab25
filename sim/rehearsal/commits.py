"""Transactions of the application that submit a job and commit later: until then the handler does not find its row."""

from sim.engine.arrivals import Arrival
from sim.rehearsal.fault_injector import RealFaults, Stage
from sim.results.trace import EventKind

LOOK_AGAIN_MS = 5.0
"""Real ms after which it is looked again whether a stopped application goes on."""


class Commits:
    """The open transactions of a rehearsal; one whose process dies, or whose submit fails, never commits."""

    def __init__(self, stage: Stage, faults: RealFaults) -> None:
        self._stage = stage
        self._faults = faults
        self._open: dict[str, Arrival] = {}

    def begin(self, arrival: Arrival) -> None:
        """Open the transaction of a job that is about to be submitted, if it commits later than that."""
        if arrival.workload.commits_after:
            self._stage.access.await_commit(arrival.name)
            self._open[arrival.name] = arrival

    def submitted(self, job: str) -> None:
        """Let the transaction commit when its time has passed since the submit."""
        arrival = self._open.pop(job, None)
        if arrival is not None:
            self._commit_at(self._faults.now_ms + arrival.workload.commits_after, arrival)

    def _commit_at(self, t_ms: int, arrival: Arrival) -> None:
        stage, generation = self._stage, self._stage.producer.generation

        def commit() -> None:
            producer = stage.producer
            if not producer.alive or producer.generation != generation:
                return
            if producer.frozen:
                self._commit_at(self._faults.now_ms + round(LOOK_AGAIN_MS * stage.clock.scale.factor), arrival)
                return
            stage.access.commit(arrival.name)
            stage.recorder.job(arrival.queue, arrival.name, EventKind.COMMITTED, "producer")

        self._faults.at(t_ms, commit)
