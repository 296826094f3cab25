"""What the fleet is given to do: job number n has options and a behaviour that follow from n alone."""

from typing import NamedTuple

from sim.queue.job import Backoff, JobOptions
from sim.queue.keys import QueueKeys

MAIN = QueueKeys("main")
"""Keeps every finished job, but for those that remove themselves."""
KEPT = QueueKeys("kept")
"""Keeps the newest ``KEEP_COMPLETED`` and ``KEEP_FAILED``."""
QUEUES = {keys.name: keys for keys in (MAIN, KEPT)}
KEEP_COMPLETED = 1
KEEP_FAILED = 3

LOCK_MS = 800
STALLED_INTERVAL_MS = 400
EXTEND_EVERY_MS = 300
NAP_MS = 2_000
"""Long enough for another worker to be in the middle of the job when the first comes to its end."""
ALWAYS = 1_000


class Plan(NamedTuple):
    """Job number n.

    Attributes:
        queue: Which queue it goes to.
        failures: Its handler fails while so few attempts have failed; ``ALWAYS`` means that the job is given up.
        work_ms: How long its handler works, extending its lock.
        nap: Whether its first start blocks for ``NAP_MS``, without extending its lock.
        own_id: Whether it brings its own id; both producers add it.
    """

    queue: QueueKeys
    options: JobOptions
    failures: int
    work_ms: int
    nap: bool
    own_id: bool


def plan_of(n: int) -> Plan:
    """Say what job number n is."""
    kept = n % 8 == 6
    failures, attempts, backoff = 0, 1, None
    if n % 10 == 3:
        failures, attempts = 1, 3
    elif n % 10 == 7:
        failures, attempts, backoff = 2, 3, Backoff("fixed", 20)
    elif n % 25 == 9 or n % 24 == 14:
        failures, attempts, backoff = ALWAYS, 2, Backoff("fixed", 5) if n % 2 else None
    own_id = n % 40 == 11
    options = JobOptions(
        attempts=attempts,
        backoff=backoff,
        delay_ms=1 + n % 200 if n % 6 == 5 else 0,
        priority=1 + n % 5 if n % 4 == 1 else 0,
        lifo=n % 9 == 2,
        job_id=f"own-{n}" if own_id else None,
        remove_on_complete=KEEP_COMPLETED if kept else n % 30 == 4 or None,
        remove_on_fail=KEEP_FAILED if kept else None,
    )
    nap = n % 131 == 60
    work_ms = 1_000 if n % 97 == 50 or nap else n % 4 if n % 3 == 0 else 0
    return Plan(KEPT if kept else MAIN, options, failures, work_ms, nap, own_id)
