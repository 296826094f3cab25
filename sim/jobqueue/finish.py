"""The end of an attempt: complete the job, try it again, or give it up."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from sim.jobqueue.backoff import GIVE_UP, Strategy, backoff_delay_ms
from sim.jobqueue.errors import FinishRefused, JobMissing, NotActive
from sim.jobqueue.job import Job, to_json
from sim.jobqueue.keys import QueueKeys
from sim.jobqueue.line import Entry, line_key
from sim.jobqueue.locks import why_not_owner
from sim.jobqueue.retention import Finish, trims
from sim.jobqueue.semantics import Semantics
from sim.jobqueue.store import Store, Transaction, atomic
from sim.jobqueue.submit import LOW_BITS, SCALE
from sim.jobqueue.take import Lease


class Completed(NamedTuple):
    """A job that the queue recorded as completed.

    Attributes:
        evicted: Completed jobs that retention removed with it, perhaps the job itself.
        next_job: The next waiting job, taken and locked in the same step, when it was asked for and there was one.
    """

    evicted: list[str]
    next_job: Job | None = None


class Failed(NamedTuple):
    """What became of a failed attempt.

    Attributes:
        verdict: ``retry`` (in line again), ``delayed`` (after a backoff) or ``failed`` (given up).
        delay_ms: The backoff, ms; 0 for the others.
        evicted: Failed jobs that retention removed, perhaps the job itself.
    """

    verdict: Literal["retry", "delayed", "failed"]
    delay_ms: int
    evicted: list[str]


def complete_job(
    store: Store,
    keys: QueueKeys,
    job: Job,
    lease: Lease,
    *,
    now_ms: int,
    return_value: Any = None,
    fetch_next: bool = False,
) -> Completed:
    """Record that a job's handler returned, and release its lock; with ``fetch_next`` take the next job as well.

    Raises:
        FinishRefused: Definite. The job is gone, or its lock is lost, or it is not active.
        redis.ConnectionError: Indefinite. It may have been recorded.
        ValueError: It was recorded, and the next job's data or options are not JSON; that job stays active.

    Redis:
        EXISTS job, GET and DEL lock, SREM stalled, LREM active, ZADD completed, HSET job, retention; with
        ``fetch_next`` RPOPLPUSH wait active, SET lock, ZREM priority, HSET processedOn. One atomic step.
        O(active + evicted).

    Source: BULL_FACTS 2, 6; a lost lock is reported as ``finished``.
    """
    value = to_json(return_value)

    def body(tx: Transaction) -> tuple[list[str], str | None, dict[str, str]] | FinishRefused:
        refusal = _refusal(tx, keys, job.id, lease.token, "finished")
        if refusal is not None:
            return _release_and_refuse(tx, keys, refusal)
        fields = {"returnvalue": value, "finishedOn": str(now_ms)}
        keep = job.options.remove_on_complete
        finish = Finish(tx, keys, keys.completed, job.id, now_ms=now_ms, keep=keep, fields=fields)
        next_id = tx.lindex(keys.wait, -1) if fetch_next else None
        next_fields: dict[str, str] = {}
        if next_id is not None:
            tx.watch(keys.job(next_id))
            next_fields = tx.hgetall(keys.job(next_id))
        tx.multi()
        _release(tx, keys, job.id)
        finish.write(tx)
        if next_id is None:
            return finish.evicted, None, {}
        tx.rpoplpush(keys.wait, keys.active)
        tx.set(keys.lock(next_id), lease.token, px=lease.duration_ms)
        tx.zrem(keys.priority, next_id)
        tx.hset(keys.job(next_id), "processedOn", str(now_ms))
        next_fields["processedOn"] = str(now_ms)
        return finish.evicted, next_id, next_fields

    watches = [keys.job(job.id), keys.lock(job.id)]
    if trims(job.options.remove_on_complete):
        watches.append(keys.completed)
    if fetch_next:
        watches.append(keys.wait)
    done = atomic(store, body, *watches)
    if isinstance(done, FinishRefused):
        raise done
    job.finished_on_ms = now_ms
    evicted, next_id, next_fields = done
    return Completed(evicted, None if next_id is None else Job.from_hash(next_fields, next_id))


def fail_job(
    store: Store,
    keys: QueueKeys,
    job: Job,
    lease: Lease,
    *,
    now_ms: int,
    message: str,
    stack: str,
    semantics: Semantics,
    strategies: Mapping[str, Strategy] | None = None,
) -> Failed:
    """Record a failed attempt and decide: at once again, after a backoff, or given up.

    The attempt, its message and its stack are written into the job's hash **even when the rest is refused**, as long as
    the hash exists: a worker that lost its lock so leaves its mark on a job that another one has completed.

    Args:
        job: Counts the attempt in memory; that count decides and is what gets written.
        message: Why the attempt failed; becomes ``failedReason``.

    Raises:
        FinishRefused: Definite, but for the mark above. The job is gone, or its lock is lost, or it is not active.
        UnknownBackoff: Definite. Nothing was recorded; the job stays active until its lock expires.
        redis.ConnectionError: Indefinite. It may have been recorded.

    Redis:
        HSET job (stacktrace, failedReason, attemptsMade), DEL lock, SREM stalled, LREM active, then LPUSH wait, or
        ZADD delayed and PUBLISH, or ZADD failed, HSET finishedOn and retention. One atomic step. O(active + evicted).

    Source: BULL_FACTS 1, 2, 3, 6.
    """
    job.attempts_made += 1
    job.stacktrace.append(stack)
    job.failed_reason = message
    delay_ms = GIVE_UP
    if job.attempts_made < job.options.attempts and not job.discarded:
        delay_ms = backoff_delay_ms(job.options.backoff, job.attempts_made, semantics, strategies)
    verdict: Literal["retry", "delayed", "failed"] = (
        "failed" if delay_ms == GIVE_UP else "delayed" if delay_ms else "retry"
    )
    mark = {
        "stacktrace": to_json(job.stacktrace),
        "failedReason": message,
        "attemptsMade": str(job.attempts_made),
    }

    def body(tx: Transaction) -> Failed | FinishRefused:
        refusal = _refusal(tx, keys, job.id, lease.token, verdict)
        if refusal is not None:
            return _release_and_refuse(tx, keys, refusal, mark)
        line: Entry | None = None
        finish: Finish | None = None
        if verdict == "retry":
            target = line_key(tx, keys)
            priority = int(tx.hget(keys.job(job.id), "priority") or 0)
            line = Entry(tx, keys, target, job.id, priority=priority, lifo=job.options.lifo)
        elif verdict == "failed":
            fields = {"failedReason": message, "finishedOn": str(now_ms)}
            keep = job.options.remove_on_fail
            finish = Finish(tx, keys, keys.failed, job.id, now_ms=now_ms, keep=keep, fields=fields)
        tx.multi()
        tx.hset(keys.job(job.id), mapping=mark)
        _release(tx, keys, job.id)
        if line is not None:
            line.write(tx)
        elif finish is not None:
            finish.write(tx)
            return Failed(verdict, 0, finish.evicted)
        else:
            due_ms = max(0, now_ms + delay_ms)
            tx.zadd(keys.delayed, {job.id: delayed_score(due_ms, job.id)})
            tx.publish(keys.delayed, str(due_ms))
        return Failed(verdict, max(0, delay_ms), [])

    watches = [keys.job(job.id), keys.lock(job.id), keys.meta_paused]
    if verdict == "failed" and trims(job.options.remove_on_fail):
        watches.append(keys.failed)
    done = atomic(store, body, *watches)
    if isinstance(done, FinishRefused):
        raise done
    if done.verdict == "failed":
        job.finished_on_ms = now_ms
    return done


def delayed_score(due_ms: int, job_id: str) -> int:
    """The score of a job that waits for its backoff: its due time, and the low bits of its number for the order.

    Source: BULL_FACTS 1.
    """
    number = int(job_id) if job_id.isascii() and job_id.isdigit() else 0
    return due_ms * SCALE + (number & LOW_BITS) if due_ms > 0 else 0


def _refusal(tx: Transaction, keys: QueueKeys, job_id: str, token: str, command: str) -> FinishRefused | None:
    if not tx.exists(keys.job(job_id)):
        return JobMissing(job_id, command)
    refusal = why_not_owner(tx, keys, job_id, token, command)
    if refusal is None and tx.lpos(keys.active, job_id) is None:
        return NotActive(job_id, command)
    return refusal


def _release(tx: Transaction, keys: QueueKeys, job_id: str) -> None:
    tx.delete(keys.lock(job_id))
    tx.srem(keys.stalled, job_id)
    tx.lrem(keys.active, -1, job_id)


def _release_and_refuse(
    tx: Transaction, keys: QueueKeys, refusal: FinishRefused, mark: dict[str, str] | None = None
) -> FinishRefused:
    """Do what a refused end still does: leave the mark, and give up a lock that was held in vain."""
    tx.multi()
    if mark is not None and not isinstance(refusal, JobMissing):
        tx.hset(keys.job(refusal.job_id), mapping=mark)
    if isinstance(refusal, NotActive):
        tx.delete(keys.lock(refusal.job_id))
        tx.srem(keys.stalled, refusal.job_id)
    return refusal
