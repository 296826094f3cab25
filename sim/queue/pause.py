"""Pause and resume a queue: workers finish what they have, and nobody takes new jobs."""

from sim.queue.keys import QueueKeys
from sim.queue.store import Store, Transaction, atomic


def pause_queue(store: Store, keys: QueueKeys) -> None:
    """Stop handing out jobs; new ones line up in ``paused``.

    Redis: RENAME wait paused, SET meta-paused, HSET meta. One atomic step. O(1).

    Source: BULL_FACTS 11.
    """

    def body(tx: Transaction) -> None:
        tx.watch(keys.wait)
        waiting = tx.exists(keys.wait)
        tx.multi()
        if waiting:
            tx.rename(keys.wait, keys.paused)
        tx.set(keys.meta_paused, 1)
        tx.hset(keys.meta, "paused", "1")

    atomic(store, body)


def resume_queue(store: Store, keys: QueueKeys) -> None:
    """Let workers take jobs again.

    Redis: RENAME paused wait, DEL meta-paused, HDEL meta. One atomic step. O(1).

    Source: BULL_FACTS 11.
    """

    def body(tx: Transaction) -> None:
        tx.watch(keys.paused)
        waiting = tx.exists(keys.paused)
        tx.multi()
        if waiting:
            tx.rename(keys.paused, keys.wait)
        tx.delete(keys.meta_paused)
        tx.hdel(keys.meta, "paused")

    atomic(store, body)


def is_paused(store: Store, keys: QueueKeys) -> bool:
    """Tell whether the queue says that it is paused; after ``drain_queue`` it says so and hands jobs out all the same.

    Redis: EXISTS meta-paused, HGET meta; each exact, together not one moment. O(1).

    Source: Queue.prototype.isPaused of Bull 4.16.5.
    """
    return bool(store.exists(keys.meta_paused)) or store.hget(keys.meta, "paused") is not None


def hands_out_nothing(store: Store, keys: QueueKeys) -> bool:
    """Tell whether workers get no job because of a pause; see ``is_paused``.

    Redis: EXISTS meta-paused. O(1).
    """
    return bool(store.exists(keys.meta_paused))
