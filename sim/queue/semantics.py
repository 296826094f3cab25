"""The two profiles: the reliability model to the letter, and the library as it was measured."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Semantics:
    """Where the document and the library differ. Everything else is the same in both.

    Attributes:
        name: The profile's name in scenario files and on the command line.
        exponential: After failure n, ``doubling`` waits base * 2**(n-1) and ``doubling-minus-one`` base * (2**n - 1).
        submit_while_away: Whether a submit during a Redis outage ``fails`` at once or ``waits`` for the connection.
        reconnect: Whether clients come back ``at-once`` with Redis, or on a growing ``schedule`` of attempts.

    Source: reliability-model.md, Retry Behavior and Redis Failure; BULL_FACTS 1 and 8.
    """

    name: Literal["documented", "bull-4.16"]
    exponential: Literal["doubling", "doubling-minus-one"]
    submit_while_away: Literal["fails", "waits"]
    reconnect: Literal["at-once", "schedule"]


DOCUMENTED = Semantics("documented", "doubling", "fails", "at-once")
BULL = Semantics("bull-4.16", "doubling-minus-one", "waits", "schedule")
PROFILES: dict[str, Semantics] = {profile.name: profile for profile in (DOCUMENTED, BULL)}
