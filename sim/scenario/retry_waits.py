"""How long a failed job of a scenario waits: the bounds of each wait, what chance makes of them, and the timetable."""

from typing import NamedTuple

from sim.queue.backoff import RetrySchedule, add_up_waits, backoff_delay_ms, retry_schedule
from sim.queue.job import Backoff as QueueBackoff
from sim.queue.semantics import Semantics
from sim.scenario.backoff import NEVER, Backoff, CustomBackoff, RetryBackoff, SpreadBackoff


class WaitSpan(NamedTuple):
    """Between which bounds a wait is drawn, ms; the same where nothing is drawn."""

    least_ms: float
    most_ms: float

    def drawn_ms(self, unit: float) -> int:
        """Return the wait that belongs to a random number in [0, 1), ms; 0 is the longest."""
        return round(self.most_ms - unit * (self.most_ms - self.least_ms))


AT_ONCE = WaitSpan(0, 0)


def wait_span(
    backoff: RetryBackoff | None, failures: int, semantics: Semantics, *, permanent: bool = False
) -> WaitSpan | None:
    """Return how long a job waits after its ``failures``-th failed attempt; None means that it is given up.

    Args:
        failures: Failed attempts so far, from 1.
        permanent: Whether the error will come again, whatever is tried.
    """
    if backoff is None:
        return AT_ONCE
    if isinstance(backoff, CustomBackoff):
        return _custom(backoff, failures, semantics, permanent)
    return _single(backoff, failures, semantics)


def _custom(backoff: CustomBackoff, failures: int, semantics: Semantics, permanent: bool) -> WaitSpan | None:
    if backoff.by_error is None:
        return _listed(backoff.delays or [0], failures, backoff.jitter)
    one = backoff.by_error.permanent if permanent else backoff.by_error.transient
    return _listed(one, failures, 0) if isinstance(one, list) else _single(one, failures, semantics)


def _listed(waits: list[int], failures: int, jitter: float) -> WaitSpan | None:
    wait_ms = waits[min(failures, len(waits)) - 1]
    return None if wait_ms == NEVER else WaitSpan(wait_ms * (1 - jitter), wait_ms)


def _single(backoff: Backoff | SpreadBackoff, failures: int, semantics: Semantics) -> WaitSpan:
    if isinstance(backoff, SpreadBackoff):
        return WaitSpan(backoff.min, backoff.max)
    longest_ms = backoff_delay_ms(QueueBackoff(backoff.type, backoff.delay), failures, semantics)
    return WaitSpan(longest_ms * (1 - backoff.jitter), longest_ms)


def needs_strategy(backoff: RetryBackoff | None) -> bool:
    """Tell whether Bull's own types do not do it, so that the workers need a strategy."""
    return backoff is not None and not (isinstance(backoff, Backoff) and not backoff.jitter)


def is_drawn(backoff: RetryBackoff | None) -> bool:
    """Tell whether chance has a part in any wait."""
    if isinstance(backoff, CustomBackoff) and backoff.by_error is not None:
        kinds = (backoff.by_error.transient, backoff.by_error.permanent)
        return any(not isinstance(one, list) and is_drawn(one) for one in kinds)
    return isinstance(backoff, SpreadBackoff) or (backoff is not None and backoff.jitter > 0)


def as_stored(backoff: RetryBackoff | None) -> QueueBackoff | None:
    """Return what a job carries of it; what a strategy does is code of the workers, and stands in no job."""
    if backoff is None:
        return None
    return QueueBackoff(backoff.type, backoff.delay if isinstance(backoff, Backoff) else 0)


def schedule_of(
    attempts: int, backoff: RetryBackoff | None, semantics: Semantics, *, permanent: bool = False
) -> RetrySchedule:
    """Work out when each attempt of a job comes that always fails; fewer come where a strategy gives it up.

    Args:
        permanent: Whether its errors will come again, whatever is tried.
    """
    if not needs_strategy(backoff):
        return retry_schedule(attempts, as_stored(backoff), semantics)
    return add_up_waits(attempts, lambda failures: wait_span(backoff, failures, semantics, permanent=permanent))
