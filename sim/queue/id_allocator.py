"""Ids for jobs that move into a queue from another one: their own where it is free, and never one in use."""

from sim.queue.javascript import number_of, whole
from sim.queue.keys import QueueKeys
from sim.queue.store import Transaction

LARGEST_NUMBER = 2**53 - 1
"""A counter is never raised beyond this; it would not get there by counting either."""


class IdAllocator:
    """Free ids of one queue, given out within one step; ``find`` them before ``multi()``, ``write`` after.

    A queue hands out the numbers of its counter without a look at what stands there, so a job that came with a number
    ahead of the counter would be overwritten one day. The counter is therefore raised to the numbers given out.

    Redis:
        GET id, WATCH and EXISTS job for each id that is tried, and SET id where the counter is behind. O(ids in use).

    Source: BULL_FACTS 12; docs/dead-letters.md.
    """

    __slots__ = ("_counter", "_given", "_highest", "_is_watched", "_keys")

    def __init__(self, tx: Transaction, keys: QueueKeys) -> None:
        self._keys = keys
        self._given: set[str] = set()
        self._highest = 0
        self._is_watched = False
        self._counter = whole(tx.get(keys.id))  # not watched, as every add raises it: it only ever grows

    def find(self, tx: Transaction, wanted: str) -> str:
        """Choose ``wanted`` where no job of the queue has that id, else that with -2, -3 and so on behind it."""
        job_id, place = wanted, 1
        while job_id in self._given or self._is_in_use(tx, job_id):
            place += 1
            job_id = f"{wanted}-{place}"
        self._given.add(job_id)
        self._highest = max(self._highest, _number(job_id))
        if self._highest > self._counter and not self._is_watched:
            tx.watch(self._keys.id)
            self._counter = whole(tx.get(self._keys.id))
            self._is_watched = True
        return job_id

    def write(self, tx: Transaction) -> None:
        """Keep the counter from giving the same numbers out; call it after ``multi()``."""
        if self._highest > self._counter:
            tx.set(self._keys.id, self._highest)

    def _is_in_use(self, tx: Transaction, job_id: str) -> bool:
        tx.watch(self._keys.job(job_id))
        return bool(tx.exists(self._keys.job(job_id)))


def _number(job_id: str) -> int:
    """Read an id as the counter would write it; 0 for one that it never writes."""
    number = number_of(job_id) or 0
    return number if str(number) == job_id and number <= LARGEST_NUMBER else 0
