"""Every metric: whoever adds one writes an entry here, and nothing else.

Scenarios and their schema, alerts, series and frames, the Prometheus text, rule files and the table of
docs/monitoring.md (``python -m tests.docs.metric_table``) take whatever is listed.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from sim.metrics.base import Durations, Growth, Metric, ProcessState, Seen, Unit

if TYPE_CHECKING:
    from sim.metrics.base import Floats

PERCENTILES = (50, 95, 99)
BUCKETS_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)
"""Upper bounds of the histograms' buckets, seconds."""
DURATIONS = (
    Durations(
        "processing",
        "jobqueue_processing_seconds",
        "How long an attempt took, from the start of its handler to its report.",
        "the time of an attempt, from the start of its handler to its report",
    ),
    Durations(
        "delivery",
        "jobqueue_delivery_seconds",
        "How long a job took, from when it was due to its first effect.",
        "the time from when a job was due to its first effect",
    ),
)


def _stored(name: str, family: str, meaning: str, *, state: str = "") -> Metric:
    """A gauge of jobs that stand in the store; ``engine/readings.py`` counts them by the queue's own operations."""
    return Metric(name, "gauge", family, "jobs", meaning, lambda seen: seen.jobs(name), state=state, stored=True)


def _state(name: str) -> Metric:
    """A state of jobs, as Bull's ``getJobCounts`` counts them."""
    return _stored(name, "jobqueue_jobs", "Jobs in each state, as Bull counts them.", state=name)


def _gauge(
    name: str, family: str, unit: Unit, meaning: str, value: "Callable[[Seen], Floats]", *, per_queue: bool = True
) -> Metric:
    """A gauge that is read otherwise."""
    return Metric(name, "gauge", family, unit, meaning, value, per_queue=per_queue)


def _counter(name: str, unit: Unit, meaning: str, *growths: Growth) -> Metric:
    """A counter of events of the trace."""
    family = f"jobqueue_{name}_total"
    return Metric(name, "counter", family, unit, meaning, lambda seen: seen.counted(name), growths=growths)


def _percentile(of: Durations, percent: int) -> Metric:
    return Metric(
        f"{of.name}_p{percent}",
        "percentile",
        f"jobqueue_{of.name}_p{percent}_seconds",
        "seconds",
        f"{percent}th percentile, within the window, of {of.span}.",
        lambda seen: seen.percentile(of.name, percent),
    )


def _is_down(process: ProcessState) -> bool:
    return process.started and not process.alive


def _oldest_waiting_age(seen: Seen) -> "Floats":
    """The age of the oldest in line; 0 where nobody waits, missing where that cannot be read."""
    import numpy as np

    waiting = seen.jobs("waiting") + seen.jobs("paused")
    return np.where(np.isnan(waiting), np.nan, np.where(waiting > 0, seen.waited_s(), 0.0))


_ALL = (
    *(_state(name) for name in ("waiting", "active", "completed", "failed", "delayed", "paused")),
    _stored("dead_letters", "jobqueue_dead_letters", "Jobs in the dead letter queue; 0 where there is none."),
    _gauge(
        "oldest_waiting_age",
        "jobqueue_oldest_waiting_age_seconds",
        "seconds",
        "How long the oldest waiting job has been waiting.",
        _oldest_waiting_age,
    ),
    _gauge(
        "oldest_undelivered_age",
        "jobqueue_oldest_undelivered_age_seconds",
        "seconds",
        "How long ago the oldest job was due that is neither delivered nor given up.",
        lambda seen: seen.undelivered_s(),
    ),
    _gauge(
        "overdue",
        "jobqueue_overdue",
        "jobs",
        "Jobs past the time promised by deliver_within that are neither delivered nor given up.",
        lambda seen: seen.overdue(),
    ),
    _gauge(
        "workers_down",
        "jobqueue_workers_down",
        "processes",
        "Worker processes that died and have no replacement yet.",
        lambda seen: seen.processes(_is_down),
    ),
    _gauge(
        "workers_unhealthy",
        "jobqueue_workers_unhealthy",
        "processes",
        "Worker processes that are degraded or down.",
        lambda seen: seen.unhealthy_processes(),
    ),
    _gauge(
        "redis_up",
        "jobqueue_redis_up",
        "",
        "Whether Redis answers: 1 or 0.",
        lambda seen: seen.redis_up(),
        per_queue=False,
    ),
    _counter("submits", "jobs", "Jobs that the queue accepted.", Growth("enqueued")),
    _counter("rejections", "jobs", "Jobs whose submit failed.", Growth("rejected")),
    _counter("attempts", "attempts", "Handler starts.", Growth("started")),
    _counter("attempt_failures", "attempts", "Attempts whose handler raised an error.", Growth("attempt-failed")),
    _counter(
        "retries",
        "retries",
        "Failed attempts that will be retried.",
        Growth("retry-scheduled", unless_why="rate limit"),
    ),
    _counter("stalls", "stalls", "Jobs found active without a lock.", Growth("stalled")),
    _counter("completions", "jobs", "Jobs recorded as completed.", Growth("completed")),
    _counter("failures", "jobs", "Jobs given up for good.", Growth("failed")),
    _counter(
        "late_deliveries",
        "jobs",
        "Jobs delivered later than promised by deliver_within.",
        Growth("effect", if_late=True),
    ),
    *(_percentile(of, percent) for of in DURATIONS for percent in PERCENTILES),
)

METRICS = {metric.name: metric for metric in _ALL}
"""By the name that scenarios, series and frames use."""
STORED = tuple(name for name, metric in METRICS.items() if metric.stored)
"""All that is counted in the store for each queue, in the order of a reading."""
COUNTERS = tuple(name for name, metric in METRICS.items() if metric.only_grows)
"""What only grows."""
