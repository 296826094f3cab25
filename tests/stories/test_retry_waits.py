"""Waits that a custom strategy decides, and how patient workers and clients are (BULL_FACTS 26)."""

from typing import Any

import pytest

from sim.engine.random_streams import Streams
from sim.engine.world import World
from sim.results.trace import EventKind
from tests.stories.test_stories import scenario, timeline

BULL = "bull-4.16"
FAILS = {"kind": "handler-error", "first_attempts": 9}


def waits(backoff: Any, *, store: Any = "memory", invalid: float = 0, semantics: str = BULL) -> list[tuple[str, int]]:
    """Each job's waits, ms, in the order in which they began."""
    story = scenario(
        seed=5,
        queues={"email": {"service": "0ms", "attempts": 5, "backoff": backoff}},
        workload=[
            {"queue": "email", "arrivals": {"kind": "constant", "interval": "1s", "count": 3}, "invalid": invalid}
        ],
        faults=[] if invalid else [FAILS],
    )
    world = World(story, semantics=semantics, store=store)
    world.run()
    return [
        (event.job, event.more["delay_ms"]) for event in world.trace if event.kind == EventKind.RETRY_SCHEDULED.value
    ]


@pytest.mark.parametrize("store", ["memory", "fakeredis"])
def test_jitter_belongs_to_the_job_and_its_failure(store: str) -> None:
    """The same on every store; a part of the wait that Bull's own type would have."""
    longest = {failures: 1_000 * (2**failures - 1) for failures in (1, 2, 3, 4)}
    expected = {
        (f"email-{job}", failures): round(
            longest[failures] * (1 - 0.5 * Streams(5).unit("backoff:email", f"email-{job}", failures))
        )
        for job in (1, 2, 3)
        for failures in longest
    }
    seen: dict[tuple[str, int], int] = {}
    for job, wait_ms in waits({"type": "exponential", "delay": "1s", "jitter": 0.5}, store=store):
        failures = 1 + sum(name == job for name, _failures in seen)
        seen[job, failures] = wait_ms
    assert seen == expected


def test_listed_waits_come_in_turn_in_both_semantics() -> None:
    """The last one repeats."""
    for semantics in (BULL, "documented"):
        found = waits({"type": "custom", "delays": ["2s", 500]}, semantics=semantics)
        assert [wait for job, wait in found if job == "email-1"] == [2_000, 500, 500, 500]


def test_never_ends_a_job_with_attempts_left() -> None:
    """After an error that will come again, not after one that may pass."""
    by_error = {"type": "custom", "by_error": {"transient": "1s", "permanent": "never"}}
    assert waits(by_error, invalid=1) == []
    assert len(waits(by_error)) == 12


def starts(drain_delay: str) -> list[int]:
    """When an email starts that comes a minute after one of two idle workers froze, ms since the run began."""
    story = scenario(
        queues={"email": {"service": "1s", "attempts": 1}},
        workload=[{"queue": "email", "arrivals": {"kind": "times", "at": ["1m"]}}],
        workers={"email": {"processes": 2, "drain_delay": drain_delay, "start_spread": "0s"}},
        faults=[{"kind": "worker-freeze", "target": "email-1", "at": "100ms", "duration": "3m"}],
    )
    return [int(line.split()[0]) for line in timeline(story, semantics=BULL) if line.endswith(" started")]


def test_redis_hands_jobs_to_a_frozen_process_until_its_pop_times_out() -> None:
    """With 0s it never does: a stalled check brings the job to the other one, and the thawed one starts it as well."""
    assert starts("5s") == starts("59s") == [60_000]
    assert starts("0s") == starts("61s") == [90_013, 180_100]


def rejected(tries: int | None, semantics: str = BULL) -> list[tuple[int, str]]:
    """When submits are rejected in an outage of ten minutes, ms since it began, and which."""
    story = scenario(
        workload=[{"queue": "email", "arrivals": {"kind": "constant", "interval": "100s", "count": 8, "start": "1s"}}],
        faults=[{"kind": "redis-outage", "at": "1s", "duration": "10m"}],
        redis={"max_retries_per_request": tries},
    )
    world = World(story, semantics=semantics)
    world.run()
    return [(event.t_ms - 1_000, event.job) for event in world.trace if event.kind == EventKind.REJECTED.value]


def test_without_a_limit_of_tries_no_submit_is_rejected() -> None:
    """They wait for as long as Redis is away."""
    assert rejected(None) == []
    assert {moment for moment, _job in rejected(20)} == {232_900}
    assert len(rejected(20)) == 3


def test_with_few_tries_a_submit_waits_for_the_next_time_the_client_gives_up() -> None:
    """After three failed attempts, and after every fourth that follows."""
    assert [moment for moment, _job in rejected(3)] == [35, 132_875, 212_895, 372_900, 452_900, 532_900]


def test_the_documented_client_rejects_at_once_whatever_its_tries() -> None:
    """Nothing waits in it."""
    for tries in (None, 0, 20):
        assert [moment % 100_000 for moment, _job in rejected(tries, "documented")] == [0] * 6


@pytest.mark.parametrize(("max_stalled", "ends"), [(2, "failed"), (3, "completed"), ("unlimited", "completed")])
def test_without_a_limit_a_job_outlives_any_number_of_processes(max_stalled: Any, ends: str) -> None:
    """Its process dies three times."""
    crash = {"kind": "worker-crash", "jobs": ["email-1"], "step": "before-effect", "restart_after": "1s"}
    story = scenario(
        queues={"email": {"service": "1s", "attempts": 1}},
        workload=[{"queue": "email", "arrivals": {"kind": "times", "at": ["1s"]}}],
        workers={"email": {"processes": 2, "max_stalled": max_stalled}},
        faults=[crash] * 3,
    )
    assert timeline(story, semantics=BULL)[-1].endswith(f"email-1 {ends}")
