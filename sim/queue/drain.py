"""An operator throws away everything that waits."""

from typing import NamedTuple

from sim.queue.keys import QueueKeys
from sim.queue.store import Store, Transaction, atomic


class Drained(NamedTuple):
    """What a drain took out.

    Attributes:
        waiting: Jobs that were in line, of a paused queue too; whoever would have run next comes first.
        delayed: Jobs that were delayed, the one that would have become due first comes first; their hashes stay.
    """

    waiting: list[str]
    delayed: list[str]


def drain_queue(store: Store, keys: QueueKeys, *, delayed: bool = True) -> Drained:
    """Take out all jobs that wait; those that are active or finished stay.

    What Bull's ``queue.empty()`` leaves behind stays behind here: the logs of all, and **the hashes of the delayed
    jobs, whose ids are therefore taken: an add under such an id does nothing**. And **a paused queue hands out again**
    afterwards, while ``is_paused`` goes on saying that it is paused: of the two marks of a pause one is deleted.

    Args:
        delayed: Whether the delayed jobs go too; in Bull they always do.

    Raises:
        redis.ConnectionError: Indefinite. They may be gone.

    Redis:
        LRANGE wait and paused, ZRANGE delayed, DEL of these and of meta-paused, priority, limiter and the waiting jobs'
        hashes. One atomic step, where Bull's are two. O(n).

    Source: Queue.prototype.empty of Bull 4.16.5.
    """

    def body(tx: Transaction) -> Drained:
        tx.watch(keys.wait, keys.paused, keys.delayed)
        waiting = [*tx.lrange(keys.wait, 0, -1)[::-1], *tx.lrange(keys.paused, 0, -1)[::-1]]
        held: list[str] = tx.zrange(keys.delayed, 0, -1) if delayed else []
        tx.multi()
        tx.delete(
            keys.wait,
            keys.paused,
            keys.meta_paused,
            keys.priority,
            keys.limiter,
            keys.limiter_index,
            keys.limiter_limited,
            *([keys.delayed] if delayed else []),
            *(keys.job(job_id) for job_id in waiting),
        )
        return Drained(waiting, held)

    return atomic(store, body)
