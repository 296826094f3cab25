"""A scenario's settings as Bull takes them, with all times divided by the scale."""

from typing import Any

from sim.engine.arrivals import Arrival
from sim.rehearsal.scale import Scale
from sim.scenario.backoff import Backoff
from sim.scenario.queues import QueueConfig, Retention
from sim.scenario.retry_waits import needs_strategy
from sim.scenario.schema import Workers
from sim.scenario.workload import Workload

MOST_STALLS = 2**53 - 1
"""In place of Infinity, which JSON cannot say."""


def worker_settings(settings: Workers, scale: Scale) -> dict[str, Any]:
    """Return Bull's advanced settings."""
    return {
        "lockDuration": whole_ms(settings.lock_duration, scale),
        "lockRenewTime": whole_ms(settings.lock_renew_ms, scale),
        "stalledInterval": whole_ms(settings.stalled_interval, scale) if settings.stalled_interval else 0,
        "maxStalledCount": MOST_STALLS if settings.max_stalled == "unlimited" else settings.max_stalled,
        "guardInterval": whole_ms(settings.guard_interval, scale),
        "retryProcessDelay": whole_ms(settings.retry_process_delay, scale),
        "drainDelay": max(0.05, scale.real_ms(settings.drain_delay) / 1_000) if settings.drain_delay else 0,
    }


def limiter(config: QueueConfig, scale: Scale) -> dict[str, Any] | None:
    """Return Bull's rate limiter, or None."""
    limit = config.limiter
    if limit is None:
        return None
    found: dict[str, Any] = {"max": limit.max, "duration": whole_ms(limit.duration, scale)}
    if limit.group_key is not None:
        found["groupKey"] = limit.group_key
    if limit.bounce_back:
        found["bounceBack"] = True
    return found


def repeat_options(entry: Workload, starts: int, begin_ms: float, scale: Scale) -> dict[str, Any]:
    """Return the ``repeat`` of a schedule.

    Args:
        starts: How often the application has started, this time included.
        begin_ms: When the run began, epoch ms of the machine.
    """
    schedule = entry.schedules[min(starts, len(entry.schedules)) - 1]
    found: dict[str, Any] = {"every": whole_ms(schedule.every or 0, scale)}
    if schedule.limit is not None:
        found["limit"] = schedule.limit
    if schedule.end is not None:
        found["endDate"] = round(begin_ms + scale.real_ms(schedule.end))
    return found


def job_options(arrival: Arrival, config: QueueConfig, scale: Scale) -> dict[str, Any]:
    """Return the options of one ``queue.add``."""
    options = entry_options(arrival.workload, config, scale)
    if arrival.job_id is not None:
        options["jobId"] = arrival.job_id
    return options


def entry_options(entry: Workload, config: QueueConfig, scale: Scale) -> dict[str, Any]:
    """Return the options that all jobs of a workload's entry have."""
    options: dict[str, Any] = {
        "attempts": config.attempts,
        "removeOnComplete": _retention(config.remove_on_complete, scale),
        "removeOnFail": _retention(config.remove_on_fail, scale),
    }
    if isinstance(config.backoff, Backoff):
        delay_ms = whole_ms(config.backoff.delay, scale) if config.backoff.delay else 0
        options["backoff"] = {"type": config.backoff.type, "delay": delay_ms}
    elif config.backoff is not None:
        options["backoff"] = {"type": config.backoff.type}
    if entry.delay:
        options["delay"] = whole_ms(entry.delay, scale)
    if config.timeout is not None:
        options["timeout"] = whole_ms(config.timeout, scale)
    if entry.priority:
        options["priority"] = entry.priority
    if entry.lifo:
        options["lifo"] = True
    return options


def strategy_type(config: QueueConfig) -> str | None:
    """Return the type of backoff that the workers have a custom strategy for; None where Bull's own types do."""
    return config.backoff.type if config.backoff is not None and needs_strategy(config.backoff) else None


def scaled_wait(wait_ms: int, scale: Scale) -> int:
    """Divide what a backoff strategy answers by the scale; 0 and ``NEVER`` mean the same at every scale."""
    return whole_ms(wait_ms, scale) if wait_ms > 0 else wait_ms


def whole_ms(ms: int, scale: Scale) -> int:
    """Divide a time by the scale; at least 1 ms is left of it, because 0 means something else to Bull."""
    return max(1, round(scale.real_ms(ms)))


def _retention(keep: bool | int | Retention, scale: Scale) -> Any:
    if not isinstance(keep, Retention):
        return keep
    kept: dict[str, float] = {}
    if keep.count is not None:
        kept["count"] = keep.count
    if keep.age is not None:
        kept["age"] = scale.real_ms(keep.age) / 1_000
    return kept
