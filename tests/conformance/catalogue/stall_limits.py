"""How often a job may stall: no limit, none at all, and limits that are no whole number."""

from typing import Any

from tests.conformance.case import Case, Script, Settings, case, define

GROUP = "stall_limits"

LIMITS: dict[str, Any] = {"infinite": "Infinity", "minus-one": -1, "minus-infinite": "-Infinity", "1000": 1_000}


def _stalls(times: int) -> list[Any]:
    q = Script()
    q.add(attempts=2)
    for _ in range(times):
        q.take()
        q.crash()
    q.job("1")
    q.counts()
    return q.steps


for said, limit in LIMITS.items():
    for times in (1, 3):
        define(
            Case(
                f"a-{said}-stall-limit-and-{times}-stalls",
                GROUP,
                f"What becomes of a job that stalls {times} times where maxStalledCount is {limit}.",
                Settings(max_stalled=limit),
                _stalls(times),
            )
        )


@case(Settings(max_stalled="Infinity"))
def without_a_limit_only_attempts_end_a_job(q: Script) -> None:
    """Six stalls and two failures: the job fails by its attempts, with all its stalls counted."""
    q.add(attempts=2)
    for _ in range(5):
        q.take()
        q.crash()
    q.take()
    q.fail("1", "first")
    q.take()
    q.crash()
    q.take()
    q.fail("1", "second")
    q.job("1")


@case(Settings(max_stalled="Infinity"))
def without_a_limit_a_stalled_job_still_goes_first(q: Script) -> None:
    """It is put in front of everything that waits, every time."""
    q.add()
    q.adds(2, priority=1)
    for _ in range(3):
        q.take()
        q.crash()
        q.jobs("waiting")
