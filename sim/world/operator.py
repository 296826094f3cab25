"""What a scenario's operator does: each step at its moment, and what became of it in the ledger."""

from collections.abc import Callable
from functools import partial
from typing import Any

from redis.exceptions import ResponseError

from sim.core.errors import SimError
from sim.scenario.operator_schema import OnJob, OperatorStep
from sim.world.deeds import note_failure
from sim.world.queue_handle import QueueHandle
from sim.world.recorder import Recorder
from sim.world.redis_server import LOADING, REFUSED, RedisServer
from sim.world.verbs import Breakable


def _id(step: OnJob, queue: QueueHandle) -> str:
    return step.id if step.id is not None else queue.id_of(step.job or "")


def _dead_id(step: OnJob, queue: QueueHandle) -> str:
    return step.id if step.id is not None else queue.dead_id_of(step.job or "")


DEEDS: dict[str, Callable[[Any, QueueHandle], object]] = {
    "retry": lambda step, queue: queue.retry(_id(step, queue)),
    "retry-all": lambda step, queue: queue.retry_all(),
    "promote": lambda step, queue: queue.promote(_id(step, queue)),
    "remove": lambda step, queue: queue.remove(_id(step, queue)),
    "clean": lambda step, queue: queue.clean(step.older_than, step.state, step.limit),
    "pause": lambda step, queue: queue.pause(),
    "resume": lambda step, queue: queue.resume(),
    "drain": lambda step, queue: queue.drain(delayed=step.delayed),
    "replay": lambda step, queue: queue.replay(_dead_id(step, queue)),
    "replay-all": lambda step, queue: queue.replay_all(),
    "purge": lambda step, queue: queue.purge(_dead_id(step, queue)),
    "purge-all": lambda step, queue: queue.purge_all(),
}
"""By ``do``; a new verb is a model in ``sim.scenario.operator_schema`` and a line here."""


def arrange_operator(world: Breakable[Any]) -> None:
    """Arrange every step of the scenario's operator; call it once, before the world runs."""
    for step in world.scenario.operator:
        world.controls.at(step.at, partial(world.controls.operate, step))


def operate(step: OperatorStep, queue: QueueHandle, server: RedisServer, recorder: Recorder) -> None:
    """Carry one step out; what is refused, or comes while Redis is away, changes nothing and is written down."""
    if server.state != "up":
        error = LOADING if server.state == "loading" else REFUSED
    else:
        try:
            DEEDS[step.do](step, queue)
            return
        except (SimError, ResponseError) as refusal:
            error = str(refusal)
    note_failure(recorder, step, error)
