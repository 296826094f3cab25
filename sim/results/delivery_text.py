"""How long deliveries took and how many jobs were late, as rows of a table."""

from sim.core.durations import format_duration
from sim.results.delivery import DeliveryTimes
from sim.results.result import ModeResult, Result

CAPTION = "Time to delivery, from when a job was due"
_HEADINGS = ["jobs", "median", "95%", "99%", "longest"]
_PROMISED = ["promised", "late"]


def delivery_table(result: Result) -> tuple[list[str], list[list[str]]]:
    """Lay out the times of each mode, with several queues also of each queue, and what was promised.

    Returns:
        Headings and rows; no rows where nothing was delivered and nothing promised.
    """
    promised = bool(result.scenario.promising_queues)
    if not promised and not any(one.delivery.n for one in result.modes.values()):
        return [], []
    rows: list[list[str]] = []
    for mode, one in result.modes.items():
        several = len(one.queue_names) > 1
        rows.append([mode, *_cells(result, one, None if several else one.queue_names[0], promised)])
        if several:
            rows += [[f"  {queue}", *_cells(result, one, queue, promised)] for queue in one.queue_names]
    return ["", *_HEADINGS, *(_PROMISED if promised else [])], rows


def _cells(result: Result, one: ModeResult, queue: str | None, promised: bool) -> list[str]:
    times = one.delivery if queue is None else one.queue_delivery[queue]
    cells = [f"{times.n:,}", *(_time(ms) for ms in _shown(times))]
    if promised:
        late = (one.totals if queue is None else one.queues[queue]).late
        within = "" if queue is None else _within(result, queue)
        cells += [within, f"{late:,}" if queue is None or within != "-" else "-"]
    return cells


def _shown(times: DeliveryTimes) -> tuple[int | None, ...]:
    return times.p50_ms, times.p95_ms, times.p99_ms, times.max_ms


def _time(ms: int | None) -> str:
    """Write a time in few characters: to the second from a minute on, to the minute from an hour on."""
    if ms is None:
        return "-"
    part_ms = 1 if ms < 60_000 else 1_000 if ms < 3_600_000 else 60_000
    return format_duration(round(ms / part_ms) * part_ms)


def _within(result: Result, queue: str) -> str:
    """Say what was promised of a queue's jobs: one time, or several of the workload's entries."""
    scenario = result.scenario
    promises = {scenario.promise_of(entry) for entry in scenario.workload if entry.queue == queue}
    known = sorted(ms for ms in promises if ms is not None)
    if not known:
        return "-"
    return _time(known[0]) if len(known) == 1 else "several"
