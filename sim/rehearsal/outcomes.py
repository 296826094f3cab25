"""The outcome of every job of a rehearsal, from where everything really is at its end."""

from sim.engine.final_state import final_state
from sim.engine.recorder import Recorder
from sim.handlers.database import ApplicationDatabase
from sim.rehearsal.real_redis import RealRedis
from sim.results.outcomes import JobResults, Outcome, Place, gather_facts, judge
from sim.results.trace import Event, EventKind, Trace
from sim.scenario.schema import Scenario


def classify_outcomes(
    scenario: Scenario,
    trace: Trace,
    recorder: Recorder,
    redis: RealRedis,
    database: ApplicationDatabase,
    submitting: list[str],
) -> JobResults:
    """Give every job its outcome, by the same code as in simulated time.

    Args:
        submitting: Jobs whose submit has not been answered.
    """
    found = redis.places().items()
    places: dict[str, Place] = {job: place for job, place in found if place is not Place.NOWHERE}
    for record in _evicted(trace, places, redis.lost_data_ms):
        if record.queue is not None and record.job is not None:
            recorder.job(record.queue, record.job, EventKind.EVICTED, None, {"from": "failed"})
    stands = final_state(scenario, database, {**dict.fromkeys(submitting, Place.SUBMITTING), **places})
    jobs = JobResults(judge("queue", facts) for facts in gather_facts(trace, stands))
    for job in jobs:
        if job.outcome is Outcome.LOST:
            recorder.job(job.queue, job.job, EventKind.LOST)
    return jobs


def _evicted(trace: Trace, places: dict[str, Place], lost_data_ms: int | None) -> list[Event]:
    """Return the final failures of jobs that are gone although Redis has lost nothing since: retention removed them."""
    failures: dict[str | None, Event] = {}
    for record in trace:
        if record.kind is EventKind.FAILED:
            failures[record.job] = record
        elif record.kind in (EventKind.RETRIED, EventKind.REMOVED):
            failures.pop(record.job, None)
    return [
        record
        for job, record in failures.items()
        if job not in places and (lost_data_ms is None or record.t_ms > lost_data_ms)
    ]
