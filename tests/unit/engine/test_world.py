"""What a world lets people do: few verbs, each of which is tested here or where its subject is."""

import pytest

import sim
from sim.core.errors import SimError
from sim.results.error_lines import ErrorsNotKept
from sim.results.trace import EventKind, TraceNotKept
from sim.yaml_files.fields import ModeName

SCENARIO = "scenarios/01-worker-crashes/crash-after-effect.yaml"
NAMES = {
    "commands", "errors", "faults", "is_over", "metrics", "mode", "now_ms", "outcomes_now", "queue", "redis", "result",
    "run", "run_until", "scenario", "step", "trace",
}  # fmt: skip


def test_a_world_has_these_names_and_no_others() -> None:
    """Whoever adds one adds it to the page of the API as well."""
    assert {name for name in dir(sim.World(SCENARIO, store="memory")) if not name.startswith("_")} == NAMES


@pytest.mark.parametrize("mode", ["queue", "in-process"])
def test_steps_come_to_every_event_and_make_the_run_that_one_makes(mode: ModeName) -> None:
    """Each step ends at the moment of the events that it returns; after the last one there are none."""
    stepped, whole = sim.World(SCENARIO, mode, store="memory"), sim.World(SCENARIO, mode, store="memory")
    seen, moments = list(stepped.trace), []
    while events := stepped.step():
        assert {event.t_ms for event in events} == {stepped.now_ms}
        seen += events
        moments.append(stepped.now_ms)
    assert moments == sorted(set(moments))
    assert stepped.is_over
    assert stepped.step() == []
    whole.run()
    assert seen == list(whole.trace)
    assert stepped.result().trace_sha256 == whole.result().trace_sha256


def test_a_step_needs_a_trace() -> None:
    """There is nothing to return without one."""
    with pytest.raises(TraceNotKept):
        sim.World(SCENARIO, store="memory", trace=False).step()


def test_a_step_stops_at_the_duration_of_a_scenario_that_has_one() -> None:
    """Also where nothing is left to come."""
    text = """
title: One email
question: When does it end?
duration: 20s
workload: [{queue: email, arrivals: {kind: times, at: [1s]}}]
workers: {email: {processes: 0}}
"""
    world = sim.World(sim.parse_scenario(text, "scenario"), store="memory")
    while world.step():
        pass
    assert (world.now_ms, world.is_over) == (20_000, True)


def test_a_world_is_broken_and_mended_by_its_faults() -> None:
    """Both are in the trace, at the moment at which somebody did it."""
    world = sim.World(SCENARIO, store="memory")
    world.run_until("5s")
    world.faults.stop_redis()
    assert world.faults.redis_state != "up"
    world.run_until("7s")
    world.faults.start_redis()
    assert world.faults.redis_state == "up"
    kinds = (EventKind.FAULT_BEGAN, EventKind.FAULT_ENDED)
    assert [event.t_ms for event in world.trace if event.kind in kinds] == [5_000, 7_000]


def test_errors_are_there_at_any_time_if_they_are_kept() -> None:
    """And otherwise the error says how to have them."""
    world = sim.World("scenarios/03-database-failures/paid-twice.yaml", store="memory", error_log=True)
    world.run_until("2m")
    assert next(world.errors)["attempt"] == 1
    with pytest.raises(ErrorsNotKept):
        _ = sim.World(SCENARIO, store="memory").errors


@pytest.mark.parametrize(
    ("name", "now"),
    [
        ("injector", "world.faults"),
        ("finish", "world.result().jobs"),
        ("end", "world.result().end"),
        ("server", "world.faults, and its redis_state"),
        ("run_towards", "world.run_until(...), or world.run() to the end"),
    ],
)
def test_a_name_that_a_world_had_says_what_to_write_now(name: str, now: str) -> None:
    """And a name that it never had is missing as everywhere."""
    world = sim.World(SCENARIO, store="memory")
    with pytest.raises(AttributeError) as caught:
        getattr(world, name)
    assert str(caught.value) == f"'World' object has no attribute '{name}'; it is now {now}"
    with pytest.raises(AttributeError, match=r"^'World' object has no attribute 'clocks'$"):
        _ = world.clocks


def test_an_in_process_world_has_no_redis_and_no_queue() -> None:
    """It says so, and how to have them."""
    world = sim.World(SCENARIO, "in-process")
    for ask in (lambda: world.redis, lambda: world.queue("email")):
        with pytest.raises(SimError, match="open the world with mode='queue'"):
            ask()
