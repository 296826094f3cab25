"""An operator puts failed jobs back in line."""

from sim.queue.errors import RetryRefused
from sim.queue.insertion import enqueue_key
from sim.queue.keys import QueueKeys
from sim.queue.options import JobOptions
from sim.queue.store import Store, Transaction, atomic


def retry_job(store: Store, keys: QueueKeys, job_id: str, *, now_ms: int) -> None:
    """Put one failed job behind everything that waits (in front with ``lifo``; its priority is not looked at).

    Its attempts, stack traces and stalls stay as they are: a job that has used up its attempts runs once more.

    Raises:
        RetryRefused: Definite. The job is locked, does not exist, or has not failed; in the last case its finishedOn,
            processedOn and failedReason are deleted all the same.

    Redis:
        EXISTS job and lock, HDEL and HSET job, ZREM failed, LPUSH wait. One atomic step. O(log n).

    Source: BULL_FACTS 10.
    """

    def body(tx: Transaction) -> RetryRefused | None:
        tx.watch(keys.job(job_id), keys.lock(job_id), keys.failed, keys.meta_paused)
        if not tx.exists(keys.job(job_id)):
            return RetryRefused("Couldn't retry job: The job doesn't exist")
        if tx.exists(keys.lock(job_id)):
            return RetryRefused("Couldn't retry job: The job is locked")
        has_failed = tx.zscore(keys.failed, job_id) is not None
        lifo = JobOptions.of_hash(tx.hget(keys.job(job_id), "opts")).lifo
        target = enqueue_key(tx, keys)
        tx.multi()
        tx.hdel(keys.job(job_id), "finishedOn", "processedOn", "failedReason")
        tx.hset(keys.job(job_id), "retriedOn", str(now_ms))
        if not has_failed:
            return RetryRefused("Couldn't retry job: The job has been already retried or has not failed")
        tx.zrem(keys.failed, job_id)
        if lifo:
            tx.rpush(target, job_id)
        else:
            tx.lpush(target, job_id)
        return None

    refusal = atomic(store, body)
    if refusal is not None:
        raise refusal


def retry_failed_jobs(store: Store, keys: QueueKeys, *, batch: int = 1_000) -> list[str]:
    """Put every failed job back in line, the oldest failure first, and return their ids in that order.

    Redis: ZRANGE and ZREM failed, HDEL jobs, LPUSH wait; one atomic step for each ``batch``. O(n).

    Source: BULL_FACTS 10; unlike ``retry_job`` it sets no retriedOn.
    """

    def body(tx: Transaction) -> list[str]:
        tx.watch(keys.failed, keys.meta_paused)
        job_ids: list[str] = tx.zrange(keys.failed, 0, batch - 1)
        target = enqueue_key(tx, keys)
        tx.multi()
        if job_ids:
            for job_id in job_ids:
                tx.hdel(keys.job(job_id), "finishedOn", "processedOn", "failedReason")
            tx.zrem(keys.failed, *job_ids)
            tx.lpush(target, *job_ids)
        return job_ids

    retried: list[str] = []
    while True:
        moved = atomic(store, body)
        retried += moved
        if len(moved) < batch:
            return retried
