"""A run by steps is the run: what made it another one, each in a few lines."""

from typing import Any

import pytest

from sim.engine.world import World, simulation_of
from sim.scenario.schema import Scenario

ONE_JOB: dict[str, Any] = {
    "title": "t",
    "question": "q",
    "queues": {"email": {"service": "100ms"}},
    "workload": [{"queue": "email", "arrivals": {"kind": "times", "at": ["12s"]}}],
}


def lines(scenario: Scenario, *stops: int) -> list[str]:
    """What a run writes down that stops at some moments."""
    world = World(scenario, store="memory")
    for stop in stops:
        simulation_of(world).run_towards(stop)
    world.run()
    simulation_of(world).finish()
    return list(world.trace.lines())


@pytest.mark.parametrize("stops", [(4_000,), (15_000,), (20_000,), (20_001,), (19_999, 20_000, 20_001, 60_000)])
def test_a_second_freeze_does_not_make_a_blocked_pop_live_longer(stops: tuple[int, ...]) -> None:
    """The pop of a frozen process times out within five seconds of the first freeze."""
    freezes = [{"kind": "worker-freeze", "target": "email-2", "at": ["1s", "20s"], "duration": "30s"}]
    freezes.append({"kind": "worker-freeze", "target": "email-1", "at": "2s", "duration": "40s"})
    story = Scenario.model_validate({**ONE_JOB, "workers": {"email": {"processes": 2}}, "faults": freezes})
    assert lines(story, *stops) == lines(story)


def test_what_happens_in_the_last_moment_of_a_run_is_no_longer_left_out() -> None:
    """A thawed process has in its hands what Redis gave it, though an operator has removed it from every key since."""
    story = Scenario.model_validate(
        {
            **ONE_JOB,
            "faults": [{"kind": "worker-freeze", "at": "11s", "duration": "30s"}],
            "operator": [{"do": "clean", "at": "20s", "queue": "email", "state": "active"}],
        }
    )
    assert lines(story, 60_000) == lines(story)
    assert any('"t_ms":41000' in line and '"job":"email-1"' in line for line in lines(story))


@pytest.mark.parametrize("stop", [0, 30_000, 3_700_000, 9_000_000])
def test_a_run_that_never_settles_is_not_given_another_hour_by_a_stop(stop: int) -> None:
    """It ended when it was given up."""
    story = Scenario.model_validate({**ONE_JOB, "workers": {"email": {"processes": 0}}})
    assert lines(story, stop) == lines(story)


def test_keys_that_were_changed_by_hand_are_noticed_at_the_next_step() -> None:
    """A waiting worker has the job at once."""
    world = World(Scenario.model_validate(ONE_JOB))
    world.run_until("5s")
    store: Any = world.redis
    store.hset("bull:email:7", mapping={"data": "{}", "opts": "{}", "timestamp": "0", "delay": "0", "name": "x"})
    store.lpush("bull:email:wait", "7")
    world.run_until("5s")
    assert store.lrange("bull:email:wait", 0, -1) == []
    assert "processedOn" in store.hgetall("bull:email:7")


def test_a_run_that_has_ended_goes_on_where_something_was_done_to_it() -> None:
    """And not where nothing was."""
    world = World(Scenario.model_validate({**ONE_JOB, "faults": [{"kind": "handler-error"}]}))
    world.run()
    ended_ms, events = world.now_ms, len(world.trace)
    world.run()
    assert (world.now_ms, len(world.trace)) == (ended_ms, events)
    world.queue("email").retry_all()
    world.run()
    assert world.now_ms > ended_ms
    assert len(world.trace) > events
