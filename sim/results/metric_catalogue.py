"""Every metric: its name in scenarios and frames, its name in Prometheus, its unit, and what it says."""

from typing import Literal, NamedTuple

Kind = Literal["gauge", "counter", "percentile"]
GAUGES = ("waiting", "active", "completed", "failed", "delayed", "paused")
"""Jobs by state, as Bull's ``getJobCounts`` counts them in the store."""
READ = (*GAUGES, "dead_letters")
"""All that is counted in the store for each queue, in the order of a reading."""
PERCENTILES = (50, 95, 99)
BUCKETS_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)
"""Upper bounds of the histograms' buckets, seconds."""


class Metric(NamedTuple):
    """One metric.

    Attributes:
        family: Its name in Prometheus, with the unit and, for counters, ``_total``.
        state: The value of the label ``state``; empty where there is no such label.
        meaning: One line for the exposition and the documentation.
    """

    kind: Kind
    family: str
    unit: str
    meaning: str
    state: str = ""
    per_queue: bool = True

    def selector(self, queue: str | None) -> str:
        """Write the series of a queue, or of all queues, as PromQL does."""
        labels = [f'queue="{queue}"'] if queue is not None and self.per_queue else []
        labels += [f'state="{self.state}"'] if self.state else []
        return f"{self.family}{{{','.join(labels)}}}" if labels else self.family


_JOBS = "Jobs in each state, as Bull counts them."


def _of_times(what: str, meaning: str) -> dict[str, Metric]:
    return {
        f"{what}_p{percent}": Metric(
            "percentile",
            f"jobqueue_{what}_p{percent}_seconds",
            "seconds",
            f"{percent} of 100 within the window took at most so long: {meaning}.",
        )
        for percent in PERCENTILES
    }


METRICS: dict[str, Metric] = {
    **{state: Metric("gauge", "jobqueue_jobs", "jobs", _JOBS, state) for state in GAUGES},
    "dead_letters": Metric(
        "gauge", "jobqueue_dead_letters", "jobs", "Jobs in the dead letter queue; 0 where there is none."
    ),
    "oldest_waiting_age": Metric(
        "gauge",
        "jobqueue_oldest_waiting_age_seconds",
        "seconds",
        "How long the job that has waited longest has been standing in line.",
    ),
    "workers_down": Metric(
        "gauge", "jobqueue_workers_down", "processes", "Worker processes that died and have no replacement yet."
    ),
    "workers_unhealthy": Metric(
        "gauge", "jobqueue_workers_unhealthy", "processes", "Worker processes that are degraded or down."
    ),
    "redis_up": Metric("gauge", "jobqueue_redis_up", "", "Whether Redis answers: 1 or 0.", per_queue=False),
    "submits": Metric("counter", "jobqueue_submits_total", "jobs", "Jobs that the queue took."),
    "rejections": Metric("counter", "jobqueue_rejections_total", "jobs", "Jobs whose submit failed."),
    "attempts": Metric("counter", "jobqueue_attempts_total", "attempts", "Starts of a handler."),
    "attempt_failures": Metric(
        "counter", "jobqueue_attempt_failures_total", "attempts", "Attempts whose handler raised an error."
    ),
    "retries": Metric("counter", "jobqueue_retries_total", "retries", "Failed attempts that come back for another."),
    "stalls": Metric("counter", "jobqueue_stalls_total", "stalls", "Jobs found active without a lock."),
    "completions": Metric("counter", "jobqueue_completions_total", "jobs", "Jobs recorded as completed."),
    "failures": Metric("counter", "jobqueue_failures_total", "jobs", "Jobs given up for good."),
    **_of_times("processing", "an attempt, from the start of its handler to its report"),
    **_of_times("delivery", "a job, from its offer to its first effect"),
}
"""By the name that scenarios, series and frames use."""
