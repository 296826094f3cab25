"""From the number of failures to the wait before the next attempt."""

import math
from collections.abc import Callable, Mapping

from sim.jobqueue.errors import UnknownBackoff
from sim.jobqueue.job import Backoff
from sim.jobqueue.numbers import SAFE
from sim.jobqueue.semantics import Semantics

Strategy = Callable[[int], float | None]
"""Failures so far -> delay, ms. None or 0: at once. Exactly -1: give up now. Below -1: due in the past, so at once."""

GIVE_UP = -1
MOST_DOUBLINGS = 64
"""With more of them every delay is longer than any run; Bull's own comes to infinity, which never comes either."""


def backoff_delay_ms(
    backoff: Backoff | None,
    failures: int,
    semantics: Semantics,
    strategies: Mapping[str, Strategy] | None = None,
) -> float:
    """Return how long a job waits after its ``failures``-th failed attempt, ms; 0 means at once, -1 give up.

    Args:
        failures: Failed attempts so far, from 1.
        strategies: Custom strategies by type; they come before the built-in ones.

    Raises:
        UnknownBackoff: The type is neither built in nor among ``strategies``.

    Source: reliability-model.md, Retry Behavior (documented); BULL_FACTS 1 (bull-4.16).
    """
    if backoff is None:
        return 0
    if strategies and backoff.type in strategies:
        return strategies[backoff.type](failures) or 0
    if backoff.type == "fixed":
        return backoff.delay_ms
    if backoff.type == "exponential":
        if semantics.exponential == "doubling":
            return min(SAFE, _rounded(backoff.delay_ms * (1 << min(failures - 1, MOST_DOUBLINGS))))
        return min(SAFE, _rounded(backoff.delay_ms * ((1 << min(failures, MOST_DOUBLINGS)) - 1)))
    raise UnknownBackoff(backoff.type)


def _rounded(delay_ms: float) -> float:
    """Round to a whole number as JavaScript does: halves up."""
    return delay_ms if isinstance(delay_ms, int) else math.floor(delay_ms + 0.5)
