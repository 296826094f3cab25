"""When the attempts of a job that always fails come, and which of the delays that somebody listed never occur."""

import math
from typing import NamedTuple

from sim.jobqueue.backoff import backoff_delay_ms
from sim.jobqueue.job import Backoff
from sim.jobqueue.semantics import Semantics


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


class Timetable(NamedTuple):
    """The attempts of one queue's job, and the delays that the document lists and that can never happen."""

    attempts: list[Attempt]
    never_ms: list[int]

    @property
    def horizon_ms(self) -> int:
        """From the first attempt to the last, ms: an outage that lasts longer fails the job for good."""
        return self.attempts[-1].since_first_ms


def timetable(attempts: int, backoff: Backoff | None, semantics: Semantics) -> Timetable:
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
    return Timetable(rows, never_ms)
