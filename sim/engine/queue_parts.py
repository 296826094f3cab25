"""What the workers of one queue, its producer and its operators share."""

from typing import NamedTuple

from sim.engine.backoff_strategy import BackoffStrategy
from sim.engine.blocked_clients import BlockedClients
from sim.engine.iterations import Iterations
from sim.engine.promoter import Promoter
from sim.engine.service_times import ServiceTimes
from sim.handlers.base import Handler
from sim.queue.keys import QueueKeys
from sim.queue.limiter import RateLimit
from sim.scenario.queues import QueueConfig
from sim.scenario.schema import Workers


class QueueParts(NamedTuple):
    """What the workers of one queue share.

    Attributes:
        iterations: The jobs of schedules.
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
    iterations: Iterations
    dead: QueueKeys | None
    strategy: BackoffStrategy | None
    job: Handler
