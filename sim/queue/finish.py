"""The end of an attempt: complete the job, try it again, or give it up."""

import math
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from sim.queue.backoff import GIVE_UP, Strategy, Wait, backoff_wait
from sim.queue.dead_lettering import DeadLettering
from sim.queue.dequeue import LockParams, lock_next
from sim.queue.errors import FinishRefused, JobMissing, NotActive, UnreadableOptions
from sim.queue.insertion import Insertion, enqueue_key
from sim.queue.javascript import number, number_of, priority_of, text
from sim.queue.job import Job, to_json
from sim.queue.keys import LOCK, QueueKeys
from sim.queue.locks import ownership_error
from sim.queue.retention import plan_evictions, record_finish
from sim.queue.retention_options import BreaksOff
from sim.queue.semantics import Semantics
from sim.queue.store import Store, Transaction, atomic
from sim.queue.submit import LOW_BITS, SCALE


class Completed(NamedTuple):
    """A job that the queue recorded as completed.

    Attributes:
        evicted: Completed jobs that retention removed with it, perhaps the job itself.
        next_job: The next waiting job, taken and locked in the same step, when it was asked for and there was one.
    """

    evicted: list[str]
    next_job: Job | None = None


class Failed(NamedTuple):
    """What happened to a failed attempt.

    Attributes:
        verdict: ``retry`` (in line again), ``delayed`` (after a backoff) or ``failed`` (given up).
        delay_ms: The backoff, ms; 0 for the others.
        evicted: Failed jobs that retention removed, perhaps the job itself.
        dead_id: The job's id in the dead letter queue, where it went there.
    """

    verdict: Literal["retry", "delayed", "failed"]
    delay_ms: int
    evicted: list[str]
    dead_id: str | None = None


class ErrorText(NamedTuple):
    """What a failed attempt says of its error.

    Attributes:
        message: Why the attempt failed; becomes ``failedReason``.
        stack: One more entry of the job's ``stacktrace``.
    """

    message: str
    stack: str


class FailureRules(NamedTuple):
    """What decides about a failed attempt.

    Attributes:
        semantics: How long a built-in backoff waits.
        strategies: Custom backoffs by type; they come before the built-in ones.
        dead: The dead letter queue that takes a job given up, in place of the failed set and its retention.
    """

    semantics: Semantics
    strategies: Mapping[str, Strategy] | None = None
    dead: QueueKeys | None = None


class FailedAttempt(NamedTuple):
    """What is to be recorded of a failed attempt.

    Attributes:
        job: With the attempt counted.
        wait: The backoff.
        mark: What is written into the job's hash, even where the rest is refused.
    """

    job: Job
    verdict: Literal["retry", "delayed", "failed"]
    wait: Wait
    mark: dict[str, str]

    def due_ms(self, now_ms: int) -> float:
        """Return when the next attempt is due, epoch ms; 0 where JavaScript comes to no number or to one below 0."""
        delay_ms, glued = self.wait
        due = now_ms + delay_ms if glued is None else number(f"{now_ms}{glued}")
        return 0 if math.isnan(due) or due < 0 else due


def complete_job(
    store: Store,
    keys: QueueKeys,
    job: Job,
    lock_params: LockParams,
    *,
    now_ms: int,
    return_value: Any = None,
    fetch_next: bool = False,
) -> Completed:
    """Record that a job's handler returned, and release its lock; with ``fetch_next`` take the next job as well.

    Raises:
        FinishRefused: Definite. The job is gone, or its lock is lost, or it is not active.
        redis.ConnectionError: Indefinite. It may have been recorded.
        UnreadableOptions: What the job says of its retention makes no sense. As in Bull the lock is gone and the job is
            no longer active; ``BreaksOff`` says what else was done.
        ValueError: It was recorded, and the next job's data or options are not JSON; that job stays active.

    Redis:
        EXISTS job, GET and DEL lock, SREM stalled, LREM active, ZADD completed, HSET job, retention; with
        ``fetch_next`` RPOPLPUSH wait active, SET lock, ZREM priority, HSET processedOn. One atomic step.
        O(active + evicted).

    Source: BULL_FACTS 2, 6; a lost lock is reported as ``finished``.
    """
    done = atomic(store, complete, keys, job, lock_params, now_ms, to_json(return_value), fetch_next)
    if isinstance(done, Exception):
        raise done
    job.finished_on_ms = now_ms
    evicted, next_id, next_fields = done
    return Completed(evicted, None if next_id is None else Job.from_hash(next_fields, next_id))


