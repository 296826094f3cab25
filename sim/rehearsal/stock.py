"""Taking stock of a rehearsal: where everything stands for real, and what became of each job."""

from sim.handlers.database import ApplicationDatabase
from sim.ledger.events import Event, Ledger, Record
from sim.ledger.outcomes import Audit, JobOutcome, Outcome, Place, gather_facts, judge
from sim.rehearsal.real_redis import RealRedis
from sim.world.recorder import Recorder


def take_stock(
    ledger: Ledger, recorder: Recorder, redis: RealRedis, database: ApplicationDatabase, submitting: list[str]
) -> list[JobOutcome]:
    """Give every job its outcome, by the same code as in simulated time.

    Args:
        submitting: Jobs whose submit has not been answered.
    """
    found = redis.places().items()
    places: dict[str, Place] = {job: place for job, place in found if place is not Place.NOWHERE}
    for record in _evicted(ledger, places, redis.lost_data_ms):
        if record.queue is not None and record.job is not None:
            recorder.job(record.queue, record.job, Event.EVICTED, None, {"from": "failed"})
    audit = Audit(database.effects_by_job(), {**dict.fromkeys(submitting, Place.SUBMITTING), **places})
    jobs = [judge(facts) for facts in gather_facts(ledger, audit)]
    for job in jobs:
        if job.outcome is Outcome.LOST:
            recorder.job(job.queue, job.job, Event.LOST)
    return jobs


def _evicted(ledger: Ledger, places: dict[str, Place], lost_data_ms: int | None) -> list[Record]:
    """Return the final failures of jobs that are gone although Redis has lost nothing since: retention removed them."""
    failures: dict[str | None, Record] = {}
    for record in ledger:
        if record.event is Event.FAILED:
            failures[record.job] = record
        elif record.event in (Event.RETRIED, Event.REMOVED):
            failures.pop(record.job, None)
    return [
        record
        for job, record in failures.items()
        if job not in places and (lost_data_ms is None or record.t_ms > lost_data_ms)
    ]
