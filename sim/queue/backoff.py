"""When a failed job is tried again: its wait after each failure, and the schedule of attempts that these add up to."""

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sim.queue.errors import UnknownBackoff
from sim.queue.javascript import SAFE, text, truthy
from sim.queue.job import Backoff
from sim.queue.semantics import Semantics

Strategy = Callable[[int, str, Any], Any]
"""Failures so far, the error's message, the backoff's ``options`` -> delay, ms.

None or 0: at once. Exactly -1: give up now. Below -1: due in the past, so at once. Anything else does what JavaScript
makes of it when it adds it to the time. It may raise ``BackoffFailed``.
"""

GIVE_UP = -1
MAX_DOUBLINGS = 64
"""With more of them every delay is longer than any run; Bull's own comes to infinity, which never comes either."""


class Wait(NamedTuple):
    """What a backoff comes to after a failure.

    Attributes:
        delay_ms: ms; 0 means at once, -1 give up.
        glued: A text that JavaScript glues to the time, which makes the due time; ``delay_ms`` then says only that
            there is a delay.
    """

    delay_ms: float
    glued: str | None = None


def backoff_wait(
    backoff: Backoff | None,
    failures: int,
    semantics: Semantics,
    strategies: Mapping[str, Strategy] | None = None,
    message: str = "",
) -> Wait:
    """Return how long a job waits after its ``failures``-th failed attempt.

    Args:
        failures: Failed attempts so far, from 1.
        strategies: Custom strategies by type; they come before the built-in ones.
        message: Why the attempt failed.

    Raises:
        UnknownBackoff: The type is neither built in nor among ``strategies``.
        BackoffFailed: The strategy threw an error.

    Source: reliability-model.md, Retry Behavior (documented); BULL_FACTS 1, 26 (bull-4.16).
    """
    if backoff is None:
        return Wait(0)
    if strategies and backoff.type in strategies:
        return _wait_of(strategies[backoff.type](failures, message, backoff.options))
    return Wait(backoff_delay_ms(backoff, failures, semantics), backoff.glued)


def _wait_of(answer: Any) -> Wait:
    """Make of a strategy's answer what JavaScript does, which adds it to the time."""
    if isinstance(answer, list | dict) or (isinstance(answer, str) and answer):
        return Wait(1, text(answer))
    if not truthy(answer) or not isinstance(answer, int | float) or math.isnan(answer):
        return Wait(0)
    return Wait(max(-SAFE, min(SAFE, answer + 0)))


def backoff_delay_ms(backoff: Backoff, failures: int, semantics: Semantics) -> float:
    """Return how long Bull's own types let a job wait after its ``failures``-th failed attempt, ms; 0 means at once.

    Raises:
        UnknownBackoff: The type is not built in.

    Source: reliability-model.md, Retry Behavior (documented); BULL_FACTS 1 (bull-4.16).
    """
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
        jitter_ms: By so much less chance may make the wait, ms.
        since_jitter_ms: By so much less the time since the first attempt may be, ms.
    """

    number: int
    delay_ms: int
    since_first_ms: int
    jitter_ms: int = 0
    since_jitter_ms: int = 0


class RetrySchedule(NamedTuple):
    """The attempts of one queue's job, and the delays that the document lists and that can never happen."""

    attempts: list[Attempt]
    never_ms: list[int]

    @property
    def horizon_ms(self) -> int:
        """From the first attempt to the last, at least, ms: an outage that lasts longer may fail the job for good."""
        return self.attempts[-1].since_first_ms - self.attempts[-1].since_jitter_ms


def retry_schedule(attempts: int, backoff: Backoff | None, semantics: Semantics) -> RetrySchedule:
    """Work out when each attempt comes.

    N attempts have N - 1 delays between them. The reliability model lists N for its exponential queues, so the last
    of each list can never happen.

    Source: reliability-model.md, Retry Behavior; BULL_FACTS 1.
    """
    if backoff is None:
        return add_up_waits(attempts, lambda _failures: (0, 0))
    waits_ms = [backoff_delay_ms(backoff, failures, semantics) for failures in range(1, attempts + 1)]
    schedule = add_up_waits(attempts, lambda failures: (waits_ms[failures - 1], waits_ms[failures - 1]))
    if backoff.type == "exponential" and semantics.name == "documented":
        schedule.never_ms.append(math.ceil(waits_ms[-1]))
    return schedule


def add_up_waits(attempts: int, span: Callable[[int], tuple[float, float] | None]) -> RetrySchedule:
    """Work out when each attempt comes, from what is waited after each failure.

    Args:
        span: Number of the failure -> the shortest and the longest wait, ms; None where the job is given up.
    """
    rows = [Attempt(1, 0, 0)]
    for failures in range(1, attempts):
        bounds = span(failures)
        if bounds is None:
            break
        delay_ms, last = math.ceil(bounds[1]), rows[-1]
        jitter_ms = delay_ms - math.ceil(bounds[0])
        rows.append(
            Attempt(
                failures + 1,
                delay_ms,
                last.since_first_ms + delay_ms,
                jitter_ms,
                last.since_jitter_ms + jitter_ms,
            )
        )
    return RetrySchedule(rows, [])
