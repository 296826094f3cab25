"""Bull's key layout: every Redis key of a queue, its type and what it means."""

from functools import lru_cache

LOCK = ":lock"
LOGS = ":logs"
"""What follows a job's key in the keys that go with it."""
DEAD = "-dead"
"""What follows a queue's name in the name of its dead letter queue."""


class QueueKeys:
    """The keys of one queue, ready made.

    Attributes:
        id: string; the job counter, raised by every add.
        wait: list; jobs in line. Workers take the right end.
        paused: list; takes the place of ``wait`` while the queue is paused.
        active: list; jobs that a worker has taken.
        delayed: sorted set; jobs that become due later. Score: due time in ms * 4096 + (counter & 4095).
        priority: sorted set; waiting jobs that have a priority, by priority.
        completed: sorted set; finished jobs by the time they finished, ms.
        failed: sorted set; jobs given up, by the time they failed, ms.
        stalled: set; active jobs that the last check marked as possibly abandoned.
        stalled_check: string with expiry; while it lives, no other check runs.
        meta_paused: string; exists while the queue is paused.
        meta: hash; ``paused`` = 1 while the queue is paused.
        limiter: string with expiry; jobs started in the current window of the rate limiter.
        repeat: sorted set; the schedules of repeatable jobs, by the time of the job that was added last, ms.

    Source: the layout of Bull 4.16.5, as BULL_FACTS lists it.
    """

    __slots__ = (
        "active",
        "base",
        "completed",
        "delayed",
        "failed",
        "id",
        "limiter",
        "limiter_index",
        "limiter_limited",
        "meta",
        "meta_paused",
        "name",
        "paused",
        "prefix",
        "priority",
        "repeat",
        "stalled",
        "stalled_check",
        "wait",
    )

    def __init__(self, queue: str, prefix: str = "bull") -> None:
        base = f"{prefix}:{queue}:"
        self.name = queue
        self.prefix = prefix
        self.base = base
        self.id = base + "id"
        self.wait = base + "wait"
        self.paused = base + "paused"
        self.active = base + "active"
        self.delayed = base + "delayed"
        self.priority = base + "priority"
        self.completed = base + "completed"
        self.failed = base + "failed"
        self.stalled = base + "stalled"
        self.stalled_check = base + "stalled-check"
        self.meta_paused = base + "meta-paused"
        self.meta = base + "meta"
        self.limiter = base + "limiter"
        self.limiter_index = base + "limiter:index"
        self.limiter_limited = base + "limiter:limited"
        self.repeat = base + "repeat"

    def of_state(self, state: str) -> str:
        """The list or sorted set that holds the jobs of a state."""
        return self.wait if state == "waiting" else self.base + state

    def job(self, job_id: str) -> str:
        """The hash that holds a job's data, options and history."""
        return self.base + job_id

    def debounce(self, debounce_id: str) -> str:
        """The string that keeps other jobs of this debounce id away; only Bull itself writes it."""
        return f"{self.base}de:{debounce_id}"

    def lock(self, job_id: str) -> str:
        """The string with expiry that holds the token of the job's worker."""
        return self.base + job_id + LOCK

    def logs(self, job_id: str) -> str:
        """The list of what a handler logged; deleted together with the job."""
        return self.base + job_id + LOGS

    def dead_letters(self) -> "QueueKeys":
        """The keys of the queue's dead letter queue, which is a queue of its own on the same layout."""
        return keys_of(self.name + DEAD, self.prefix)


@lru_cache(maxsize=1_000)
def keys_of(queue: str, prefix: str = "bull") -> QueueKeys:
    """Return the keys of a queue; nobody changes them, so all who ask for the same queue share them."""
    return QueueKeys(queue, prefix)