def complete(
    tx: Transaction, keys: QueueKeys, job: Job, lock_params: LockParams, now_ms: int, value: str, fetch_next: bool
) -> tuple[list[str], str | None, dict[str, str]] | FinishRefused | UnreadableOptions:
    """Carry ``complete_job`` out: return what was evicted, with the next job's id and hash, or the refusal."""
    job_id = job.id
    refusal = _refusal(tx, keys, job_id, lock_params.token, "finished")
    if refusal is not None:
        return _release_and_refuse(tx, keys, refusal)
    ended = str(now_ms)
    keep = job.options.remove_on_complete
    evicted = plan_evictions(tx, keys.completed, (now_ms, job_id), keep)
    if isinstance(keep, BreaksOff):
        fetch_next = False
    next_id: str | None = None
    next_fields: dict[str, str] = {}
    if fetch_next:
        tx.watch(keys.wait)
        next_id = tx.lindex(keys.wait, -1)
        if next_id is not None:
            next_key = keys.base + next_id
            tx.watch(next_key)
            next_fields = tx.hgetall(next_key)
    tx.multi()
    _release(tx, keys, job_id)
    if not (isinstance(keep, BreaksOff) and not keep.recorded):
        record_finish(tx, keys, keys.completed, (now_ms, job_id), {"returnvalue": value, "finishedOn": ended}, evicted)
    if isinstance(keep, BreaksOff):
        return UnreadableOptions(job_id)
    if next_id is not None:
        tx.rpoplpush(keys.wait, keys.active)
        lock_next(tx, keys, next_id, lock_params, next_fields, ended)
    return evicted, next_id, next_fields


def fail_job(
    store: Store,
    keys: QueueKeys,
    job: Job,
    lock_params: LockParams,
    error: ErrorText,
    rules: FailureRules,
    *,
    now_ms: int,
) -> Failed:
    """Record a failed attempt and decide: at once again, after a backoff, or given up.

    The attempt, its message and its stack are written into the job's hash **even when the rest is refused**, as long as
    the hash exists: a worker that lost its lock so leaves its mark on a job that another one has completed.

    Args:
        job: Counts the attempt in memory; that count decides and is what gets written.

    A retention that makes no sense breaks Bull's script off, and nobody gets an error; ``BreaksOff`` says what is done.

    Raises:
        FinishRefused: Definite, but for the mark above. The job is gone, or its lock is lost, or it is not active.
        BackoffFailed: Definite. Nothing was recorded; the job stays active until its lock expires.
        redis.ConnectionError: Indefinite. It may have been recorded.

    Redis:
        HSET job (stacktrace, failedReason, attemptsMade), DEL lock, SREM stalled, LREM active, then LPUSH wait, or
        ZADD delayed and PUBLISH, or ZADD failed, HSET finishedOn and retention; with ``dead`` RENAME job and LPUSH
        wait of the dead letter queue in place of these. One atomic step. O(active + evicted).

    Source: BULL_FACTS 1, 2, 3, 6; reliability-model.md, Dead Letter Queue.
    """
    message, stack = error
    semantics, strategies, dead = rules
    job.attempts_made += 1
    job.stacktrace.append(stack)
    if job.options.stack_trace_limit:
        job.stacktrace = job.stacktrace[-job.options.stack_trace_limit :]
    job.failed_reason = message
    wait = Wait(GIVE_UP)
    backoff, attempts = job.options.backoff, job.options.attempts
    if attempts is not None and job.attempts_made < attempts and not job.discarded:
        wait = backoff_wait(backoff, job.attempts_made, semantics, strategies, message)
    verdict: Literal["retry", "delayed", "failed"] = (
        "failed" if wait.delay_ms == GIVE_UP else "delayed" if wait.delay_ms else "retry"
    )
    mark = {
        "stacktrace": to_json(job.stacktrace),
        "failedReason": message,
        "attemptsMade": str(job.attempts_made),
    }

    attempt = FailedAttempt(job, verdict, wait, mark)
    done = atomic(store, record_failure, keys, attempt, lock_params, now_ms, dead)
    if isinstance(done, FinishRefused):
        raise done
    if done.verdict == "failed":
        job.finished_on_ms = now_ms
    return done


