"""When a failed job is tried again: its wait after each failure, and the schedule of attempts that these add up to."""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from sim.queue.errors import UnknownBackoff
from sim.queue.javascript import SAFE
from sim.queue.job import Backoff
from sim.queue.semantics import Semantics

Strategy = Callable[[int], float | None]
"""Failures so far -> delay, ms. None or 0: at once. Exactly -1: give up now. Below -1: due in the past, so at once."""

GIVE_UP = -1
MAX_DOUBLINGS = 64
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
            return min(SAFE, _rounded(backoff.delay_ms * (1 << min(failures - 1, MAX_DOUBLINGS))))
        return min(SAFE, _rounded(backoff.delay_ms * ((1 << min(failures, MAX_DOUBLINGS)) - 1)))
    raise UnknownBackoff(backoff.type)


def _rounded(delay_ms: float) -> float:
    """Round to a whole number as JavaScript does: halves up."""
    return delay_ms if isinstance(delay_ms, int) else math.floor(delay_ms + 0.5)


class Attempt(NamedTuple):
    """One row of the timetable.

    Attributes:
        number: From 1.
        delay_ms: Wait before it, ms; 0 for the first.
        since_first_ms: Time since the first attempt began, ms, if the attempts themselves took none.
    """

    number: int
    delay_ms: int
    since_first_ms: int


class RetrySchedule(NamedTuple):
    """The attempts of one queue's job, and the delays that the document lists and that can never happen."""

    attempts: list[Attempt]
    never_ms: list[int]

    @property
    def horizon_ms(self) -> int:
        """From the first attempt to the last, ms: an outage that lasts longer fails the job for good."""
        return self.attempts[-1].since_first_ms


def retry_schedule(attempts: int, backoff: Backoff | None, semantics: Semantics) -> RetrySchedule:
    """Work out when each attempt comes.

    N attempts have N - 1 delays between them. The reliability model lists N for its exponential queues, so the last
    of each list can never happen.

    Source: reliability-model.md, Retry Behavior; BULL_FACTS 1.
    """
    rows = [Attempt(1, 0, 0)]
    for failures in range(1, attempts):
        delay_ms = math.ceil(backoff_delay_ms(backoff, failures, semantics))
        rows.append(Attempt(failures + 1, delay_ms, rows[-1].since_first_ms + delay_ms))
    never_ms: list[int] = []
    if backoff is not None and backoff.type == "exponential" and semantics.name == "documented":
        never_ms.append(math.ceil(backoff_delay_ms(backoff, attempts, semantics)))
    return RetrySchedule(rows, never_ms)
