"""What the workers of one queue, its producer and its operators share."""

from typing import NamedTuple

from sim.engine.backoff_strategy import BackoffStrategy
from sim.engine.blocked_clients import BlockedClients
from sim.engine.promoter import Promoter
from sim.handlers.base import Handler
from sim.queue.keys import QueueKeys
from sim.queue.limiter import RateLimit
from sim.scenario.queues import QueueConfig
from sim.scenario.schema import Workers


class ServiceTimes:
    """How long each job works; only times other than the usual one take room.

    Attributes:
        default_ms: The usual time, ms; jobs that nobody offered take it too.
    """

    def __init__(self) -> None:
        self._by_job: dict[str, int] = {}
        self.default_ms = 0

    def remember(self, job: str, service_ms: int) -> None:
        """Remember a job's length, ms."""
        if service_ms != self.default_ms or job in self._by_job:
            self._by_job[job] = service_ms

    def of(self, job: str) -> int:
        """Return how long one attempt at a job works, ms."""
        return self._by_job.get(job, self.default_ms)


class QueueParts(NamedTuple):
    """What the workers of one queue share.

    Attributes:
        dead: The queue that takes jobs given up for good, or None where they go into the failed set.
        strategy: The workers' own backoff; None where Bull's own types do.
        job: What one of its jobs does.
    """

    name: str
    keys: QueueKeys
    config: QueueConfig
    settings: Workers
    blocked_clients: BlockedClients
    promoter: Promoter
    limit: RateLimit | None
    service_ms: ServiceTimes
    dead: QueueKeys | None
    strategy: BackoffStrategy | None
    job: Handler
