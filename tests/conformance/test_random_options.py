"""Options drawn at random from what JSON can hold, in the project's queue and in the real Bull, key by key."""

import random
from typing import Any

import pytest

from sim.core.clock import ManualClock
from sim.stores.memory_store import MemoryStore
from tests.conformance.arms import T0, Arm, ProjectQueue
from tests.conformance.case import PRODUCER, Case, Script, Settings, Step
from tests.conformance.records import disagreements, observe, to_record

NAMES = (
    "attempts",
    "backoff",
    "delay",
    "priority",
    "lifo",
    "jobId",
    "removeOnComplete",
    "removeOnFail",
    "stackTraceLimit",
    "timestamp",
    "preventParsingData",
    "timeout",
    "mine",
)
NUMBERS = [0, 1, 2, -1, -2, 3, 0.5, 1.5, -0.5, 1e-7, 12_345.678]
TEXTS = ["", "0", "1", "-1", "2.5", "1e2", "0x10", " 3 ", "abc", "true", "null", "00", "1,2", "é"]
ODD: list[Any] = [None, True, False, *NUMBERS, *TEXTS, {}, {"a": 1}]
SETTINGS = Settings(strategies={"steps": [3_000]})


def _value(draw: random.Random, option: str) -> Any:
    """Draw a value of an option; lists are flattened into the arguments of a command where a text is wanted."""
    if option == "backoff" and draw.random() < 0.6:
        parts = {"type": draw.choice(["fixed", "exponential", "steps", None, "nope"]), "delay": draw.choice(ODD)}
        return {name: part for name, part in parts.items() if draw.random() < 0.9}
    if option.startswith("remove") and draw.random() < 0.5:
        return {name: draw.choice(ODD) for name in ("count", "age") if draw.random() < 0.7}
    if option == "timestamp" and draw.random() < 0.5:
        return T0 - draw.choice([0, 5, 1_000, 100_000])
    return draw.choice(ODD if option in ("jobId", "priority", "timestamp") else [*ODD, [], [3]])


def _beginning(draw: random.Random) -> Script:
    """Two ordinary jobs and an odd one, and a worker that takes what it gets."""
    q = Script()
    q.add()
    q.add(priority=2)
    opts = {name: _value(draw, name) for name in NAMES if draw.random() < 0.3}
    q.steps.append(Step(PRODUCER, "add", {"data": draw.choice([*ODD, []]), "name": None, "opts": opts}))
    q.tick(draw.choice([0, 1, 5_000]))
    q.promote()
    for _ in range(3):
        q.take()
    return q


def _end(q: Script, draw: random.Random, taken: list[str]) -> None:
    """Every job that was taken ends or stalls, the odd one first."""
    for job_id in sorted(taken, key=lambda one: one in ("1", "2")):
        draw.choice([q.fail, q.complete])(job_id)
        q.tick(draw.choice([1, 2_000]))
        q.promote()
        q.take()
    q.crash(checks=3)
    q.take()
    q.crash(checks=3)
    q.counts()


@pytest.mark.parametrize("seed", range(40))
def test_any_options_do_what_they_do_in_the_real_bull(seed: int, bull_arm: Arm | str) -> None:
    """From the add to the end of the job, whatever stands in its options."""
    if isinstance(bull_arm, str):
        pytest.skip(bull_arm)
    draw = random.Random(seed)
    q = _beginning(draw)
    begun = Case(f"random-{seed}", "random", "Options at random.", SETTINGS, q.steps)
    replies = [fact.reply for fact in observe(begun, bull_arm)]
    _end(q, draw, [reply["id"] for reply in replies if isinstance(reply, dict) and "id" in reply])
    clock = ManualClock(T0)
    store = MemoryStore(clock)
    arm = Arm(ProjectQueue(store), store, clock)
    lines = disagreements(begun, to_record(begun, observe(begun, bull_arm)), observe(begun, arm))
    assert not lines, "\n".join([str(q.steps[2].args), *lines])
