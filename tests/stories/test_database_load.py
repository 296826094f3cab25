"""A database that can take only so much: who waits for a connection, who is refused, and who gets no answer in time."""

from typing import Any

import pytest

from sim.engine.run import run
from sim.engine.world import World
from sim.results.trace import EventKind
from sim.scenario.schema import Scenario
from tests.stories.test_stories import scenario

TOLD = {EventKind.ATTEMPT_FAILED, EventKind.EFFECT}


def orders(*at: str, concurrency: int = 4, processes: int = 1, **parts: Any) -> Scenario:
    """Orders at these moments that do nothing but two calls to the database, one attempt each."""
    return scenario(
        **{
            "workload": [{"queue": "order", "arrivals": {"kind": "times", "at": list(at)}}],
            "queues": {"order": {"service": "0ms", "attempts": 1}},
            "workers": {"order": {"concurrency": concurrency, "processes": processes}},
            **parts,
        }
    )


def told(story: Scenario, mode: str = "queue") -> list[str]:
    """When each job had its effect, or its error."""
    (one,) = run(story, modes=[mode]).modes.values()
    return [f"{r.t_ms} {r.job} {(r.more or {}).get('error', 'effect')}" for r in one.trace if r.kind in TOLD]


BOTH = pytest.mark.parametrize("mode", ["queue", "in-process"])


@BOTH
def test_with_one_connection_calls_come_one_after_another(mode: str) -> None:
    """Each of the two calls of each order waits for those that came before it."""
    story = orders("1s", "1s", database={"latency": "100ms", "pool": 1})
    assert told(story, mode) == ["1300 order-1 effect", "1400 order-2 effect"]


@BOTH
def test_a_connection_that_is_held_makes_whole_attempts_come_one_after_another(mode: str) -> None:
    """The second order begins when the first has ended."""
    story = orders("1s", "1s", database={"latency": "100ms", "pool": 1, "hold": "attempt"})
    assert told(story, mode) == ["1200 order-1 effect", "1400 order-2 effect"]


@BOTH
def test_who_waits_too_long_for_a_connection_fails_with_its_name(mode: str) -> None:
    """The error says what ran out, whose it is, and how long it took."""
    story = orders("1s", "1s", database={"latency": "100ms", "pool": 1, "hold": "attempt", "pool_timeout": "199ms"})
    process = "application" if mode == "in-process" else "order-1"
    error = f"timeout acquiring a connection: the only connection of the pool of {process} stayed in use for 199ms"
    assert told(story, mode) == [f"1199 order-2 {error}", "1200 order-1 effect"]


@BOTH
def test_who_gets_the_connection_in_its_last_moment_has_it(mode: str) -> None:
    """One ms more, and nobody fails."""
    story = orders("1s", "1s", database={"latency": "100ms", "pool": 1, "hold": "attempt", "pool_timeout": "201ms"})
    assert told(story, mode) == ["1200 order-1 effect", "1400 order-2 effect"]


def test_each_process_has_a_pool_of_its_own() -> None:
    """Two processes with one connection each do not wait for each other."""
    story = orders("1s", "1s", concurrency=1, processes=2, database={"latency": "100ms", "pool": 1})
    assert told(story) == ["1200 order-1 effect", "1200 order-2 effect"]


def test_the_connections_of_all_processes_count_together() -> None:
    """With one for all, the second process is refused, or waits, as the database says."""
    two = {"concurrency": 1, "processes": 2}
    refused = "the database refused the call: too many connections (at most 1)"
    one = {"latency": "100ms", "connections": 1}
    assert told(orders("1s", "1s", **two, database=one)) == [f"1000 order-2 {refused}", "1200 order-1 effect"]
    waits = {**one, "overload": "wait"}
    assert told(orders("1s", "1s", **two, database=waits)) == ["1300 order-1 effect", "1400 order-2 effect"]
    error = "timeout acquiring a connection: the only connection of the database stayed in use for 50ms"
    hurries = {**waits, "pool_timeout": "50ms"}
    assert told(orders("1s", "1s", **two, database=hurries)) == [f"1050 order-2 {error}", "1200 order-1 effect"]


