"""What a scenario's operator does: each step at its time, with its outcome in the trace."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

from redis.exceptions import ResponseError

from sim.core.clock import ManualClock
from sim.core.errors import SimError
from sim.engine.client_process import ClientProcess
from sim.engine.operator_actions import note_failure
from sim.engine.process import Steps
from sim.engine.queue_handle import QueueHandle
from sim.engine.queue_parts import QueueParts
from sim.engine.redis_server import LOADING, REFUSED, CommandFailed, RedisServer
from sim.engine.run_context import RunContext
from sim.operator_verbs.base import OnJob
from sim.operator_verbs.registry import OperatorStep
from sim.queue.store import Store
from sim.scenario.schema import Scenario


class OperatorVerbs(Protocol):
    """What an operator needs of a run."""

    def at(self, t_ms: int, action: Callable[[], object]) -> None:
        """Arrange for something to happen at a moment, ms since the run began."""

    def operate(self, step: OperatorStep) -> None:
        """Do something to a queue."""


class Operated(Protocol):
    """A world that a scenario's operator works in."""

    @property
    def scenario(self) -> Scenario:
        """What is run."""

    @property
    def faults(self) -> OperatorVerbs:
        """Carries the steps out."""


def arrange_operator(world: Operated) -> None:
    """Arrange every step of the scenario's operator; call it once, before the world runs."""
    for step in world.scenario.operator:
        world.faults.at(step.at, partial(world.faults.operate, step))


class Operator(ClientProcess):
    """Who carries the steps out: a process of its own, with its own connection to Redis.

    While Redis is down it does what its semantics say, as the producer does: fail at once, or wait in the client until
    the connection is back or the client gives up. ``clean`` then goes by the time of its call. The others that write a
    time, ``retry`` and ``replay``, have to fetch the job first, so theirs is the time when Redis answered.

    Source: BULL_FACTS 8, 17.

    Attributes:
        waiting: Steps that wait for the connection.
    """

    def __init__(self, run: RunContext, queues: dict[str, QueueParts], store: Store, server: RedisServer) -> None:
        super().__init__(run, "operator", server)
        self.waiting = 0
        self.connections = len(queues) if run.scenario.operator else 0
        self._queues = queues
        self._store = store

    def use(self, store: Store) -> None:
        """Send commands there from now on."""
        self._store = store

    def operate(self, step: OperatorStep) -> None:
        """Carry one step out; what is refused, or does not get through, changes nothing and is written down."""
        try:
            job_id = self._target(step)
        except SimError as unknown:
            note_failure(self.recorder, step, str(unknown))
            return
        if self.link.is_open:
            self._do(step, job_id, now_ms=self.made_ms)
        elif self.link.is_up and not self.link.is_connected:
            note_failure(self.recorder, step, LOADING)
        elif not self.link.is_connected and self.semantics.submit_while_away == "fails":
            note_failure(self.recorder, step, REFUSED)
        else:
            self.waiting += 1
            self.spawn(self._do_later(step, job_id))

    def _target(self, step: OperatorStep) -> str:
        """Name the job that a step is done to by its id; empty where it is done to a queue."""
        if not isinstance(step, OnJob):
            return ""
        queue = self._queue(step, self.made_ms)
        if step.id is not None:
            return step.id
        return queue.dead_id_of(step.job or "") if step.on_dead_letters else queue.id_of(step.job or "")

    def _queue(self, step: OperatorStep, now_ms: int) -> QueueHandle:
        return QueueHandle(self._store, self._queues[step.queue_name], ManualClock(now_ms), self.recorder)

    def _do(self, step: OperatorStep, job_id: str, *, now_ms: int) -> None:
        try:
            step.act(self._queue(step, now_ms), job_id)
        except (SimError, ResponseError) as refusal:
            note_failure(self.recorder, step, str(refusal))

    def _do_later(self, step: OperatorStep, job_id: str) -> Steps:
        try:
            if not step.at_call_time:
                yield from self.ask(_fetched)
            yield from self.call(partial(self._do, step, job_id))
        except CommandFailed as error:
            note_failure(self.recorder, step, str(error))
        finally:
            self.waiting -= 1


def _fetched() -> None:
    """Stand for a command that fetches a job, before the one that does something to it."""
