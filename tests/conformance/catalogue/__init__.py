"""Every case, a module for each theme; importing this package fills the catalogue."""

from tests.conformance.catalogue import (
    backoff,
    bounce_back,
    delays,
    getters,
    groups,
    job_ids,
    limiter,
    locks,
    manual_retry,
    operations,
    options,
    order,
    pause,
    retention,
    stalled,
    zombies,
)

__all__ = [
    "backoff",
    "bounce_back",
    "delays",
    "getters",
    "groups",
    "job_ids",
    "limiter",
    "locks",
    "manual_retry",
    "operations",
    "options",
    "order",
    "pause",
    "retention",
    "stalled",
    "zombies",
]