def test_calls_wait_for_a_core_and_hold_their_connection_meanwhile() -> None:
    """Latency grows with load; the third call is above the limit and is refused."""
    story = orders("1s", "1s", "1s", database={"latency": "100ms", "cores": 1, "connections": 2})
    refused = "the database refused the call: too many connections (at most 2)"
    assert told(story) == [f"1000 order-3 {refused}", "1300 order-1 effect", "1400 order-2 effect"]


def test_the_database_finishes_what_nobody_waits_for_any_more() -> None:
    """Its work for callers who are gone makes the next one give up, who alone would have had an answer."""
    database = {"latency": "100ms", "cores": 1, "call_timeout": "150ms"}
    late = "the database did not answer within 150ms; the transaction was rolled back"
    assert told(orders("1s", "1s", "1240ms", "2s", database=database)) == [
        f"1150 order-2 {late}",
        f"1250 order-1 {late}",
        f"1390 order-3 {late}",
        "2200 order-4 effect",
    ]
    assert told(orders("1240ms", database=database)) == ["1440 order-1 effect"]


@pytest.mark.parametrize(("target", "effect_ms"), [("order-2", {"order-2": 1_300}), ("order-1", {"order-1": 1_200})])
def test_a_killed_process_gives_its_connections_back(target: str, effect_ms: dict[str, int]) -> None:
    """Who waits gets one when the database has finished the dead one's call, at 1.1 s; the line forgets a dead one."""
    story = orders(
        "1s",
        "1s",
        concurrency=1,
        processes=2,
        database={"latency": "100ms", "connections": 1, "overload": "wait"},
        faults=[{"kind": "worker-crash", "target": target, "at": "1050ms", "restart_after": None}],
        duration="2s",
    )
    (result,) = run(story, modes=["queue"]).modes.values()
    assert {job.job: job.first_effect_ms for job in result.jobs if job.first_effect_ms} == effect_ms


def test_a_waiting_handler_holds_its_slot_and_renews_its_lock() -> None:
    """It waits three times as long as a lock lasts, and nobody takes the job for stalled."""
    story = scenario(
        workload=[{"queue": "order", "arrivals": {"kind": "times", "at": ["1s", "1s"]}}],
        queues={"order": {"service": "90s", "attempts": 1}},
        workers={"order": {"concurrency": 2}},
        database={"latency": "100ms", "pool": 1, "hold": "attempt"},
    )
    (result,) = run(story, modes=["queue"], semantics="bull-4.16").modes.values()
    assert [(job.ended_ms, job.stalls) for job in result.jobs] == [(91_200, 0), (181_400, 0)]


@BOTH
def test_a_database_that_nobody_can_connect_to_keeps_nobody_waiting(mode: str) -> None:
    """While every call is refused, no connection is taken."""
    story = orders(
        "1s",
        database={"latency": "100ms", "pool": 1},
        faults=[{"kind": "database-failure", "at": "0s", "duration": "5s"}],
    )
    assert told(story, mode) == ["1000 order-1 the database cannot be reached"]


def test_a_slow_database_works_longer_on_each_call() -> None:
    """Its cores are taken for longer, so the line grows."""
    slow = {"kind": "slow-database", "at": "0s", "duration": "5s", "latency": "100ms"}
    story = orders("1s", "1s", database={"latency": "100ms", "cores": 1}, faults=[slow])
    assert told(story) == ["1600 order-1 effect", "1800 order-2 effect"]


def test_drawn_latencies_are_the_same_in_both_modes() -> None:
    """What a call takes depends on its job and its number alone."""
    for latency in (
        {"kind": "exponential", "mean": "100ms"},
        {"kind": "uniform", "min": "50ms", "max": "150ms"},
        {"kind": "lognormal", "median": "100ms", "sigma": 1},
    ):
        story = orders("1s", "1s", "1s", database={"latency": latency})
        assert told(story, "queue") == told(story, "in-process")
        assert len(set(told(story))) == 3


def test_it_is_the_same_stepped_or_not() -> None:
    """A world that stops every 10 ms has the run of one that does not."""
    story = orders("1s", "1s", "1s", database={"latency": "100ms", "cores": 1, "connections": 2, "pool": 3})
    world = World(story, mode="queue")
    for t_ms in range(0, 3_000, 10):
        world.run_until(t_ms)
    (whole,) = run(story, modes=["queue"]).modes.values()
    assert [record for record in world.result().trace if record.t_ms < 1_500] == [
        record for record in whole.trace if record.t_ms < 1_500
    ]
