"""Schedules as arrivals, for arithmetic that knows only those."""

from sim.calendar.epoch import EPOCH_MS
from sim.queue.repeat import next_time_ms
from sim.scenario.repeat import Repeat
from sim.scenario.schema import Scenario
from sim.scenario.workload import ListedArrivals, Workload

MAX_TIMES = 10_000


def with_arrivals(scenario: Scenario) -> Scenario:
    """Return the scenario with the times of each schedule, as it is registered first, in place of the schedule."""
    if not any(entry.schedules for entry in scenario.workload):
        return scenario
    workload = [_arriving(entry, scenario) if entry.schedules else entry for entry in scenario.workload]
    return scenario.model_copy(update={"workload": workload})


def _arriving(entry: Workload, scenario: Scenario) -> Workload:
    times = _times(entry.schedules[0], scenario.last_arrival_ms) or [scenario.last_arrival_ms]
    arrivals = ListedArrivals.model_construct(kind="times", at=times)
    return entry.model_copy(update={"arrivals": arrivals, "repeat": None})


def _times(schedule: Repeat, end_ms: int) -> list[int]:
    options, times = schedule.options, list[int]()
    most = min(MAX_TIMES, schedule.limit or MAX_TIMES)
    due_ms: int | None = next_time_ms(EPOCH_MS, options)
    while due_ms is not None and due_ms - EPOCH_MS <= end_ms and len(times) < most:
        times.append(due_ms - EPOCH_MS)
        due_ms = next_time_ms(due_ms, options)
    return times
