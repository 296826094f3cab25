"""Schedules on a queue: the application registers them at each start, and workers plan the job for the next time."""

from typing import Any

from sim.engine.job_naming import JobNaming
from sim.engine.queue_parts import QueueParts
from sim.engine.recorder import Recorder
from sim.queue.job import Job, JobOptions
from sim.queue.limiter import id_in_group
from sim.queue.repeat import Planned, add_repeatable_job, plan_next_job
from sim.queue.store import Store
from sim.scenario.workload import Workload


def register(
    store: Store,
    parts: QueueParts,
    entry: Workload,
    options: JobOptions,
    naming: JobNaming,
    *,
    starts: int,
    now_ms: int,
) -> Planned | None:
    """Register the schedule of a workload's entry, as an application does when it starts.

    Args:
        options: What the entry's jobs are submitted with.
        starts: How often the application has started, this time included.
        now_ms: When it did so, epoch ms.
    """
    data = parts.iterations.data_of(entry)
    asked = options.as_dict() | {"repeat": entry.schedules[min(starts, len(entry.schedules)) - 1].options}
    job_id = entry.job_id
    if parts.limit is not None and parts.limit.by_group:
        job_id = id_in_group(job_id if isinstance(job_id, str) else naming.unique(), "undefined")
    if job_id is not None:
        asked["jobId"] = job_id
    return add_repeatable_job(store, parts.keys, data, asked, now_ms=now_ms)


def plan_next(store: Store, parts: QueueParts, job: Job, *, now_ms: int) -> Planned | None:
    """Plan the job after the one that a worker has just taken.

    Raises:
        ValueError: What the job's options say is no schedule; Bull's worker rests after such an error, too.
    """
    options: dict[str, Any] = job.options.given()
    try:
        return plan_next_job(store, parts.keys, job.name, job.data, options, now_ms=now_ms)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no schedule: {error}") from None


def note_planned(
    recorder: Recorder, parts: QueueParts, planned: Planned | None, *, now_ms: int, waited: bool = False
) -> None:
    """Write down a planned job as a new offer that is delayed until it is due, unless it existed already.

    Args:
        now_ms: When it was planned, epoch ms.
        waited: Whether the call had waited for a reconnect.
    """
    if planned is None or planned.added.duplicate:
        return
    name, service_ms = parts.iterations.next(parts.name)
    delay_ms = max(0, planned.due_ms - now_ms)
    recorder.offered(parts.name, name, parts.iterations.offer(parts.name, delay_ms))
    parts.service_ms.remember(name, service_ms, parts.iterations.entry_of(parts.name))
    recorder.enqueued(parts.name, name, planned.added.job_id, delay_ms)
    parts.promoter.hear(waited=waited, due_ms=planned.due_ms)
