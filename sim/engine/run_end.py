"""What was left to do when a run ended, and how much time it would take."""

import math
from collections.abc import Iterable

from sim.core.durations import UNITS_MS
from sim.engine.system import System
from sim.results.facts import Place
from sim.results.outcomes import JobResult, Outcome
from sim.results.run_end import EndedBy, RunEnd
from sim.scenario.horizon import longest_way_ms
from sim.scenario.schema import Scenario
from sim.yaml_files.fields import MAX_MS

_LATELY_MS = UNITS_MS["h"] // 2
_ROOM = 1.1
"""A duration that is suggested leaves room for a tenth more."""


def run_end(
    scenario: Scenario, system: System, now_ms: int, by: EndedBy, jobs: Iterable[tuple[JobResult, Place]]
) -> RunEnd:
    """Say how a run ended.

    Args:
        system: As it stands at the end.
        now_ms: When that is, ms since the run began.
        jobs: Every job's outcome, and where it stood.
    """
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
    due_ms = _due_ms(system, queues) if pending.get(Place.DELAYED) else None
    held_up = {queue: why for queue in queues if (why := system.held_up(queue))}
    enough_ms = None if held_up else _enough_ms(scenario, now_ms, pending, due_ms, lately / lately_ms)
    return RunEnd(by, now_ms, pending, due_ms, lately, lately_ms, held_up, enough_ms)


def _due_ms(system: System, queues: Iterable[str]) -> tuple[int, int] | None:
    """Read when the first and the last delayed job of these queues become due; None where no score tells a time."""
    times = [due_ms for queue in queues for due_ms in system.due_times(queue)]
    return (min(times), max(times)) if times else None


def _enough_ms(
    scenario: Scenario, now_ms: int, pending: dict[Place, int], due_ms: tuple[int, int] | None, per_ms: float
) -> int | None:
    """Guess how long the run must be: until the last job is due and done, and for the rest at the pace so far."""
    if not pending:
        return None
    begin_ms = now_ms
    if due_ms is not None:
        begin_ms = max(begin_ms, due_ms[1] + longest_way_ms(scenario))
    rest = sum(count for place, count in pending.items() if place is not Place.DELAYED)
    if rest and not per_ms and due_ms is None and scenario.duration is None:
        return None
    work_ms = rest / per_ms * _ROOM if per_ms else 0
    if due_ms is None and not work_ms:
        work_ms = longest_way_ms(scenario)
    total_ms = begin_ms + math.ceil(work_ms)
    return _rounded_up(total_ms) if total_ms <= MAX_MS else None


def _rounded_up(ms: int) -> int:
    """Round up to what people would write: whole minutes, ten minutes or hours."""
    step = UNITS_MS["m"] if ms < UNITS_MS["h"] else 10 * UNITS_MS["m"] if ms < UNITS_MS["d"] else UNITS_MS["h"]
    return -(-ms // step) * step
