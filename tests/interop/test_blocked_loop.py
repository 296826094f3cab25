"""Handlers that block the event loop of the real Bull, held against the simulation of the same."""

from collections.abc import Callable
from functools import partial

import pytest

from sim.engine.run import run
from sim.results.trace import EventKind
from sim.scenario.schema import Scenario
from tests.interop.bull_process import BullProcess

pytestmark = pytest.mark.real

LOCK_MS = 3_800
STALLED_INTERVAL_MS = 500
TRIES = 5
"""A busy machine makes a handler end too late; then the measurement is made again."""


def simulated(slots: int, service_ms: int) -> list[tuple[str, str]]:
    """What the simulator says of so many jobs for so many slots of one process: (what, number of the job)."""
    arrivals = {"kind": "bursts", "interval": "1s", "size": slots, "bursts": 1, "start": "1s"}
    settings = {
        "concurrency": slots,
        "blocking": "on",
        "lock_duration": f"{LOCK_MS}ms",
        "stalled_interval": f"{STALLED_INTERVAL_MS}ms",
    }
    scenario = Scenario.model_validate(
        {
            "title": "Blocked",
            "question": "Who keeps the lock?",
            "workload": [{"queue": "email", "arrivals": arrivals}],
            "queues": {"email": {"service": f"{service_ms}ms", "attempts": 1, "idempotency_key": "off"}},
            "workers": {"email": settings},
        }
    )
    names = {EventKind.STARTED: "start", EventKind.COMPLETED: "completed", EventKind.ACK_REJECTED: "refused"}
    trace = run(scenario, modes=["queue"], semantics="bull-4.16").modes["queue"].trace
    return [(names[record.kind], str(record.job).removeprefix("email-")) for record in trace if record.kind in names]


def measured(start_bull: Callable[[], BullProcess], slots: int, service_ms: int, *, ends: int) -> list[tuple[str, str]]:
    """What the real Bull does with them; again where a handler ended on the other side of its lock than was meant.

    Args:
        ends: So many reports are waited for.
    """
    settings = {"lockDuration": LOCK_MS, "stalledInterval": STALLED_INTERVAL_MS, "retryProcessDelay": 100}
    spans: list[int] = []
    for number in range(TRIES):
        bull = start_bull()
        queue = f"blocked-{slots}-{service_ms}-{number}"
        bull.ask("compute", queue=queue, settings=settings, slots=slots, ms=service_ms)
        bull.ask("addBulk", queue=queue, jobs=[{"data": {}} for _ in range(slots)])
        bull.wait_until(partial(has_ended, bull, ends))
        spans = [event["ms"] for event in bull.events if event["event"] == "computed"][:slots]
        meant = [(0.8 * slots + 0.2 * place) * service_ms for place in range(1, slots + 1)]
        if all((span < LOCK_MS) == (span_meant < LOCK_MS) for span, span_meant in zip(spans, meant, strict=True)):
            return [what(event) for event in bull.events if event["event"] != "computed"]
        bull.end()
    pytest.skip(f"the machine is too busy: handlers took {spans} ms")


def has_ended(bull: BullProcess, ends: int) -> bool:
    """Whether so many jobs have been completed or refused."""
    return sum(event["event"] in ("completed", "error") for event in bull.events) >= ends


def what(event: dict[str, str]) -> tuple[str, str]:
    """Read an event of the process as the simulator's: a refusal is told in Bull's error."""
    if event["event"] == "error":
        words = event["message"].split()
        assert words[:4] == ["Missing", "lock", "for", "job"], event
        return "refused", words[4]
    return event["event"], event["id"]


def test_the_second_of_two_loses_its_lock_and_runs_again(start_bull: Callable[[], BullProcess]) -> None:
    """Of two of 2 s under a lock of 3.8 s the first ends after 3.6 s, the second after 4 s; then it is alone."""
    real = measured(start_bull, 2, 2_000, ends=3)
    assert real == simulated(2, 2_000)
    assert [job for event, job in real if event == "start"] == ["1", "2", "2"]


def test_all_of_three_lose_their_locks_to_the_first_stretches(start_bull: Callable[[], BullProcess]) -> None:
    """Of three of 2 s the first stretches take 4.8 s; nothing is renewed or reported before the last has ended."""
    real = measured(start_bull, 3, 2_000, ends=3)[:6]
    assert real == simulated(3, 2_000)[:6]
    assert [event for event, _job in real] == ["start"] * 3 + ["refused"] * 3


def test_two_whose_sum_is_shorter_than_the_lock_keep_it(start_bull: Callable[[], BullProcess]) -> None:
    """Two of 1.5 s."""
    assert measured(start_bull, 2, 1_500, ends=2) == simulated(2, 1_500)
