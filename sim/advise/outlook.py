"""Whether a run can end in time: arrivals, delays, service times and capacity against the end of the run, unrun."""

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sim.advise.reading import QueueReading
from sim.advise.schedules import with_arrivals
from sim.advise.service_times import mean_ms
from sim.core.durations import UNITS_MS, format_duration
from sim.faults.base import ScheduledFault
from sim.scenario.horizon import horizon_ms, longest_way_ms
from sim.scenario.schema import Scenario
from sim.scenario.workload import BurstArrivals, ListedArrivals, Workload

_LEAST = 1.5
"""Fewer jobs than this are in the last attempt when the run ends, or are a matter of rounding."""
_ROOM = 1.1
_STEP_MS = 10 * UNITS_MS["m"]


class Flow(NamedTuple):
    """Jobs that become due evenly between two moments, ms since the run began; all at once where these are equal."""

    begin_ms: int
    end_ms: int
    jobs: int


def outlook(scenario: Scenario) -> Iterator[str]:
    """Say of each queue how many jobs will be left when the run ends, and which ``duration`` would do; often nothing.

    Jobs flow like water here: nothing is drawn, nothing breaks, and every job takes its mean time.
    """
    scenario = with_arrivals(scenario)
    end_ms = horizon_ms(scenario, _arranged_ms(scenario))
    told = format_duration(end_ms)
    for name in scenario.queues:
        queue = QueueReading(scenario, name)
        flows = [_flow(entry) for entry in queue.entries]
        if not flows or "queue" not in scenario.modes:
            continue
        if not queue.slots:
            yield f"queue {name} has no workers: none of its {queue.jobs:,} jobs is ever processed"
            continue
        if _clocks_differ(scenario) and any(entry.delay for entry in queue.entries):
            continue
        late = sum(_due_after(entry, end_ms) for entry in queue.entries)
        if late:
            last_ms = max(flow.end_ms for flow in flows)
            enough = _written(last_ms + longest_way_ms(scenario))
            yield (
                f"{late:,} of {queue.jobs:,} jobs of queue {name} become due after the end of the run ({told}), "
                f"the last at {format_duration(last_ms)}: they stay pending; set duration: {enough}"
            )
            continue
        left, finish_ms = drained(flows, queue.capacity_per_ms() / queue.attempts_a_job, end_ms)
        if left >= max(_LEAST, queue.slots):
            yield (
                f"queue {name} has work until about {_written(finish_ms)}, and the run ends at {told}: about "
                f"{left:,.0f} of {queue.jobs:,} jobs stay pending; set duration: {_written(finish_ms * _ROOM)}"
            )
    yield from _in_process(scenario, end_ms)


def _clocks_differ(scenario: Scenario) -> bool:
    """Whether delays go by clocks that are wrong, so that nobody can say beforehand when a job is due."""
    return any(fault.kind == "clock-skew" for fault in scenario.faults)


def _in_process(scenario: Scenario, end_ms: int) -> Iterator[str]:
    allowed = scenario.application.concurrency
    if allowed == "unlimited" or "in-process" not in scenario.modes:
        return
    work_ms = sum(entry.jobs * mean_ms(scenario.service_of(entry)) for entry in scenario.workload)
    jobs = sum(entry.jobs for entry in scenario.workload)
    if not work_ms:
        return
    flows = [_flow(entry, submitted=True) for entry in scenario.workload]
    left, finish_ms = drained(flows, int(allowed) * jobs / work_ms, end_ms)
    if left >= max(_LEAST, int(allowed)):
        yield (
            f"the application has work until about {_written(finish_ms)}, and the run ends at "
            f"{format_duration(end_ms)}: about {left:,.0f} of {jobs:,} jobs stay pending in-process; set duration: "
            f"{_written(finish_ms * _ROOM)}"
        )


def drained(flows: Iterable[Flow], per_ms: float, end_ms: int) -> tuple[float, float]:
    """Work off jobs that flow in.

    Args:
        per_ms: How many can be done per ms.

    Returns:
        How many are left at ``end_ms``, those included that come later, and when all of them would be done, ms.
    """
    flows = list(flows)
    moments = sorted({0, end_ms, *(moment for flow in flows for moment in (flow.begin_ms, flow.end_ms))})
    backlog = 0.0
    left = 0.0
    for now_ms, next_ms in zip(moments, [*moments[1:], moments[-1]], strict=True):
        backlog += sum(flow.jobs for flow in flows if flow.begin_ms == flow.end_ms == now_ms)
        if now_ms == end_ms:
            left = backlog + sum(_to_come(flow, end_ms) for flow in flows)
        coming = sum(
            flow.jobs / (flow.end_ms - flow.begin_ms) for flow in flows if flow.begin_ms <= now_ms < flow.end_ms
        )
        backlog = max(0.0, backlog + (coming - per_ms) * (next_ms - now_ms))
    return left, moments[-1] + backlog / per_ms


def _to_come(flow: Flow, end_ms: int) -> float:
    if flow.begin_ms == flow.end_ms:
        return float(flow.jobs) if flow.begin_ms > end_ms else 0.0
    return flow.jobs * min(1.0, max(0.0, (flow.end_ms - end_ms) / (flow.end_ms - flow.begin_ms)))


def _flow(entry: Workload, *, submitted: bool = False) -> Flow:
    arrivals = entry.arrivals
    begin_ms = min(arrivals.at) if isinstance(arrivals, ListedArrivals) else arrivals.start
    delay_ms = 0 if submitted else entry.delay
    return Flow(begin_ms + delay_ms, entry.last_ms + delay_ms, entry.jobs)


def _due_after(entry: Workload, end_ms: int) -> int:
    """Count the jobs of an entry that are offered by the end and become due then or later."""
    arrivals = entry.arrivals
    if isinstance(arrivals, ListedArrivals):
        return sum(moment <= end_ms <= moment + entry.delay for moment in arrivals.at) if entry.delay else 0
    rounds, size = (arrivals.bursts, arrivals.size) if isinstance(arrivals, BurstArrivals) else (arrivals.count, 1)

    def come_by(moment_ms: int) -> int:
        return min(rounds, max(0, (moment_ms - arrivals.start) // arrivals.interval + 1))

    return (come_by(end_ms) - come_by(end_ms - entry.delay - 1)) * size if entry.delay else 0


def _arranged_ms(scenario: Scenario) -> int:
    """Return about when the last job is offered, and the last fault and the operator's last step are over, ms."""
    last_ms = max((entry.last_ms for entry in scenario.workload), default=0)
    ends = [last_ms, *(step.at for step in scenario.operator)]
    for fault in scenario.faults:
        if isinstance(fault, ScheduledFault):
            lasts_ms = getattr(fault, "duration", None) or 0
            until_ms = last_ms if fault.until is None else fault.until
            ends += [moment + lasts_ms for moment in fault.moments]
            ends += [until_ms + lasts_ms] if fault.mean_interval is not None else []
    return max(ends)


def _written(ms: float) -> str:
    step = _STEP_MS if ms >= UNITS_MS["h"] else UNITS_MS["m"]
    return format_duration(math.ceil(ms / step) * step)
