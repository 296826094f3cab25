"""Looking changes nothing, and what is seen is what is there."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.run import run
from sim.engine.world import World, simulation_of
from sim.metrics.catalogue import COUNTERS, METRICS
from sim.queue.getters import STATES, job_counts
from sim.results.metrics import Metrics
from sim.results.prometheus import MetricsSnapshot
from sim.results.replay import State
from sim.results.series import queue_depth
from sim.scenario.schema import Scenario
from tests.properties.random_scenarios import scenarios

SHIPPED = sorted(Path("scenarios").glob("*/*.yaml"))
EVERY = st.sampled_from([100, 250, 1_000, 7_000])


@settings(max_examples=60)
@given(scenarios(), EVERY, st.sampled_from(["queue", "in-process"]), st.sampled_from(["memory", "fakeredis"]))
def test_a_run_with_samples_gives_the_trace_of_the_run_without(
    raw: dict[str, Any], every_ms: int, mode: Any, store: Any
) -> None:
    """To the byte, in the same number of steps, with whatever faults, in either mode and on every store."""
    scenario = Scenario.model_validate(raw)
    ends = []
    for sampling in (False, every_ms):
        world = World(scenario, mode, store=store, metrics=sampling)  # False is meant
        world.run()
        ends.append((world.trace.sha256(), world.now_ms, simulation_of(world)._loop.steps_left))
    assert ends[0] == ends[1]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_scenarios_give_the_same_trace_with_and_without_samples(path: Path) -> None:
    """Health and alerts included."""
    digests = [
        [one.trace_sha256 for one in run(path, store="memory", metrics=sampling).modes.values()]
        for sampling in (False, "500ms")
    ]
    assert digests[0] == digests[1]


def sampled(raw: dict[str, Any], mode: Any, every_ms: int) -> tuple[World, Metrics]:
    """A finished run with samples."""
    world = World(Scenario.model_validate(raw), mode, store="memory", metrics=every_ms)
    world.run()
    return world, world.metrics


@settings(max_examples=40)
@given(scenarios(), EVERY, st.sampled_from(["queue", "in-process"]))
def test_counters_only_grow_and_end_at_what_the_ledger_says(raw: dict[str, Any], every_ms: int, mode: Any) -> None:
    """And what a counter grew by in a time is never less than nothing."""
    _world, metrics = sampled(raw, mode, every_ms)
    for queue in metrics.queue_names:
        for name in COUNTERS:
            series = metrics.series(queue, name)
            assert series[0] == 0
            assert (np.diff(series) >= 0).all()
            assert (metrics.series(queue, name, over_ms=5_000) >= 0).all()
            assert series[-1] <= len(metrics.counters.queues[queue].counted[name])


@settings(max_examples=40)
@given(scenarios(), EVERY, st.sampled_from(["queue", "in-process"]))
def test_every_moment_until_the_end_has_exactly_one_sample(raw: dict[str, Any], every_ms: int, mode: Any) -> None:
    """Also across gaps in which nothing happens."""
    world, metrics = sampled(raw, mode, every_ms)
    assert metrics.t_ms.tolist() == list(range(0, world.now_ms + 1, every_ms))
    assert all(
        len(metrics.series(queue, name)) == len(metrics.t_ms) for queue in metrics.queue_names for name in METRICS
    )


PLAIN = {
    "title": "t",
    "question": "q",
    "queues": {"email": {"service": {"kind": "exponential", "mean": "2s"}}},
    "workload": [
        {"queue": "email", "arrivals": {"kind": "poisson", "interval": "900ms", "count": 60}, "delay": "500ms"}
    ],
    "workers": {"email": {"processes": 2}},
    "faults": [
        {"kind": "handler-error", "rate": 0.3},
        {"kind": "worker-crash", "target": "email-1", "at": "9s", "restart_after": "3s"},
    ],
}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("mode", ["queue", "in-process"])
def test_gauges_equal_what_the_ledger_says(seed: int, mode: Any) -> None:
    """At every moment, when the trace is played again: waiting, delayed and active, abandoned ones among these."""
    world, metrics = sampled({**PLAIN, "seed": seed}, mode, 250)
    depth = queue_depth(world.trace, world.now_ms)
    for place, t_ms in enumerate(metrics.t_ms.tolist()[1:], 1):
        told = depth.at(t_ms)
        assert metrics.series("email", "waiting")[place] == told[State.WAITING]
        assert metrics.series("email", "delayed")[place] == told[State.DELAYED]
        assert metrics.series("email", "active")[place] == told[State.ACTIVE] + told[State.ABANDONED]


@pytest.mark.parametrize("store", ["memory", "fakeredis"])
def test_gauges_are_what_bulls_counts_are_at_that_moment(store: Any) -> None:
    """Read by commands from the store, after everything that happened in the millisecond; also of a paused queue."""
    world = World(Scenario.model_validate(PLAIN), store=store, metrics="1s")
    keys = world.queue("email").keys
    for t_ms in range(1_000, 40_000, 1_000):
        world.run_until(t_ms)
        counts = job_counts(world.redis, keys)
        assert {name: world.metrics.series("email", name)[-1] for name in STATES} == {n: counts[n] for n in STATES}
        if t_ms == 5_000:
            world.queue("email").pause()
        if t_ms == 12_000:
            world.queue("email").resume()


@pytest.mark.parametrize("store", ["memory", "fakeredis"])
def test_dead_letters_are_those_that_stand_there_at_that_moment(store: Any) -> None:
    """Sampled and read out; missing while Redis is down, and 0 for a queue that has none.

    They grow with each job given up, shrink with each replay and purge, and count while their queue is paused.
    """
    raw = {
        **PLAIN,
        "queues": {"email": {"service": "100ms", "attempts": 1, "dead_letter": True}, "order": {"attempts": 1}},
        "workload": [
            {"queue": name, "arrivals": {"kind": "constant", "interval": "1s", "count": 40}}
            for name in ("email", "order")
        ],
        "workers": {"email": {"processes": 2}, "order": {"processes": 2}},
        "faults": [
            {"kind": "handler-error", "rate": 0.5},
            {"kind": "redis-outage", "at": "20500ms", "duration": "3s"},
        ],
    }
    world = World(Scenario.model_validate(raw), store=store, metrics="1s")
    email = world.queue("email")
    seen = []
    for t_ms in range(1_000, 35_000, 1_000):
        world.run_until(t_ms)
        last = world.metrics.series("email", "dead_letters")[-1]
        if world.faults.redis_state == "up":
            assert last == len(email.dead) == MetricsSnapshot(world.metrics).value("email", "dead_letters")
            assert world.metrics.series("order", "dead_letters")[-1] == 0
        else:
            assert np.isnan(last)
            assert MetricsSnapshot(world.metrics).value("email", "dead_letters") is None
        seen.append(last)
        if t_ms == 10_000:
            email.purge(email.dead[0].id)
        if t_ms == 15_000:
            email.replay_all()
        if t_ms == 28_000:
            dead = world.queue("email").keys.dead_letters()
            world.redis.rename(dead.wait, dead.paused)
    assert np.isnan(seen[20:23]).all()
    assert not np.isnan(seen[:20] + seen[23:]).any()
    assert np.nanmax(seen) > 5
    assert min(np.diff(seen[9:18])) < 0, "a replay or purge takes some away"


def test_metrics_grow_while_a_world_runs() -> None:
    """A page or a notebook sees them at any time, and without samples what is there now."""
    world = World(Scenario.model_validate(PLAIN), store="memory", metrics="1s")
    seen = []
    for until in ("3s", "10s", "20s"):
        world.run_until(until)
        seen.append((len(world.metrics.t_ms), len(world.metrics.counters.queues["email"].counted["submits"])))
    assert [moments for moments, _submits in seen] == [4, 11, 21]
    assert seen == sorted(seen)
    unsampled = World(Scenario.model_validate(PLAIN), store="memory")
    unsampled.run_until("20s")
    assert not unsampled.metrics.is_sampled
    assert unsampled.metrics.now().t_ms == 20_000
    assert len(unsampled.metrics.counters.queues["email"].counted["submits"]) == seen[-1][1]


def test_an_idle_day_is_read_a_few_times_and_not_once_a_second() -> None:
    """What stands still is kept once, however long it does."""
    raw = {**PLAIN, "faults": [], "workload": [{"queue": "email", "arrivals": {"kind": "times", "at": ["0s", "23h"]}}]}
    _world, metrics = sampled(raw, "queue", 1_000)
    assert len(metrics.t_ms) > 23 * 3_600
    assert metrics.samples.kept < 20
