"""The `timeout` of a job: after how long an attempt counts as failed, and what it then fails with.

Bull reads the option in the worker when an attempt starts. A falsy value is no timeout; one that is not a positive
number fails the attempt at once; one that a timer of Node cannot hold (more than 24.8 days) does so after 1 ms.

Source: BULL_FACTS 29.
"""

from typing import Any, NamedTuple

from sim.queue.javascript import text, truthy

LONGEST_MS = 2**31 - 1
"""The longest time that a timer of Node can wait, ms."""


class Timeout(NamedTuple):
    """What a job's `timeout` comes to.

    Attributes:
        given: As the submit gave it; a positive number is ms.
        after_ms: When the attempt fails, ms after its start.
        message: What it fails with.
    """

    given: Any
    after_ms: int
    message: str


def timeout_of(given: Any) -> Timeout | None:
    """Read the option `timeout`; None where it sets no limit."""
    if not truthy(given):
        return None
    if type(given) not in (int, float) or given <= 0:
        return Timeout(given, 0, f"Expected `milliseconds` to be a positive number, got `{text(given)}`")
    after_ms = int(given) if 1 <= given <= LONGEST_MS else 1
    return Timeout(given, after_ms, f"Promise timed out after {text(given)} milliseconds")
