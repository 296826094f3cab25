"""What was left to do when a run ended, and how much time it would take."""

import math
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from redis.exceptions import ResponseError

from sim.core.durations import UNITS_MS
from sim.engine.clock import EPOCH_MS
from sim.queue.store import Store
from sim.queue.submit import SCALE
from sim.results.facts import EndedBy, Place, RunEnd
from sim.results.outcomes import JobOutcome, Outcome
from sim.scenario.limits import longest_way_ms
from sim.yaml_files.fields import MAX_MS

if TYPE_CHECKING:
    from sim.engine.simulation import Simulation

_LATELY_MS = UNITS_MS["h"] // 2
_ROOM = 1.1
"""A duration that is suggested leaves room for a tenth more."""


def run_end(world: "Simulation", by: EndedBy, jobs: Iterable[tuple[JobOutcome, Place]]) -> RunEnd:
    """Say how a run ended.

    Args:
        jobs: Every job's outcome, and where it stood.
    """
    now_ms = world.now_ms
    lately_ms = min(_LATELY_MS, max(1, now_ms // 2))
    pending = dict.fromkeys((Place.WAITING, Place.ACTIVE, Place.DELAYED, Place.SUBMITTING), 0)
    queues: dict[str, None] = {}
    lately = 0
    for job, place in jobs:
        if job.outcome is Outcome.PENDING:
            pending[place] += 1
            queues[job.queue] = None
        elif job.ended_ms is not None and job.ended_ms > now_ms - lately_ms:
            lately += 1
    pending = {place: count for place, count in pending.items() if count}
    due_ms = _due_ms(world, list(queues)) if pending.get(Place.DELAYED) else None
    held_up = {queue: why for queue in queues if (why := _held_up(world, queue))}
    enough_ms = None if held_up else _enough_ms(world, pending, due_ms, lately / lately_ms)
    return RunEnd(by, now_ms, pending, due_ms, lately, lately_ms, held_up, enough_ms)


def _due_ms(world: "Simulation", queues: list[str]) -> tuple[int, int] | None:
    """Read when the first and the last delayed job of these queues become due; None where a score tells no time."""
    store, server = world.redis, world.server
    if store is None or server is None:
        return None
    times: list[int] = []
    for queue in queues:
        delayed = world.queues[queue].keys.delayed
        with suppress(ResponseError):  # somebody put something else there: no job is delayed in it
            found = server.operate(partial(_scores, store, delayed))
            times += [int(score / SCALE) - EPOCH_MS for _job, score in found if math.isfinite(score) and score > 0]
    return (min(times), max(times)) if times else None


def _scores(store: Store, key: str) -> list[tuple[str, float]]:
    return store.zrange(key, 0, -1, withscores=True)


def _held_up(world: "Simulation", queue: str) -> str:
    """Say why nobody takes the jobs of a queue; empty where somebody does."""
    store, server = world.redis, world.server
    if store is None or server is None:
        return ""
    if not any(worker.alive and not worker.frozen for worker in world.workers[queue]):
        return "no workers"
    return "paused" if server.operate(lambda: store.exists(world.queues[queue].keys.meta_paused)) else ""


def _enough_ms(
    world: "Simulation", pending: dict[Place, int], due_ms: tuple[int, int] | None, per_ms: float
) -> int | None:
    """Guess how long the run must be: until the last job is due and done, and for the rest at the pace so far."""
    if not pending:
        return None
    begin_ms = world.now_ms
    if due_ms is not None:
        begin_ms = max(begin_ms, due_ms[1] + longest_way_ms(world.scenario))
    rest = sum(count for place, count in pending.items() if place is not Place.DELAYED)
    if rest and not per_ms and due_ms is None and world.scenario.duration is None:
        return None
    work_ms = rest / per_ms * _ROOM if per_ms else 0
    if due_ms is None and not work_ms:
        work_ms = longest_way_ms(world.scenario)
    total_ms = begin_ms + math.ceil(work_ms)
    return _rounded_up(total_ms) if total_ms <= MAX_MS else None


def _rounded_up(ms: int) -> int:
    """Round up to what people would write: whole minutes, ten minutes or hours."""
    step = UNITS_MS["m"] if ms < UNITS_MS["h"] else 10 * UNITS_MS["m"] if ms < UNITS_MS["d"] else UNITS_MS["h"]
    return -(-ms // step) * step