def record_failure(
    tx: Transaction,
    keys: QueueKeys,
    attempt: FailedAttempt,
    lock_params: LockParams,
    now_ms: int,
    dead: QueueKeys | None,
) -> Failed | FinishRefused:
    """Carry ``fail_job`` out, or return the refusal."""
    job, verdict, wait, mark = attempt
    refusal = _refusal(tx, keys, job.id, lock_params.token, verdict)
    if refusal is not None:
        return _release_and_refuse(tx, keys, refusal, mark)
    line: Insertion | None = None
    evicted: list[str] = []
    moving: DeadLettering | None = None
    if verdict == "retry":
        tx.watch(keys.meta_paused)
        target = enqueue_key(tx, keys)
        priority = priority_of(tx.hget(keys.job(job.id), "priority"))
        line = Insertion(tx, keys, target, job.id, priority=priority, lifo=job.options.lifo)
    elif verdict == "failed" and dead is not None:
        moving = DeadLettering(tx, keys, dead)
        moving.plan(tx, job.id, {**mark, "finishedOn": str(now_ms)})
    elif verdict == "failed":
        evicted = plan_evictions(tx, keys.failed, (now_ms, job.id), job.options.remove_on_fail)
    tx.multi()
    tx.hset(keys.job(job.id), mapping=mark)
    _release(tx, keys, job.id)
    if line is not None:
        line.write(tx)
    elif moving is not None:
        moving.write(tx)
        return Failed(verdict, 0, [], moving.moves[0].dead_id)
    elif verdict == "failed":
        keep = job.options.remove_on_fail
        if not (isinstance(keep, BreaksOff) and not keep.recorded):
            fields = {"failedReason": mark["failedReason"], "finishedOn": str(now_ms)}
            record_finish(tx, keys, keys.failed, (now_ms, job.id), fields, evicted)
        return Failed(verdict, 0, evicted)
    else:
        due_ms = attempt.due_ms(now_ms)
        tx.zadd(keys.delayed, {job.id: delayed_score(due_ms, job.id)})
        tx.publish(keys.delayed, text(due_ms))
    return Failed(verdict, max(0, math.ceil(wait.delay_ms)), [])


def delayed_score(due_ms: float, job_id: str) -> float:
    """The score of a job that waits for its backoff: its due time, and the low bits of its number for the order.

    Source: BULL_FACTS 1.
    """
    number = number_of(job_id) or 0
    return due_ms * SCALE + (number & LOW_BITS) if due_ms > 0 else 0


def _refusal(tx: Transaction, keys: QueueKeys, job_id: str, token: str, command: str) -> FinishRefused | None:
    job_key = keys.base + job_id
    tx.watch(job_key, job_key + LOCK)
    if not tx.exists(job_key):
        return JobMissing(job_id, command)
    refusal = ownership_error(tx, keys, job_id, token, command)
    if refusal is None and tx.lpos(keys.active, job_id) is None:
        return NotActive(job_id, command)
    return refusal


def _release(tx: Transaction, keys: QueueKeys, job_id: str) -> None:
    tx.delete(keys.base + job_id + LOCK)
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
