"""Every case, a module for each theme; importing this package fills the catalogue."""

from tests.conformance.catalogue import (
    backoff,
    delays,
    getters,
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
    "delays",
    "getters",
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
